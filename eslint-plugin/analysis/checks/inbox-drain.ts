import ts from 'typescript';
import type { HazardSite } from '../call-graph.js';
import type { Unit } from '../summary.js';
import { isFunctionNode } from '../syntax.js';
import { isFilledWithin } from './filled-within.js';
import { codeNodes, handlersIn, type Registration, registrationsIn } from './handlers.js';
import { callOn, declaredIn, isBuffer, isFill, isFilledIn, loopsAround } from './locals.js';
import { every, functionAround, isWaiting, isWithin, userOf } from './syntax.js';
import type { World } from './world.js';

/** A buffer that a signal fills, and that nobody looks into any more while the workflow still waits. */
export function requireInboxDrain(unit: Unit, world: World): readonly HazardSite[] {
  const { node } = unit;
  if (!isFunctionNode(node) || node.body === undefined || !ts.isBlock(node.body)) return [];
  const { body } = node;
  const handlers = handlersIn(unit, world);
  const signals = registrationsIn(unit, world).filter(({ kind }) => kind === 'signal');
  if (signals.length === 0) return [];
  return declaredIn(body).flatMap((local): readonly HazardSite[] => {
    const isFilledBy = (signal: Registration): boolean => {
      const code = codeNodes(signal, world);
      return isBuffer(local) ? isFilledIn(local, code) : isFilledWithin(local, code, unit, world);
    };
    const filledBy = signals.find(isFilledBy);
    if (filledBy === undefined || (!isBuffer(local) && local.uses.some(isGivenAway))) return [];
    const others = local.uses.filter((use) => !handlers.some((handler) => isWithin(use, handler)) || isRead(use));
    const fillers = codeNodes(filledBy, world);
    const reads = others.filter((use) => !fillers.some((callback) => isWithin(use, callback)));
    // What a handler or another function looks at may be looked at any time; a predicate looks while it is waited for.
    if (reads.length === 0 || reads.some((use) => functionAround(use) !== node && !isWaitedFor(use, node))) return [];
    // Answers by the question that they belong to: what comes unasked is for nobody.
    if (reads.some(isKeyed)) return [];
    // A loop that goes on for other reasons comes back to it.
    if (reads.some((use) => loopsAround(use, body).some((loop) => !goesOnBy(loop, reads)))) return [];
    const last = Math.max(...reads.map((use) => loopsAround(use, body).at(-1)?.end ?? use.end));
    const isLater = every(body, isWaiting).some(
      (wait) => functionAround(wait) === node && wait.getStart() >= last && !/continueAsNew/i.test(wait.getText()),
    );
    if (!isLater) return [];
    const label = `'${local.name}', which a signal fills and nobody reads after line ${String(lineOf(last, body))}`;
    return [{ unit, node: filledBy.node, effect: 'require-inbox-drain', label }];
  });
}

/** `answers.has(id)`, `answers.get(id)` */
function isKeyed({ parent }: ts.Node): boolean {
  return ts.isPropertyAccessExpression(parent) && /^(has|get)$/.test(parent.name.text);
}

/** Whether a predicate that is awaited where it stands looks at something. */
function isWaitedFor(use: ts.Node, node: ts.Node): boolean {
  const predicate = functionAround(use);
  const call = predicate.parent;
  if (!ts.isCallExpression(call) || !/(^|\.)condition$/.test(call.expression.getText())) return false;
  return functionAround(call) === node && ts.isAwaitExpression(userOf(call));
}

/** `await queue.run()` and `drain(queue)`: who gets it may look at it for as long as it likes. */
function isGivenAway(use: ts.Identifier): boolean {
  const call = callOn(use);
  if (call !== use) return ts.isAwaitExpression(userOf(call)) || ts.isReturnStatement(userOf(call));
  return ts.isCallExpression(use.parent) || ts.isNewExpression(use.parent) || ts.isSpreadElement(use.parent);
}

function lineOf(position: number, node: ts.Node): number {
  return node.getSourceFile().getLineAndCharacterOfPosition(position).line + 1;
}

/** Whether a handler looks at a buffer too, rather than only putting something in. */
function isRead(use: ts.Identifier): boolean {
  return !isFill(use);
}

/** A loop that goes on as long as there is something in the buffer. */
function goesOnBy(loop: ts.IterationStatement, reads: readonly ts.Node[]): boolean {
  const looked = ts.isForStatement(loop) ? loop.condition : (loop as ts.WhileStatement | ts.ForOfStatement).expression;
  return looked !== undefined && reads.some((use) => isWithin(use, looked));
}
