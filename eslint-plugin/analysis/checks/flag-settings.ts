import ts from 'typescript';
import { isFunctionNode } from '../syntax.js';
import { type Flag, isTested } from './flag-tests.js';
import { loopsAround, type Use } from './locals.js';
import { isConditionOf } from './looked-at.js';
import { every, functionAround, isWaiting, isWithin, own, userOf } from './syntax.js';

/** A value that a signal brings, and that each round hands to what it does: `await sleep(interval)`. */
export function isSetting(
  reads: readonly Use[],
  writes: readonly Use[],
  { start, node, late }: Pick<Flag, 'node' | 'late'> & { start: string | undefined },
): boolean {
  if (start === 'undefined' || start === 'null' || !writes.every(isBrought)) return false;
  const own = reads.filter((use) => functionAround(use) === node);
  const elsewhere = reads.filter((use) => functionAround(use) !== node);
  if (elsewhere.some((use) => isConditionOf(functionAround(use))) || own.some((use) => isTested(use))) return false;
  return own.some((use) => {
    const isTaken = ts.findAncestor(use, (outer) => outer === node || ts.isStatement(outer) || isArgument(outer));
    if (isTaken === undefined || isTaken === node || ts.isStatement(isTaken)) return false;
    return loopsAround(use, node).some((loop) => late.some((call) => isWithin(call, loop) || loop.end <= call.pos));
  });
}

/** An argument of a call that is awaited. */
function isArgument(node: ts.Node): boolean {
  const { parent } = node;
  if (!ts.isCallExpression(parent) || !parent.arguments.some((argument) => argument === node)) return false;
  return ts.isAwaitExpression(userOf(parent));
}

/** `interval = given`, of what the handler gets. */
function isBrought(use: Use): boolean {
  const { parent } = use;
  if (!ts.isBinaryExpression(parent) || parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return false;
  const handler = functionAround(use);
  if (!isFunctionNode(handler)) return false;
  const given = new Set(
    handler.parameters.flatMap(({ name }) => [name, ...every(name, ts.isIdentifier)].map((one) => one.getText())),
  );
  const value = [parent.right, ...every(parent.right, ts.isIdentifier)];
  return value.some((inner) => ts.isIdentifier(inner) && given.has(inner.text)) && !own(parent, isWaiting);
}
