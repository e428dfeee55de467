import ts from 'typescript';
import type { HazardSite } from '../call-graph.js';
import type { Unit } from '../summary.js';
import { bare, isFunctionNode } from '../syntax.js';
import { isLongRunningBody } from './history.js';
import { isLeft } from './looked-at.js';
import { every, functionAround, isAsync, isWaiting, isWithin, names, own, userOf } from './syntax.js';
import { holds, isCommand, type World } from './world.js';

/** A plain error out of a workflow function: the SDK has the task fail and be tried again, for ever. */
export function noPlainError(unit: Unit, world: World): readonly HazardSite[] {
  if (!isFunctionNode(unit.node) || !holds(unit.file, throwing)) return [];
  const { body } = unit.node;
  if (body === undefined || !ts.isBlock(body)) return [];
  // `assertNever(kind: never)`: the types say that nobody calls it.
  if (unit.node.parameters.some(({ type }) => type?.kind === ts.SyntaxKind.NeverKeyword)) return [];
  const thrown = every(body, ts.isThrowStatement).filter(
    (node) => functionAround(node) === unit.node && !isCaught(node, body) && !isForBugs(node as ts.ThrowStatement),
  );
  const plain = thrown.flatMap((node): readonly HazardSite[] => {
    const value = bare((node as ts.ThrowStatement).expression);
    if (!ts.isNewExpression(value) && !ts.isCallExpression(value)) return [];
    if (!isPlainError(value.expression, world)) return [];
    return [{ unit, node, effect: 'no-plain-error', label: `throw new ${value.expression.getText()}()` }];
  });
  if (plain.length === 0) return [];
  if (!isWorkflow(unit, world)) {
    // With a TypeError a helper says that it was called in a wrong way: there a task that waits is right.
    const wrong = plain.filter(({ label }) => !/(Type|Range|Syntax)Error/.test(label));
    if (wrong.length === 0 || !comesOut(unit, world) || world.mentions(failureTypes)) return [];
    return wrong;
  }
  return world.mentions(failureTypes) ? [] : plain;
}

const throwing = /\bthrow\b/;

// Written so that it does not find itself where a workspace has this plugin.
const failureTypes = /workflow(?:Failure)ErrorTypes|failure(?:Exception)Types/;

/** A built-in error, or a class of the project's own that is made of one. */
function isPlainError(expression: ts.Expression, world: World, depth = 0): boolean {
  const { referents } = world.graph;
  const found = referents.of(expression);
  if (found.length === 0) {
    const declared = world.checker.getSymbolAtLocation(expression)?.declarations ?? [];
    return plainErrors.has(expression.getText()) && declared.every((node) => node.getSourceFile().isDeclarationFile);
  }
  return found.every((referent) => {
    if (referent.kind === 'global') return plainErrors.has(referent.path);
    if (referent.kind !== 'class' || depth > 5) return false;
    const parent = referents.heritage(referent.node);
    return parent !== undefined && isPlainError(parent, world, depth + 1);
  });
}

/** Whether what a helper throws leaves a workflow: some call of it, up to a workflow, stands in no `try`. */
function comesOut(unit: Unit, world: World, seen = new Set<Unit>()): boolean {
  if (seen.has(unit)) return false;
  seen.add(unit);
  return world.graph.to(unit).some(({ from, node }) => {
    if (!isFunctionNode(from.node) || from.node.body === undefined || !ts.isCallExpression(node)) return false;
    // What may run something else as well may not run this.
    if (world.graph.from(from).edges.some((other) => other.node === node && other.to !== unit)) return false;
    if (functionAround(node) !== from.node || isCaught(node, from.node.body) || isTaken(node)) return false;
    return isWorkflow(from, world) || comesOut(from, world, seen);
  });
}

/** `helper().catch(…)`, and `Promise.allSettled([helper()])` */
function isTaken(call: ts.Node): boolean {
  const user = userOf(call);
  if (ts.isPropertyAccessExpression(user)) return /^(catch|then)$/.test(user.name.text);
  return (
    ts.findAncestor(
      call,
      (outer) => ts.isCallExpression(outer) && /allSettled|race|any$/.test(outer.expression.getText()),
    ) !== undefined
  );
}

