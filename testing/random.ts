/** Numbers from 0 to below 1, the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The seed that `LONGHAUL_SEED` names, to repeat a run; else a new one. */
export function seedFromEnvironment(env: NodeJS.ProcessEnv = process.env): number {
  const { LONGHAUL_SEED: given } = env;
  if (!given) return Math.floor(Math.random() * 1_000_000_000);
  const seed = Number(given);
  if (Number.isInteger(seed) && seed >= 0) return seed;
  throw new TypeError(`LONGHAUL_SEED is ${JSON.stringify(given)}; use a whole number from 0.`);
}
