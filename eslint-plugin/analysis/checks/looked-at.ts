import ts from 'typescript';
import { isFunctionNode, type FunctionNode } from '../syntax.js';
import { every, functionAround, isWaiting, isWithin, own } from './syntax.js';

/** A variable, by the names of all that its value went into: functions that look at it, variables made of it. */
export interface Watched {
  name: string;
  /** Of the object in the variable, the member that counts. */
  member?: string | undefined;
  faces: ReadonlySet<string>;
}

/** What holds of a variable where some code ends: it was looked at, or there was a wait in which it may have changed. */
type After = 'looked' | 'waited' | undefined;

/**
 * Whether code looks at a variable, one way or another, after the last wait before `place`; or there was no wait at all.
 *
 * Handlers run while a workflow waits: what was looked at since is what it was then. Where that can't be told it counts as
 * looked at.
 */
export function isLookedAtBefore(place: ts.Node, node: FunctionNode, watched: Watched): boolean {
  for (let at = place; at !== node; at = at.parent) {
    const { parent } = at;
    if (ts.isCatchClause(parent) || (ts.isTryStatement(parent) && parent.finallyBlock === at)) return true;
    const test = testAround(at);
    if (test !== undefined && looks(test, watched)) return true;
    if (test !== undefined && waits(test)) return false;
    if (ts.isBlock(parent) || ts.isCaseOrDefaultClause(parent)) {
      const before = parent.statements.slice(0, parent.statements.indexOf(at as ts.Statement));
      const known = afterAll(before, watched);
      if (known !== undefined) return known === 'looked';
    }
    if (ts.isIterationStatement(parent, false)) {
      // A round before this one comes by here too.
      if (isWaiting(parent)) return false;
      const known = after(parent.statement, watched);
      if (known !== undefined) return known === 'looked';
    }
  }
  return true;
}

/** What decides whether a part of a statement or an expression runs. */
function testAround(at: ts.Node): ts.Expression | undefined {
  const { parent } = at;
  if (ts.isIfStatement(parent)) return at === parent.expression ? undefined : parent.expression;
  if (ts.isConditionalExpression(parent)) return at === parent.condition ? undefined : parent.condition;
  if (ts.isBinaryExpression(parent)) return at === parent.right && isLogical(parent) ? parent.left : undefined;
  if (ts.isSwitchStatement(parent)) return at === parent.expression ? undefined : parent.expression;
  if (ts.isWhileStatement(parent) || ts.isDoStatement(parent)) {
    return at === parent.expression ? undefined : parent.expression;
  }
  return ts.isForStatement(parent) && at === parent.statement ? parent.condition : undefined;
}

