import ts from 'typescript';
import type { HazardSite } from '../call-graph.js';
import type { Unit } from '../summary.js';
import { bare, isFunctionNode } from '../syntax.js';
import { codeOf, isInPlace, registrationsIn } from './handlers.js';
import { own } from './syntax.js';
import { holds, type World } from './world.js';

/** Endless loops that add to the history, in workflows that have no way to continue as new. */
export function requireContinueAsNew(unit: Unit, world: World): readonly HazardSite[] {
  if (!isFunctionNode(unit.node) || unit.node.body === undefined || !holds(unit.file, looping)) return [];
  const loops = endlessLoops(unit.node.body);
  if (loops.length === 0) return [];
  const [loop] = loops.filter((one) => world.issuesCommands(unit, one));
  if (loop === undefined) return [];
  for (const caller of world.callersOf(unit)) if (mayRollOver(caller, world)) return [];
  return [{ unit, node: firstToken(loop), effect: 'require-continue-as-new', label: 'an endless loop' }];
}

/** What may be a loop without an end: `for (const item of items)` has one. */
const looping = /\bwhile\b|\bfor\b(?!\s*\(\s*(?:const|let|var)\s+\w+\s+(?:of|in)\b)/;

/** `while (true)` and `for (;;)` that nothing leaves. */
function endlessLoops(body: ts.Node): readonly ts.IterationStatement[] {
  const found: ts.IterationStatement[] = [];
  own(body, (node) => {
    if (ts.isIterationStatement(node, false) && isEndless(node) && !hasExit(node)) found.push(node);
    return false;
  });
  return found;
}

function isEndless(loop: ts.IterationStatement): boolean {
  if (ts.isForStatement(loop)) return loop.condition === undefined || isTrue(loop.condition);
  return (ts.isWhileStatement(loop) || ts.isDoStatement(loop)) && isTrue(loop.expression);
}

function isTrue(condition: ts.Expression): boolean {
  const value = bare(condition);
  return value.kind === ts.SyntaxKind.TrueKeyword || (ts.isNumericLiteral(value) && Number(value.text) !== 0);
}

function hasExit(loop: ts.IterationStatement): boolean {
  return own(loop, (node) => {
    if (ts.isReturnStatement(node) || ts.isThrowStatement(node)) return true;
    if (!ts.isBreakStatement(node)) return false;
    if (node.label !== undefined) return true;
    const left = ts.findAncestor(node, (outer) => ts.isIterationStatement(outer, false) || ts.isSwitchStatement(outer));
    return left === loop;
  });
}

/** Whether code may end its run by continuing as new, or is run by what does; unknown helpers may. */
function mayRollOver(unit: Unit, world: World): boolean {
  if (isLongRunningBody(unit, world)) return true;
  return world.leads(unit, 'rolls over', (at) => {
    const { hazards, borders } = world.graph.from(at);
    return (
      hazards.some(({ effect }) => effect === 'continues-as-new') ||
      borders.some(({ module, name }) => module.startsWith('.') || /continue|roll|history|asnew/i.test(name)) ||
      // A name that leads nowhere in the project may stand for anything, as its word says.
      own(at.node, (node) => ts.isIdentifier(node) && rolls.test(node.text) && !isFollowed(node, at, world))
    );
  });
}

const rolls = /continueAsNew|rollOver|safePoint/i;

function isFollowed(name: ts.Identifier, unit: Unit, world: World): boolean {
  if (world.graph.referents.of(name).some((referent) => referent.kind === 'function')) return true;
  return world.graph.from(unit).edges.some(({ node }) => node.pos <= name.pos && name.end <= node.end);
}

/** Whether a function is what `longRunning()` runs, or the workflow that it makes. */
export function isLongRunningBody({ kind, node }: Unit, world: World): boolean {
  const call = kind === 'wrapped' ? (node as ts.VariableDeclaration).initializer : node.parent;
  if (call === undefined) return false;
  const value = ts.isExpression(call) ? bare(call) : call;
  if (!ts.isCallExpression(value)) return false;
  return /longRunning$/.test(value.expression.getText()) || world.nameOf(value.expression)?.name === 'longRunning';
}

/** A loop is shown by its first word: the rest of it may be long. */
function firstToken(loop: ts.Node): ts.Node {
  return loop.getFirstToken() ?? loop;
}

export function noContinueAsNewInHandler(unit: Unit, world: World): readonly HazardSite[] {
  const handlers = registrationsIn(unit, world).flatMap(({ callbacks, kind }) =>
    callbacks.flatMap((callback) => codeOf(callback, world).map((code) => ({ callback, kind, code }))),
  );
  return handlers.flatMap(({ callback, kind, code }): readonly HazardSite[] => {
    const way = world.wayTo(code, 'continues-as-new');
    if (way === undefined) return [];
    const label = `continueAsNew() in the handler of ${kind === 'update' ? 'an update' : `a ${kind ?? 'signal'}`}`;
    const at = isInPlace(code, callback) ? (way.edges[0]?.node ?? way.hazard.node) : callback;
    return [{ unit, node: at, effect: 'no-continue-as-new-in-handler', label, onward: way.edges }];
  });
}

/** Awaited in a `try` whose `catch` lets nothing out, a continue-as-new does not happen. */
export function noContinueAsNewInTry(unit: Unit, world: World): readonly HazardSite[] {
  const spots = [
    ...world.graph.hazards(unit, 'continues-as-new').map(({ node }) => ({ node, onward: [] })),
    ...world.graph.from(unit).edges.flatMap((edge) => {
      if (edge.to.kind === 'module') return [];
      const [hazard] = world.graph.hazards(edge.to, 'continues-as-new');
      // One that its own function catches never gets here.
      if (hazard === undefined || swallower(hazard.node) !== undefined) return [];
      return [{ node: edge.node, onward: [edge] }];
    }),
  ];
  return spots.flatMap(({ node, onward }): readonly HazardSite[] => {
    if (!ts.isAwaitExpression(node.parent) || swallower(node) === undefined) return [];
    const label = 'continueAsNew() in a try whose catch lets nothing out';
    return [{ unit, node, effect: 'no-continue-as-new-in-try', label, onward }];
  });
}

/** The innermost `catch` around a place of the same function that throws nothing and asks nothing of what it caught. */
function swallower(node: ts.Node): ts.CatchClause | undefined {
  for (let at = node; !isFunctionNode(at) && !ts.isSourceFile(at); at = at.parent) {
    const { parent } = at;
    if (!ts.isTryStatement(parent) || parent.tryBlock !== at || parent.catchClause === undefined) continue;
    const { block, variableDeclaration } = parent.catchClause;
    if (own(block, ts.isThrowStatement) || own(block, isHandingOn)) return undefined;
    const name = variableDeclaration?.name.getText();
    const asks = own(
      block,
      (inner) => ts.isIfStatement(inner) && name !== undefined && inner.expression.getText().includes(name),
    );
    return asks ? undefined : parent.catchClause;
  }
  return undefined;
}

/** A `catch` that asks a helper may have it throw. */
function isHandingOn(node: ts.Node): boolean {
  if (!ts.isCallExpression(node)) return false;
  return /throw|rethrow|handle|reject|assert|ContinueAsNew/i.test(node.expression.getText());
}
