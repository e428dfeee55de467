import type { ListedRun } from './listing';

/** Runs in the order in which to record them. */
export function chooseRuns(runs: readonly ListedRun[], { seed, now }: { seed: number; now: number }): ListedRun[] {
  const random = seeded(seed);
  const types = groupBy(runs, ({ workflowType }) => workflowType);
  const first: ListedRun[] = [];
  const strata: ListedRun[][] = [];
  for (const ofType of types.values()) {
    const open = ofType.filter(({ status }) => status === 'running').sort((a, b) => a.startedAt - b.startedAt);
    // The oldest open run is the likeliest to break, and the longest shows the most.
    first.push(
      ...open.slice(0, 1),
      ...ofType
        .filter((run) => run.status !== 'running')
        .sort((a, b) => b.length - a.length)
        .slice(0, 1),
    );
    for (const stratum of groupBy(ofType, (run) => stratumOf(run, now)).values())
      strata.push(shuffled(stratum, random));
  }
  // Open strata first: they are what a release can break. Then one of each stratum in turn.
  strata.sort((a, b) => Number(b[0]?.status === 'running') - Number(a[0]?.status === 'running'));
  const rest: ListedRun[] = [];
  for (let round = 0; strata.some((stratum) => stratum.length > round); round += 1) {
    rest.push(...strata.flatMap((stratum) => stratum.slice(round, round + 1)));
  }
  return [...new Set([...first, ...rest])];
}

/** Type, status, patches, version, length and age: what visibility tells of a run's shape. */
function stratumOf({ status, patches, version, length, startedAt }: ListedRun, now: number): string {
  const hours = (now - startedAt) / 3_600_000;
  const age = [1, 24, 24 * 7, 24 * 30].findIndex((limit) => hours < limit);
  return JSON.stringify([status, patches, version, length === 0 ? 0 : Math.ceil(Math.log2(length)), age]);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const mixed = [...items];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T];
  }
  return mixed;
}

/** The same numbers for the same seed. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