export function isLogical({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return (
    kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    kind === ts.SyntaxKind.BarBarToken ||
    kind === ts.SyntaxKind.QuestionQuestionToken
  );
}

/** Whether code names a variable, or what its value went into. */
export function looks(code: ts.Node, watched: Watched): boolean {
  const isOne = (node: ts.Node): boolean => isNamed(node, watched);
  return isOne(code) || every(code, isOne).length > 0;
}

function isNamed(node: ts.Node, { name, member, faces }: Watched): boolean {
  const text = textOf(node);
  if (text === undefined) return false;
  if (text !== name) return faces.has(text);
  const { parent } = node;
  const isOther = ts.isPropertyAccessExpression(parent) && parent.expression === node && parent.name.text !== member;
  return member === undefined || !isOther;
}

function textOf(node: ts.Node): string | undefined {
  if (node.kind === ts.SyntaxKind.ThisKeyword) return 'this';
  return ts.isIdentifier(node) || ts.isPrivateIdentifier(node) ? node.text : undefined;
}

function waits(code: ts.Node): boolean {
  return isWaiting(code) || own(code, isWaiting);
}

function afterAll(statements: readonly ts.Statement[], watched: Watched): After {
  for (const statement of [...statements].reverse()) {
    const known = after(statement, watched);
    if (known !== undefined) return known;
  }
  return undefined;
}

function after(statement: ts.Statement, watched: Watched): After {
  if (ts.isBlock(statement)) return afterAll(statement.statements, watched);
  if (ts.isLabeledStatement(statement)) return after(statement.statement, watched);
  if (ts.isIfStatement(statement)) return afterIf(statement, watched);
  if (ts.isIterationStatement(statement, false)) return afterLoop(statement, watched);
  if (ts.isTryStatement(statement)) return afterTry(statement, watched);
  if (isFunctionNode(statement)) return undefined;
  if (waits(statement)) return isSettledBy(statement, watched) ? 'looked' : 'waited';
  // A helper that throws, say.
  const isCall = ts.isExpressionStatement(statement) && !/^(log|console)\b/.test(statement.getText());
  return isCall && looks(statement, watched) && !registers(statement) ? 'looked' : undefined;
}

function registers(statement: ts.Statement): boolean {
  return every(statement, isFunctionNode).length > 0 || /setHandler/.test(statement.getText());
}

function afterIf({ expression, thenStatement, elseStatement }: ts.IfStatement, watched: Watched): After {
  const before: After = looks(expression, watched) ? 'looked' : waits(expression) ? 'waited' : undefined;
  const ways = [thenStatement, elseStatement]
    .filter((branch) => branch === undefined || !isLeft(branch))
    .map((branch) => (branch && after(branch, watched)) ?? before);
  return ways.includes('waited') ? 'waited' : ways.includes('looked') ? 'looked' : undefined;
}

function afterLoop(loop: ts.IterationStatement, watched: Watched): After {
  const test = testAround(loop.statement);
  if (test !== undefined && looks(test, watched)) return 'looked';
  if (!waits(loop)) return undefined;
  const breaks = every(loop.statement, (inner) => ts.isBreakStatement(inner) && leftBy(inner) === loop);
  const isEndless = test === undefined ? ts.isForStatement(loop) : test.kind === ts.SyntaxKind.TrueKeyword;
  const node = functionAround(loop) as FunctionNode;
  const isSeen =
    breaks.every((inner) => isLookedAtBefore(inner, node, watched)) &&
    (isEndless || after(loop.statement, watched) === 'looked');
  return isSeen ? 'looked' : 'waited';
}

function afterTry({ tryBlock, catchClause, finallyBlock }: ts.TryStatement, watched: Watched): After {
  const last = finallyBlock && after(finallyBlock, watched);
  if (last !== undefined) return last;
  const caught = catchClause && !isLeft(catchClause.block) ? after(catchClause.block, watched) : undefined;
  return after(tryBlock, watched) ?? caught;
}

/** The loop or `switch` that a `break` leaves. */
export function leftBy(node: ts.BreakStatement): ts.Node | undefined {
  const { label } = node;
  return ts.findAncestor(node.parent, (outer) => {
    if (label === undefined) return ts.isIterationStatement(outer, false) || ts.isSwitchStatement(outer);
    return ts.isLabeledStatement(outer.parent) && outer.parent.label.text === label.text;
  });
}

/** Whether code never comes to its end: what follows it runs without it. */
export function isLeft(statement: ts.Statement): boolean {
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement;
  if (last !== undefined && last !== statement && (ts.isBlock(last) || ts.isIfStatement(last))) return isLeft(last);
  if (last !== undefined && ts.isIfStatement(last)) {
    return last.elseStatement !== undefined && isLeft(last.thenStatement) && isLeft(last.elseStatement);
  }
  return (
    last !== undefined &&
    (ts.isReturnStatement(last) ||
      ts.isThrowStatement(last) ||
      ts.isBreakStatement(last) ||
      ts.isContinueStatement(last))
  );
}

/** `await condition(() => !paused)`: where it goes on it is not. Of `closed || pending.length > 0` nothing follows. */
function isSettledBy(statement: ts.Statement, watched: Watched): boolean {
  return every(statement, (node) => isNamed(node, watched)).some((use) => {
    if (textOf(use) !== watched.name) return !isDeclared(use);
    const around = functionAround(use);
    if (!isWithin(around, statement) || !isConditionOf(around)) return false;
    const or = ts.findAncestor(
      use,
      (outer) =>
        outer === around || (ts.isBinaryExpression(outer) && outer.operatorToken.kind === ts.SyntaxKind.BarBarToken),
    );
    return or === around;
  });
}

function isDeclared({ parent }: ts.Node): boolean {
  return ts.isVariableDeclaration(parent);
}

/** Whether a function is what `condition()` waits for. */
export function isConditionOf(node: ts.Node): boolean {
  const call = node.parent as ts.Node | undefined;
  return (
    call !== undefined &&
    ts.isCallExpression(call) &&
    call.arguments[0] === node &&
    /(^|\.)condition$/.test(call.expression.getText())
  );
}
