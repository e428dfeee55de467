import { seededRandom } from '../../testing/random';

export interface DrillSize {
  /** Signals to each kind of queue, a tenth of them duplicates. */
  signals: number;
  /** SIGKILLs of workers. */
  kills: number;
  serverKills: number;
  /** Rollovers that are asked for; the histories' length brings more. */
  rollOvers: number;
  keys: number;
  queues: number;
  clients: number;
  workers: number;
}

/** One signal. Items of a key are sent in the order of `seq`, each once the server has acknowledged the one before. */
export interface Item {
  id: string;
  key: number;
  seq: number;
}

/** Something that is done when this many items have been applied, so that a seed means the same on any machine. */
export type Blow = { afterApplied: number } & (
  | { kind: 'worker'; victim: number; where: 'anywhere' | 'after-effect' }
  | { kind: 'server' }
  | { kind: 'roll-over'; queue: number }
);

/** What the client process `client` sends: a list for each of its keys, duplicates among it. */
export function signalsOf(seed: number, size: DrillSize, client: number): Item[][] {
  return everySignal(seed, size).filter((_, key) => key % size.clients === client);
}

/** The different items that are sent. */
export function itemsOf(seed: number, size: DrillSize): Item[] {
  return everySignal(seed, size).flatMap((signals) => [...new Map(signals.map((item) => [item.id, item])).values()]);
}

export const queueOf = ({ key }: Item, { queues }: DrillSize): number => key % queues;

export function blowsOf(seed: number, size: DrillSize): Blow[] {
  const random = seededRandom(seed + 1);
  const below = (limit: number): number => Math.floor(random() * limit);
  const items = itemsOf(seed, size).length;
  // Spread over the drill with some chance, since blows that all come at once are one blow.
  const spread = (n: number, of: number): number => Math.floor((items * (n + random())) / (of + 1)) + 1;
  const list = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
  const firstQueue = below(size.queues);
  const blows: Blow[] = [
    ...list(size.kills, (n) => ({
      kind: 'worker' as const,
      afterApplied: spread(n, size.kills),
      victim: below(size.workers),
      // Chance hits the gap between an effect and its report too seldom to rely on.
      where: n % 2 === 0 ? ('after-effect' as const) : ('anywhere' as const),
    })),
    ...list(size.serverKills, (n) => ({ kind: 'server' as const, afterApplied: spread(n, size.serverKills) })),
    ...list(size.rollOvers, (n) => ({
      kind: 'roll-over' as const,
      afterApplied: spread(n, size.rollOvers),
      // In turn: asked twice before a worker is there, a queue rolls over once.
      queue: (firstQueue + n) % size.queues,
    })),
  ];
  return blows.sort((a, b) => a.afterApplied - b.afterApplied);
}

/** A list for each key. */
function everySignal(seed: number, { signals, keys }: DrillSize): Item[][] {
  const random = seededRandom(seed);
  const duplicates = Math.floor(signals / 10);
  const lists: Item[][] = Array.from({ length: keys }, () => []);
  const perKey = lists.map(() => 0);
  for (let n = 0; n < signals - duplicates; n += 1) {
    const key = n % keys;
    const seq = (perKey[key] ?? 0) + 1;
    perKey[key] = seq;
    lists[key]?.push({ id: `${key}-${seq}`, key, seq });
  }
  for (let n = 0; n < duplicates; n += 1) {
    const list = lists[n % keys] ?? [];
    const original = Math.floor(random() * list.length);
    const item = list[original];
    // At once or up to 20 signals later: while it waits, while it is in hand, and after a rollover.
    if (item) list.splice(Math.min(list.length, original + 1 + Math.floor(random() * 20)), 0, item);
  }
  return lists;
}
