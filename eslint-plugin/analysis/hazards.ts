import type { Effect, Fact } from './effects.js';
import { factOf } from './facts.js';
import type { Referent } from './referents.js';

/** How a value is used where it may be a hazard. */
export type Use = 'call' | 'new' | 'mention';

export interface Hazard {
  effect: Effect;
  /** As a chain shows it: `Date.now()`, `v4() of uuid`. */
  label: string;
}

const effectsOfGlobals = new Map<string, Effect>([
  ['Date.now', 'clock'],
  ['Math.random', 'random'],
  ['crypto.randomUUID', 'random'],
  ['crypto.getRandomValues', 'random'],
]);

/** The hazards of using what a referent stands for, by built-in name or by what is known of its package. */
export function hazardsOf(
  referent: Referent,
  use: Use,
  argumentCount: number,
  own: ReadonlyMap<string, Fact>,
): readonly Hazard[] {
  if (referent.kind === 'global') return ofGlobal(referent.path, use, argumentCount);
  if (referent.kind !== 'package') return [];
  const path = withoutBind(referent.path);
  const fact = factOf(referent.module, path, own);
  if (fact === undefined || fact === 'pure') return [];
  const name = path.filter((step) => step !== 'default').join('.') || 'default';
  const label = `${called(name, use)} of ${referent.module}`;
  return fact.map((effect) => ({ effect, label }));
}

function ofGlobal(path: string, use: Use, argumentCount: number): readonly Hazard[] {
  if (path === 'Date') {
    if (use === 'call') return [{ effect: 'clock', label: 'Date()' }];
    // The value of a date is what it was made from; only one made from nothing is the time.
    return use === 'new' && argumentCount === 0 ? [{ effect: 'clock', label: 'new Date()' }] : [];
  }
  const name = withoutBind(path.split('.')).join('.');
  const effect = effectsOfGlobals.get(name);
  return effect === undefined ? [] : [{ effect, label: called(name, use) }];
}

function called(name: string, use: Use): string {
  return use === 'mention' ? name : `${name}()`;
}

/** `Date.now.bind(Date)` and `.call(…)` are as good as the function. */
function withoutBind(path: readonly string[]): readonly string[] {
  const last = path.at(-1);
  return last !== undefined && ['bind', 'call', 'apply'].includes(last) ? path.slice(0, -1) : path;
}