const plainErrors = new Set([
  'Error',
  'TypeError',
  'RangeError',
  'SyntaxError',
  'EvalError',
  'URIError',
  'AggregateError',
]);

/** The workflow functions themselves: what a helper throws somebody may catch. */
function isWorkflow(unit: Unit, world: World): boolean {
  if (isLongRunningBody(unit, world)) return true;
  const { node } = unit;
  if (!world.isEntry(unit) || !isFunctionNode(node)) return false;
  // What is generic or takes a function is a helper: neither comes over the wire.
  if (node.typeParameters !== undefined) return false;
  if (node.parameters.some(({ type }) => type !== undefined && ts.isFunctionTypeNode(type))) return false;
  return [...world.callersOf(unit)].length === 1;
}

/** Whether a `try` in the same function has a say in what happens to a throw. */
function isCaught(node: ts.Node, body: ts.Node): boolean {
  for (let at = node; at !== body; at = at.parent) {
    const { parent } = at;
    if (ts.isTryStatement(parent) && parent.tryBlock === at && parent.catchClause !== undefined) return true;
  }
  return false;
}

/** An assertion of what can't be: there a task that waits for corrected code is what one wants. */
function isForBugs(node: ts.ThrowStatement): boolean {
  if (ts.findAncestor(node, ts.isDefaultClause) !== undefined || isForMissing(node)) return true;
  return /unreachable|should (never|not)|must not|(must|should) be (set|defined|called|initiali[sz]ed)|before calling|impossible|invariant|bug|expected|assert|not implemented|todo/i.test(
    node.getText(),
  );
}

/** `while (list.length > 0) { const next = list.pop(); if (!next) throw …`: the types need it, the loop has seen to it. */
function isForMissing(node: ts.ThrowStatement): boolean {
  const guard = ts.findAncestor(node, (outer) => ts.isIfStatement(outer) || isFunctionNode(outer));
  const loop = ts.findAncestor(node, (outer) => ts.isWhileStatement(outer) || isFunctionNode(outer));
  if (guard === undefined || !ts.isIfStatement(guard) || loop === undefined || !ts.isWhileStatement(loop)) return false;
  const missing = /^(?:!(\w+)|(\w+) === undefined)$/.exec(guard.expression.getText());
  const name = missing?.[1] ?? missing?.[2];
  if (name === undefined) return false;
  return (
    every(loop.statement, (inner) => {
      if (!ts.isVariableDeclaration(inner) || inner.name.getText() !== name) return false;
      const list = /^([\w.]+)\.(?:pop|shift)\(\)$/.exec(inner.initializer?.getText() ?? '')?.[1];
      return list !== undefined && loop.expression.getText().includes(`${list}.length`);
    }).length > 0
  );
}

/** A `catch` in a loop that takes a cancellation for one more failure: the loop goes on, and each wait then fails at once. */
export function noSwallowedCancellation(unit: Unit, world: World): readonly HazardSite[] {
  return commandsAwaited(unit, world)
    .flatMap((call): readonly HazardSite[] => {
      const found = catchAround(call);
      const loop = found && loopAround(found);
      if (found === undefined || loop === undefined || isHeardElsewhere(found, loop)) return [];
      // Behind a loop that ends, who called may wait.
      if (!goesOn(loop) && !isWorkflow(unit, world) && !isLastWait(unit, world)) return [];
      const { block } = found;
      if (own(block, leavesLoop) || names(block, asks)) return [];
      if (own(block, tellsFailuresApart)) return [];
      if (usesScopes(unit.node) || world.nameOf(call.expression)?.name === 'condition') return [];
      if (own(block, (node) => ts.isCallExpression(node) && mayThrow(node, unit, world))) return [];
      const label = 'a catch in a loop that takes a cancellation for a failure';
      return [{ unit, node: found.getFirstToken() ?? found, effect: 'no-swallowed-cancellation', label }];
    })
    .filter(({ node }, i, all) => all.findIndex((other) => other.node === node) === i);
}

