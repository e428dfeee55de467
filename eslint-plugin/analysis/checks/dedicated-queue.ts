import ts from 'typescript';
import { matches } from '../paths.js';
import { bare } from '../syntax.js';
import type { World } from './world.js';

/** Whether a task queue is that of one host: an activity told its name, or the settings say so. */
export function isDedicated(queue: ts.Expression, world: World): boolean {
  const value = bare(queue);
  const text = textOf(value, world);
  if (text !== undefined) return world.dedicatedQueues.some((pattern) => matches(text, pattern));
  return isToldByActivity(value, world);
}

function textOf(value: ts.Expression, { checker }: World): string | undefined {
  if (ts.isStringLiteralLike(value)) return value.text;
  const type = checker.getTypeAtLocation(value);
  return type.isStringLiteral() ? type.value : undefined;
}

/** `const queue = await getHostQueue(); proxyActivities({ taskQueue: queue })` */
function isToldByActivity(value: ts.Expression, world: World, depth = 0): boolean {
  const inner = bare(value);
  if (depth > 3) return false;
  if (ts.isAwaitExpression(inner)) {
    const call = bare(inner.expression);
    const name = ts.isCallExpression(call) ? world.nameOf(call.expression)?.name : undefined;
    const activity = /^proxyActivities\.\(\)\.([^.]+)$/.exec(name ?? '')?.[1];
    return activity !== undefined && ofOneHost.test(activity);
  }
  if (ts.isPropertyAccessExpression(inner)) return isToldByActivity(inner.expression, world, depth + 1);
  if (!ts.isIdentifier(inner)) return false;
  const declared = world.graph.declarationOf(inner);
  const variable = declared && ts.isBindingElement(declared) ? declared.parent.parent : declared;
  if (variable === undefined || !ts.isVariableDeclaration(variable)) return false;
  return variable.initializer !== undefined && isToldByActivity(variable.initializer, world, depth + 1);
}

/** An activity may also choose among queues that many take from: its name has to say that it tells its own. */
const ofOneHost = /unique|host|sticky|dedicated|workerQueue|workerTaskQueue|own(Task)?Queue/i;
