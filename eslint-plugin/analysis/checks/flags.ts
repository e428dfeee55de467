import ts from 'typescript';
import type { Unit } from '../summary.js';
import { bare, isConst, isFunctionNode, type FunctionNode } from '../syntax.js';
import { isSetting } from './flag-settings.js';
import { type Flag, plainText, startOf, testOf } from './flag-tests.js';
import { codeNodes, type Registration, registrationsIn } from './handlers.js';
import { isChange, loopsAround, type Use, type Variable } from './locals.js';
import { isConditionOf, isLeft, isLookedAtBefore, leftBy, looks, type Watched } from './looked-at.js';
import { every, functionAround, isWaiting, isWithin, userOf } from './syntax.js';
import type { World } from './world.js';

/** A workflow that continues as new. */
export interface Rolling {
  unit: Unit;
  node: FunctionNode;
  rollovers: readonly ts.CallExpression[];
  /** The names that go into the next run. */
  travelling: ReadonlySet<string>;
}

/** Where a variable may be a flag. */
export interface FlagCase {
  /** What it begins with, where that can be told: see {@link startOf}. */
  start: string | undefined;
  /** The code of the workflow's signals and updates. */
  setters: readonly ts.Node[];
  node: FunctionNode;
  rollovers: readonly ts.CallExpression[];
}

/** Whether a variable of a workflow {@link isForgotten}, and goes with the execution in no other way. */
export function isLostFlag(local: Variable, { unit, node, rollovers, travelling }: Rolling, world: World): boolean {
  const { name, member, declaration } = local;
  if (ts.isVariableDeclaration(declaration) && isConst(declaration)) return false;
  if (isShadowed(local, node) || isKeptBeside(local, travelling)) return false;
  const start = startOf(local) ?? startBehind(local);
  const scope = functionAround(declaration);
  const watched: Watched = { name, member, faces: facesOf({ name, member, faces: new Set() }, node, scope) };
  const setters = settersAmong(registrationsIn(unit, world), world);
  return !isUpserted(scope, watched) && isForgotten(local, watched, { start, setters, node, rollovers }, world);
}

/** Whether what it begins with is found elsewhere, where its handlers may keep what they set too: `input.every = every = given`. */
function isKeptBeside(local: Variable, travelling: ReadonlySet<string>): boolean {
  const { declaration, uses } = local;
  if (startOf(local) !== undefined || declaration.initializer === undefined) return false;
  if (every(declaration, isWaiting).length > 0) return true;
  const isTravelling = (node: ts.Node): boolean => ts.isIdentifier(node) && travelling.has(node.text);
  return uses.filter(isWritten).some((use) => every(functionAround(use), isTravelling).length > 0);
}

/** `false` of `input.isClosed ?? false`, and of what handlers only ever set to `true`. */
function startBehind({ declaration, uses }: Variable): string | undefined {
  const value = declaration.initializer && bare(declaration.initializer);
  if (value !== undefined && isFallback(value)) return plainText(value.right);
  const set = uses
    .filter(isWritten)
    .map(({ parent }) => (ts.isBinaryExpression(parent) ? parent.right.kind : undefined));
  if (set.every((kind) => kind === ts.SyntaxKind.TrueKeyword)) return 'false';
  return set.every((kind) => kind === ts.SyntaxKind.FalseKeyword) ? 'true' : undefined;
}

function isFallback(node: ts.Expression): node is ts.BinaryExpression {
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  return kind === ts.SyntaxKind.QuestionQuestionToken || kind === ts.SyntaxKind.BarBarToken;
}

/** The code of the signals and updates among handlers. */
export function settersAmong(registrations: readonly Registration[], world: World): readonly ts.Node[] {
  return registrations
    .filter(({ kind }) => kind === 'signal' || kind === 'update')
    .flatMap((registration) => codeNodes(registration, world));
}

/**
 * Whether a variable holds what signals or updates asked of the workflow, once and for all, and the next run does not know.
 *
 * What the workflow sets back, or waits for before it goes on, was of this run alone; so is what is looked at right before
 * the run continues: then it is what it was at the start, or the reason to continue.
 */
export function isForgotten(
  local: Variable,
  watched: Watched,
  { start, setters, node, rollovers }: FlagCase,
  world: World,
): boolean {
  const writes = local.uses.filter(isWritten);
  if (writes.length === 0 || !writes.every((use) => isOf(use, setters, world))) return false;
  // One handler that sets it twice says that it is busy, and no more.
  if (new Set(writes.map(functionAround)).size < writes.length) return false;
  if (rollovers.some((call) => looks(call, watched))) return false;
  const late = rollovers.filter((call) => !isLookedAtBefore(call, node, watched));
  if (late.length === 0) return false;
  const reads = local.uses.filter((use) => !isWritten(use));
  if (isSetting(reads, writes, { start, node, late })) return true;
  if (start === undefined) return false;
  const flag: Flag = { start, grows: writes.every(isGrown), node, late, rollovers };
  return reads.some((use) => isAskedToEnd(use, flag) || isPaused(use, flag));
}

/** Whether code is that of handlers, or of a function that they alone call. */
function isOf(code: ts.Node, setters: readonly ts.Node[], { graph }: World): boolean {
  const isInSetter = (node: ts.Node): boolean => setters.some((setter) => isWithin(node, setter));
  if (isInSetter(code)) return true;
  const unit = graph.unitOf(functionAround(code));
  const callers = unit === undefined ? [] : graph.to(unit);
  return callers.length > 0 && callers.every(({ node }) => isInSetter(node));
}

