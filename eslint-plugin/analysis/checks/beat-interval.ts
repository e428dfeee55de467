import ts from 'typescript';
import { bare, isFunctionNode } from '../syntax.js';
import { beatOf, type Activity } from './activities.js';
import { durationOf } from './options.js';
import { functionAround, isWithin } from './syntax.js';
import type { World } from './world.js';

/** How often an activity beats at best, in milliseconds, where its source fixes that: by a timer, or by what its loop waits. */
export function beatInterval(activity: Activity, world: World): number | undefined {
  const beat = beatOf(activity, world);
  if (beat === undefined || beat === 'by itself') return undefined;
  return timerAround(beat.node, world) ?? pauseInLoop(beat.node, world);
}

/** `setInterval(() => heartbeat(), 20_000)` */
function timerAround(beat: ts.Node, world: World): number | undefined {
  const code = functionAround(beat);
  const call = ts.isExpression(code) ? code.parent : undefined;
  if (call === undefined || !ts.isCallExpression(call) || !/(^|\.)setInterval$/.test(call.expression.getText())) {
    return undefined;
  }
  return fixed(call.arguments[1], world);
}

/** `for (;;) { heartbeat(); await sleep('20 seconds'); }`: what each turn of a loop waits, whatever it decides. */
function pauseInLoop(beat: ts.Node, world: World): number | undefined {
  const loop = ts.findAncestor(beat, (outer) => ts.isIterationStatement(outer, false) || isFunctionNode(outer));
  if (loop === undefined || !ts.isIterationStatement(loop, false)) return undefined;
  const statements = ts.isBlock(loop.statement) ? [...loop.statement.statements] : [loop.statement];
  const expressions = statements.filter(ts.isExpressionStatement);
  if (!expressions.some((statement) => isWithin(beat, statement))) return undefined;
  const pauses = expressions.flatMap(({ expression }) => {
    const awaited = bare(expression);
    return ts.isAwaitExpression(awaited) ? [pauseOf(bare(awaited.expression), world)] : [];
  });
  const known = pauses.filter((pause) => pause !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, pause) => sum + pause, 0);
}

/** `sleep('20 seconds')`, `setTimeout(20_000)` of node:timers/promises */
function pauseOf(call: ts.Expression, world: World): number | undefined {
  if (!ts.isCallExpression(call) || !/(^|\.)(sleep|setTimeout|delay)$/.test(call.expression.getText()))
    return undefined;
  return fixed(call.arguments[0], world);
}

function fixed(duration: ts.Expression | undefined, world: World): number | undefined {
  const found = duration && durationOf(duration, world);
  return typeof found === 'number' ? found : undefined;
}
