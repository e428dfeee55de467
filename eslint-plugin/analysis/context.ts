import ts from 'typescript';
import { bare, isAccess, isConst, isFunctionNode, variableNamed } from './syntax.js';
import { findNode, walk } from './walk.js';

/** Whether a value only goes to a log, which no replay compares. */
export function isLogged(node: ts.Node): boolean {
  return surrounding(node, (outer) => ts.isCallExpression(outer) && logCall.test(outer.expression.getText()));
}

const logCall = /(^|\.)(console|log|logger|_log|_logger)\.(trace|debug|info|warn|error|log|fatal|verbose|silly)$/i;

/** Whether a value only goes into an error: its text is recorded, and no replay compares it. */
export function isThrown(node: ts.Node): boolean {
  return surrounding(
    node,
    (outer) =>
      ts.isThrowStatement(outer) ||
      (ts.isNewExpression(outer) && /(Error|Failure|Exception)$/.test(outer.expression.getText())) ||
      (ts.isCallExpression(outer) && /Failure\.\w+$/.test(outer.expression.getText())),
  );
}

/** Whether some node around `node`, within the same statement, is what `test` looks for. */
function surrounding(node: ts.Node, test: (outer: ts.Node) => boolean): boolean {
  for (let outer = node.parent; !ts.isSourceFile(outer); outer = outer.parent) {
    if (test(outer)) return true;
    if (ts.isStatement(outer) || isFunctionNode(outer)) return false;
  }
  return false;
}

const comparisons = new Set<ts.SyntaxKind>([
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.LessThanToken,
  ts.SyntaxKind.LessThanEqualsToken,
  ts.SyntaxKind.GreaterThanToken,
  ts.SyntaxKind.GreaterThanEqualsToken,
]);

const shortCircuits = new Set<ts.SyntaxKind>([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
]);

/** Options that become part of a command by which a replay knows it. */
const identities = new Set(['workflowId', 'activityId', 'taskQueue', 'workflowType']);

/** Whether the value decides which way the code takes, or which id a command gets; followed over one constant. */
export function decides(node: ts.Node, hops = 1): boolean {
  let isAnswer = false;
  for (let at = node; ; at = at.parent) {
    const { parent } = at;
    if (isConditionOf(at, parent)) return true;
    // A caller may ask for the answer of a test, as for that of a comparison.
    if (isAnswer && isResult(at, parent)) return true;
    isAnswer ||= ts.isCallExpression(parent) && questions.test(parent.expression.getText());
    if (ts.isBinaryExpression(parent)) {
      const kind = parent.operatorToken.kind;
      if (comparisons.has(kind)) return isUsedAsCondition(parent);
      if (shortCircuits.has(kind) && parent.left === at && isEffectful(parent.right)) return true;
      if (kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment) return false;
      continue;
    }
    if (ts.isPropertyAssignment(parent)) return identities.has(parent.name.getText().replace(/['"]/g, ''));
    if (ts.isVariableDeclaration(parent)) {
      return hops > 0 && ts.isIdentifier(parent.name) && uses(parent, parent.name.text).some((use) => decides(use, 0));
    }
    if (!passesOn(at, parent)) return false;
  }
}

function isEffectful(node: ts.Expression): boolean {
  const inner = bare(node);
  return ts.isAwaitExpression(inner) || ts.isCallExpression(inner);
}

function isConditionOf(node: ts.Node, parent: ts.Node): boolean {
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent) || ts.isDoStatement(parent)) {
    return parent.expression === node;
  }
  if (ts.isForStatement(parent)) return parent.condition === node;
  if (ts.isConditionalExpression(parent)) return parent.condition === node;
  return (ts.isSwitchStatement(parent) || ts.isCaseClause(parent)) && parent.expression === node;
}

/** A comparison decides where a condition takes it, or a caller may: it is returned. */
function isUsedAsCondition(node: ts.Expression): boolean {
  return isResult(node, node.parent) || decides(node);
}

function isResult(node: ts.Node, parent: ts.Node): boolean {
  return ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === node);
}

const questions = /\.(test|has|includes|startsWith|endsWith)$/;

/** Whether a value goes on through its parent: as the receiver of a method, in a template, a sum, or a rounding. */
function passesOn(node: ts.Node, parent: ts.Node): boolean {
  if (ts.isCallExpression(parent)) {
    if (parent.expression === node) return true;
    return (
      /^(String|Number|Boolean|Math\.\w+|parseInt|parseFloat|JSON\.stringify)$/.test(parent.expression.getText()) ||
      /\.(test|exec|has|includes|startsWith|endsWith)$/.test(parent.expression.getText())
    );
  }
  return (
    isAccess(parent) ||
    ts.isParenthesizedExpression(parent) ||
    ts.isAsExpression(parent) ||
    ts.isNonNullExpression(parent) ||
    ts.isPrefixUnaryExpression(parent) ||
    ts.isTemplateSpan(parent) ||
    ts.isTemplateExpression(parent)
  );
}