/** Whether something else goes by its name. */
function isShadowed({ name, declaration }: Variable, node: FunctionNode): boolean {
  const isOther = (inner: ts.Node): boolean =>
    !isWithin(declaration, inner) &&
    (ts.isVariableDeclaration(inner) || ts.isParameter(inner) || ts.isBindingElement(inner)) &&
    inner.name.getText() === name;
  return every(node, isOther).length > 0;
}

/** An assignment, also by a pattern. */
function isWritten(use: Use): boolean {
  if (isChange(use)) return true;
  const around = ts.findAncestor(
    use.parent,
    (outer) =>
      !ts.isArrayLiteralExpression(outer) &&
      !ts.isObjectLiteralElementLike(outer) &&
      !ts.isObjectLiteralExpression(outer),
  );
  return (
    around !== undefined &&
    ts.isBinaryExpression(around) &&
    around.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
    isWithin(use, around.left)
  );
}

/** `count += 1`, `count++` */
function isGrown({ parent }: Use): boolean {
  if (ts.isBinaryExpression(parent)) return parent.operatorToken.kind === ts.SyntaxKind.PlusEqualsToken;
  return (
    (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent)) &&
    parent.operator === ts.SyntaxKind.PlusPlusToken
  );
}

/** The functions that look at a variable and the variables that are made of it, over others in turn. */
export function facesOf(watched: Watched, node: FunctionNode, scope: ts.Node): ReadonlySet<string> {
  const faces = new Set(watched.faces);
  const declared = every(
    scope,
    (inner) =>
      (ts.isVariableDeclaration(inner) || ts.isFunctionDeclaration(inner)) && inner !== node && !isWithin(node, inner),
  ) as readonly (ts.VariableDeclaration | ts.FunctionDeclaration)[];
  for (let size = -1; size < faces.size;) {
    size = faces.size;
    for (const one of declared) {
      const code = ts.isVariableDeclaration(one) ? one.initializer : one.body;
      if (code === undefined || one.name === undefined || !looks(code, { ...watched, faces })) continue;
      for (const inner of [one.name, ...every(one.name, ts.isIdentifier)])
        if (ts.isIdentifier(inner)) faces.add(inner.text);
    }
  }
  faces.delete(watched.name);
  return faces;
}

/** A memo and search attributes go with the execution. */
export function isUpserted(scope: ts.Node, watched: Watched): boolean {
  return (
    every(
      scope,
      (inner) =>
        ts.isCallExpression(inner) && /(^|\.)upsert\w+$/.test(inner.expression.getText()) && looks(inner, watched),
    ).length > 0
  );
}

/** `if (closed) return` and `while (!closed)`, round after round. */
function isAskedToEnd(use: Use, flag: Flag): boolean {
  if (functionAround(use) !== flag.node) return false;
  const test = testOf(use, flag);
  if (test === undefined) return false;
  const { asks, whole } = test;
  const { parent } = whole;
  if (ts.isWhileStatement(parent) || ts.isDoStatement(parent) || ts.isForStatement(parent)) {
    if (asks !== 'start' || (ts.isForStatement(parent) && parent.condition !== whole)) return false;
    // Where the run continues once it is set, it is what has it continue.
    return flag.late.some((call) => isWithin(call, parent)) && !flag.rollovers.some((call) => call.pos >= parent.end);
  }
  if (!ts.isIfStatement(parent) || parent.expression !== whole) return false;
  const branch = asks === 'set' ? parent.thenStatement : parent.elseStatement;
  if (branch === undefined || !isEnd(branch, flag)) return false;
  const loops = loopsAround(parent, flag.node);
  if (flag.late.some((call) => loops.some((loop) => isWithin(call, loop) || loop.end <= call.pos))) return true;
  // Run after run.
  return loops.length === 0 && isAtTop(parent, flag.node) && isNeverAwaited(use, flag);
}

function isEnd(branch: ts.Statement, { rollovers }: Flag): boolean {
  if (!isLeft(branch) || rollovers.some((call) => isWithin(call, branch))) return false;
  const last = ts.isBlock(branch) ? branch.statements.at(-1) : branch;
  if (last === undefined || ts.isContinueStatement(last)) return false;
  if (!ts.isBreakStatement(last)) return true;
  const loop = leftBy(last);
  return loop !== undefined && ts.isIterationStatement(loop, false) && !rollovers.some((call) => call.pos >= loop.end);
}

/** Whether a statement is no part of what may be left out. */
function isAtTop({ parent }: ts.Node, node: FunctionNode): boolean {
  if (parent.parent === node) return true;
  return ts.isTryStatement(parent.parent) && parent.parent.tryBlock === parent && isAtTop(parent.parent, node);
}

/** Whether the workflow goes on as long as nobody asks: `await condition(() => cancelled, '30 days')` is no wait for it. */
function isNeverAwaited(use: Use, { node }: Flag): boolean {
  const named = every(node, (inner) => inner.kind === use.kind && inner.getText() === use.getText());
  return named.every((inner) => {
    const predicate = functionAround(inner);
    if (!isFunctionNode(predicate) || !isConditionOf(predicate)) return true;
    return predicate.body === inner && (predicate.parent as ts.CallExpression).arguments.length > 1;
  });
}

/** `await condition(() => !paused)` */
function isPaused(use: Use, flag: Flag): boolean {
  const predicate = functionAround(use);
  if (!isFunctionNode(predicate) || !isConditionOf(predicate)) return false;
  const call = predicate.parent;
  if (functionAround(call) !== flag.node || !ts.isAwaitExpression(userOf(call))) return false;
  const test = testOf(use, flag);
  return test?.asks === 'start' && test.whole === predicate.body;
}
