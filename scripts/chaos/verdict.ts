import type { Effects } from './database';
import type { Kind } from './kinds';
import type { DrillSize } from './plan';

/** What became of the load on one kind of queue. */
export interface Outcome extends Effects {
  kind: Kind;
  /** Runs of all queues; of the plain ones those that had an effect, since they know no number of theirs. */
  runs: number;
  sent: number;
  lost: number;
  /** Signals that the inbox dropped, since their id had come before. */
  droppedSignals: number;
  /** Attempts beyond the first of an item: effects that the unique id suppressed. */
  suppressed: number;
}

export interface Blows {
  kills: number;
  serverKills: number;
  rollOvers: number;
}

export interface Verdict {
  passed: boolean;
  /** Empty where it passed. */
  reasons: string[];
}

/** What must hold of the queue on longhaul; the plain ones are there to compare. */
export function verdictOn(longhaul: Outcome, blows: Blows, size: DrillSize): Verdict {
  const reasons: string[] = [];
  if (longhaul.lost > 0) reasons.push(`${longhaul.lost} items were lost`);
  if (longhaul.reordered > 0) reasons.push(`${longhaul.reordered} items came out of the order of their key`);
  const weak = (what: string, is: number, least: number): void => {
    if (is < least) reasons.push(`the drill was too weak: ${is} ${what}, of at least ${least}`);
  };
  weak('worker kills', blows.kills, size.kills);
  weak('server kills', blows.serverKills, size.serverKills);
  weak('rollovers', blows.rollOvers, size.rollOvers);
  weak('suppressed duplicates among the effects', longhaul.suppressed, size.kills > 0 ? 1 : 0);
  weak('dropped duplicates among the signals', longhaul.droppedSignals, size.signals >= 10 ? 1 : 0);
  return { passed: reasons.length === 0, reasons };
}