/** Whether nothing waits behind any call of a helper, up to the workflows: nothing else tells of the cancellation. */
function isLastWait(unit: Unit, world: World, depth = 0): boolean {
  const calls = world.graph.to(unit);
  if (calls.length === 0 || depth > 5) return false;
  return calls.every(({ from, node }) => {
    if (!isFunctionNode(from.node) || !ts.isCallExpression(node)) return false;
    const isInLoop = ts.findAncestor(node, (outer) => outer === from.node || ts.isIterationStatement(outer, false));
    if (isInLoop !== from.node) return false;
    if (every(from.node, isWaiting).some((wait) => wait.getStart() > node.end)) return false;
    return isWorkflow(from, world) || isLastWait(from, world, depth + 1);
  });
}

/** Names in whose presence somebody has thought of it; `failures` is only where they are put. */
const asks = /[Cc]ancel|CANCEL|[Aa]bort|ABORT|Failure/;

/** `error instanceof Timeout`; a cancellation is an `Error` too, so that this is asked for the message's sake alone. */
function tellsFailuresApart(node: ts.Node): boolean {
  return (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword &&
    bare(node.right).getText() !== 'Error'
  );
}

function leavesLoop(node: ts.Node): boolean {
  return ts.isThrowStatement(node) || ts.isReturnStatement(node) || ts.isBreakStatement(node);
}

/** A helper of the project's own may look at what was caught; logs, collections and the SDK do not. */
function mayThrow(node: ts.CallExpression, unit: Unit, world: World): boolean {
  const sdk = world.nameOf(node.expression);
  if (sdk !== undefined) return !sdk.name.startsWith('log.');
  const helpers = world.graph.from(unit).edges.filter((edge) => edge.node === node);
  if (helpers.length > 0 && helpers.every(({ to }) => isHarmless(to, world))) return false;
  const callee = bare(node.expression);
  if (!ts.isPropertyAccessExpression(callee)) return !/^(String|Number|Boolean)$/.test(callee.getText());
  if (/^(console|log|logger|workflow\.log|wf\.log)\./.test(callee.getText())) return false;
  return !['push', 'add', 'set', 'unshift', 'concat', 'toString'].includes(callee.name.text);
}

/** Whether a helper, with all that it calls, throws nothing and never asks what was caught. */
function isHarmless(helper: Unit, world: World): boolean {
  return [...world.reachedFrom(helper)].every((unit) => {
    const { borders } = world.graph.from(unit);
    return borders.length === 0 && !own(unit.node, ts.isThrowStatement) && !names(unit.node, asks);
  });
}

/** The innermost `catch` around a place, in the same function. */
function catchAround(node: ts.Node): ts.CatchClause | undefined {
  for (let at = node; !isFunctionNode(at) && !ts.isSourceFile(at); at = at.parent) {
    const { parent } = at;
    if (ts.isTryStatement(parent) && parent.tryBlock === at && parent.catchClause !== undefined) {
      return parent.catchClause;
    }
  }
  return undefined;
}

/** The innermost loop that the whole `try` stands in. */
function loopAround(clause: ts.CatchClause): ts.IterationStatement | undefined {
  const outer = ts.findAncestor(
    clause.parent,
    (node) => ts.isIterationStatement(node, false) || isFunctionNode(node) || ts.isSourceFile(node),
  );
  return outer !== undefined && ts.isIterationStatement(outer, false) ? outer : undefined;
}

/** Whether another wait tells of the cancellation: in the same loop, or behind one that comes to its end. */
function isHeardElsewhere(clause: ts.CatchClause, loop: ts.IterationStatement): boolean {
  if (every(loop, tells).some((node) => !isWithin(node, clause.parent))) return true;
  if (goesOn(loop)) return false;
  // Behind it, or in the next turn of a loop around it.
  const around = functionAround(loop);
  const outer = ts.findAncestor(loop.parent, (node) => node === around || ts.isIterationStatement(node, false));
  return every(around, tells).some(
    (node) =>
      !isWithin(node, loop) && (node.getStart() > loop.end || (outer !== around && isWithin(node, outer ?? loop))),
  );
}