/** The uses of a local name in the block that declares it. */
function uses(declaration: ts.Node, name: string): readonly ts.Identifier[] {
  const block = ts.findAncestor(declaration, (node) => ts.isBlock(node) || ts.isSourceFile(node));
  const found: ts.Identifier[] = [];
  if (block === undefined || block.end - block.pos >= 50_000) return found;
  walk(block, (node) => {
    if (ts.isIdentifier(node) && node.text === name && node.parent !== declaration) found.push(node);
    return undefined;
  });
  return found;
}

/** Whether code only runs where `typeof name` was looked at before. */
export function isTypeofGuarded(node: ts.Node, name: string): boolean {
  return isGuarded(node, (condition) => mentionsTypeof(condition, name));
}

function mentionsTypeof(condition: ts.Node, name: string, hops = 1): boolean {
  const mentions = (node: ts.Node): boolean =>
    (ts.isTypeOfExpression(node) && node.expression.getText().split(/[.?[]/)[0] === name) ||
    (ts.isIdentifier(node) && hops > 0 && namesProbe(node, name));
  return mentions(condition) || findNode(condition, mentions) !== undefined;
}

/** `const isNode = typeof process !== 'undefined'` */
function namesProbe(use: ts.Identifier, name: string): boolean {
  for (let outer: ts.Node = use.parent; ; outer = outer.parent) {
    if (ts.isBlock(outer) || ts.isSourceFile(outer)) {
      const found = outer.statements
        .flatMap((statement) => (ts.isVariableStatement(statement) ? statement.declarationList.declarations : []))
        .find((node) => ts.isIdentifier(node.name) && node.name.text === use.text);
      if (found !== undefined) return found.initializer !== undefined && mentionsTypeof(found.initializer, name, 0);
    }
    if (ts.isSourceFile(outer)) return false;
  }
}

/** Whether a condition around `node`, or an early exit before it, is what `test` looks for. */
function isGuarded(node: ts.Node, test: (condition: ts.Expression) => boolean): boolean {
  for (let at: ts.Node = node; !ts.isSourceFile(at); at = at.parent) {
    const { parent } = at;
    if (conditionsOver(at, parent).some(test)) return true;
    for (const exit of exitsBefore(at, parent)) if (test(exit)) return true;
  }
  return false;
}

function conditionsOver(node: ts.Node, parent: ts.Node): readonly ts.Expression[] {
  if (ts.isIfStatement(parent) && parent.expression !== node) return [parent.expression];
  if (ts.isConditionalExpression(parent) && parent.condition !== node) return [parent.condition];
  if (ts.isBinaryExpression(parent) && shortCircuits.has(parent.operatorToken.kind) && parent.right === node) {
    return [parent.left];
  }
  return [];
}

/** The conditions of earlier statements that end the block where they hold. */
function exitsBefore(node: ts.Node, parent: ts.Node): readonly ts.Expression[] {
  if (!ts.isBlock(parent) && !ts.isSourceFile(parent) && !ts.isCaseOrDefaultClause(parent)) return [];
  const found: ts.Expression[] = [];
  for (const statement of parent.statements) {
    if (statement === node) break;
    if (ts.isIfStatement(statement) && ends(statement.thenStatement)) found.push(statement.expression);
  }
  return found;
}

function ends(statement: ts.Statement): boolean {
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement;
  return (
    last !== undefined &&
    (ts.isReturnStatement(last) ||
      ts.isThrowStatement(last) ||
      ts.isContinueStatement(last) ||
      ts.isBreakStatement(last))
  );
}

/**
 * Whether code only runs outside workflows: on the other side of `inWorkflowContext()`.
 *
 * @param asks Whether a call asks the SDK so.
 */
export function isOutsideWorkflow(node: ts.Node, asks: (call: ts.CallExpression) => boolean): boolean {
  for (let at: ts.Node = node; !ts.isSourceFile(at); at = at.parent) {
    const { parent } = at;
    if (ts.isIfStatement(parent) && saysInside(parent.expression, asks) === (at === parent.elseStatement)) return true;
    if (ts.isConditionalExpression(parent) && saysInside(parent.condition, asks) === (at === parent.whenFalse)) {
      if (at !== parent.condition) return true;
    }
    if (ts.isBinaryExpression(parent) && parent.right === at) {
      const inside = saysInside(parent.left, asks);
      if (inside === false && parent.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken) return true;
      if (inside === true && parent.operatorToken.kind === ts.SyntaxKind.BarBarToken) return true;
    }
    if (exitsBefore(at, parent).some((exit) => saysInside(exit, asks) === true)) return true;
  }
  return false;
}

/** True for `inWorkflowContext()`, false for its negation, the same for a constant of that value, nothing for any other condition. */
function saysInside(condition: ts.Expression, asks: (call: ts.CallExpression) => boolean): boolean | undefined {
  const inner = bare(condition);
  if (ts.isPrefixUnaryExpression(inner) && inner.operator === ts.SyntaxKind.ExclamationToken) {
    const inside = saysInside(inner.operand, asks);
    return inside === undefined ? undefined : !inside;
  }
  const held = ts.isIdentifier(inner) ? variableNamed(inner) : undefined;
  if (held?.initializer !== undefined && isConst(held)) return saysInside(held.initializer, asks);
  return ts.isCallExpression(inner) && asks(inner) ? true : undefined;
}