/** A wait that a cancellation comes out of: not `await pause().catch(() => undefined)`. */
function tells(node: ts.Node): boolean {
  if (!isWaiting(node)) return false;
  const call = ts.isAwaitExpression(node) ? bare(node.expression) : undefined;
  if (call === undefined || !ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return true;
  const [handler] = call.arguments;
  if (call.expression.name.text !== 'catch' || handler === undefined || !isFunctionNode(handler)) return true;
  return !isSilent(handler.body);
}

/** Code that neither throws nor calls what may. */
function isSilent(body: ts.Node): boolean {
  const speaks = (node: ts.Node): boolean => ts.isThrowStatement(node) || ts.isCallExpression(node);
  return !speaks(body) && !own(body, speaks);
}

/** Only what the loop itself learns ends it: no counter, no list. */
function goesOn(loop: ts.IterationStatement): boolean {
  if (ts.isForOfStatement(loop) || ts.isForInStatement(loop)) return false;
  const condition = ts.isForStatement(loop) ? loop.condition : (loop as ts.WhileStatement | ts.DoStatement).expression;
  if (condition === undefined) return true;
  return !isComparison(condition) && every(condition, isComparison).length === 0;
}

function isComparison(node: ts.Node): boolean {
  return ts.isBinaryExpression(node) && /^[<>]=?$/.test(node.operatorToken.getText());
}

/** Clean-up that a cancellation stops before it starts: it stands in the scope that was cancelled. */
export function shieldCleanup(unit: Unit, world: World): readonly HazardSite[] {
  if (!isFunctionNode(unit.node) || usesScopes(unit.node)) return [];
  const awaited = [...commandsAwaited(unit, world), ...helpersAwaited(unit, world)];
  return awaited.flatMap((call): readonly HazardSite[] => {
    const tried = cleanedUp(call, unit.node);
    if (tried === undefined || !awaited.some((other) => isWithin(other, tried))) return [];
    const label = `${call.expression.getText()}() in the scope that was cancelled`;
    return [{ unit, node: call, effect: 'shield-cleanup', label }];
  });
}

/** The `try` block after which a place cleans up: in its `finally`, or in its `catch` where a cancellation was caught. */
function cleanedUp(node: ts.Node, code: ts.Node): ts.Block | undefined {
  for (let at = node; at !== code && !ts.isSourceFile(at); at = at.parent) {
    const { parent } = at;
    if (ts.isCatchClause(parent) && parent.block === at) {
      const name = parent.variableDeclaration?.name.getText();
      return name !== undefined && isForCancellation(node, parent, name) ? parent.parent.tryBlock : undefined;
    }
    if (ts.isTryStatement(parent) && parent.finallyBlock === at) return parent.tryBlock;
    if (isFunctionNode(parent) && parent !== code) return undefined;
  }
  return undefined;
}

/** Awaited calls of the project's functions that issue a command in the scope of their caller. */
function helpersAwaited(unit: Unit, world: World): readonly ts.CallExpression[] {
  return world.graph.from(unit).edges.flatMap(({ node, to }): readonly ts.CallExpression[] => {
    if (!ts.isCallExpression(node) || !ts.isAwaitExpression(userOf(node)) || !isFunctionNode(to.node)) return [];
    const way = world.wayTo(to, 'commands', ({ label }) => /^\w+(\.\w+)?\(\)|activit/i.test(label));
    if (way === undefined || [to, ...way.edges.map((edge) => edge.to)].some((step) => usesScopes(step.node))) return [];
    return [node];
  });
}

/** Whether code runs just where what was caught is a cancellation: `if (isCancellation(error)) …`, behind `if (!…) throw error`. */
function isForCancellation(node: ts.Node, clause: ts.CatchClause, name: string): boolean {
  for (let at = node; at !== clause; at = at.parent) {
    const { parent } = at;
    if (ts.isIfStatement(parent) && at !== parent.expression) {
      if (saysCancelled(parent.expression, name) === (parent.thenStatement === at)) return true;
    }
    if (!ts.isBlock(parent)) continue;
    const before = parent.statements.slice(0, parent.statements.indexOf(at as ts.Statement));
    const isLeftOtherwise = (one: ts.Statement): boolean =>
      ts.isIfStatement(one) && saysCancelled(one.expression, name) === false && isLeft(one.thenStatement);
    if (before.some(isLeftOtherwise)) return true;
  }
  return false;
}

/** True for `isCancellation(error)`, false for its negation, nothing for any other condition. */
function saysCancelled(condition: ts.Expression, name: string): boolean | undefined {
  const inner = bare(condition);
  if (ts.isPrefixUnaryExpression(inner) && inner.operator === ts.SyntaxKind.ExclamationToken) {
    const says = saysCancelled(inner.operand, name);
    return says === undefined ? undefined : !says;
  }
  const text = inner
    .getText()
    .replace(/\s+/g, '')
    .replace(/^\w+\.(?=isCancellation)/, '');
  return text === `isCancellation(${name})` || text === `${name}instanceofCancelledFailure` ? true : undefined;
}

/** Code that makes or cancels scopes itself: which of them is cancelled the source does not say. */
function usesScopes(code: ts.Node): boolean {
  const outer = ts.findAncestor(code, (node) => ts.isSourceFile(node.parent)) ?? code;
  return /CancellationScope|\.cancel\(\s*\)|shielded|cleanUp|withTimeout|firstOf|nonCancellable/.test(outer.getText());
}

function commandsAwaited(unit: Unit, world: World): readonly ts.CallExpression[] {
  return world
    .callsOf(unit)
    .filter((call) => isCommand(call) && ts.isAwaitExpression(userOf(call.node)))
    .map(({ node }) => node);
}

/** A promise of the SDK's that nobody awaits: its failure fails the workflow task, and the workflow may end before it. */
export function noFloatingWorkflowPromise(unit: Unit, world: World): readonly HazardSite[] {
  const effect = 'no-floating-workflow-promise';
  const calls = world.callsOf(unit).filter(({ name, module }) => promising(name, module));
  const [first] = calls.filter(({ node }) => functionAround(node) === unit.node);
  if (first !== undefined && isAsync(unit.node) && isEachTime(unit.node, world)) {
    return [{ unit, node: unit.node, effect, label: 'forEach() with an async function, which it does not await' }];
  }
  return calls.flatMap(({ node }): readonly HazardSite[] => {
    if (!isDropped(node, world)) return [];
    return [{ unit, node, effect, label: `${bare(node.expression).getText()}() without await` }];
  });
}

/** Whether nobody gets a value: it is a statement of its own, or the last part of one. */
function isDropped(node: ts.Node, world: World): boolean {
  const user = userOf(node);
  if (ts.isExpressionStatement(user)) return true;
  if (ts.isArrowFunction(user)) return isWithin(node, user.body) && isEachTime(user, world);
  if (ts.isConditionalExpression(user)) return !isWithin(node, user.condition) && isDropped(user, world);
  return ts.isBinaryExpression(user) && isShortCircuit(user) && isWithin(node, user.right) && isDropped(user, world);
}

function isShortCircuit({ operatorToken }: ts.BinaryExpression): boolean {
  return /^(&&|\|\||\?\?)$/.test(operatorToken.getText());
}

/** Whether a function is what `forEach()` of a list, map or set gets, which drops what it returns. */
function isEachTime(code: ts.Node, { graph }: World): boolean {
  const call = userOf(code);
  if (!ts.isCallExpression(call) || call.arguments[0] !== code || !ts.isPropertyAccessExpression(call.expression))
    return false;
  if (call.expression.name.text !== 'forEach') return false;
  return !graph.referents.of(call.expression).some(({ kind }) => kind !== 'global');
}

function promising(name: string, module: string): boolean {
  if (module !== '@temporalio/workflow')
    return module === 'longhaul/workflows' && /^(waitFor|rollOver|shielded|withTimeout|step)$/.test(name);
  return isCommand({ name, module }) || /^(continueAsNew|makeContinueAsNewFunc\.\(\))$/.test(name);
}
