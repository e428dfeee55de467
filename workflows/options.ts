/**
 * Refuses an option that is none: a misspelt one would otherwise be left out in silence, and its default hold.
 *
 * @param who Whose options they are: it begins the message.
 * @param path Where they stand among its options, such as `'dedupe'`; `''` for the options themselves.
 * @param known All that there are.
 * @throws TypeError that names the nearest one there is, or all. An explicit `undefined` is as good as none.
 */
export function checkKnown(who: string, path: string, given: unknown, known: readonly string[]): void {
  if (given === undefined) return;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError(
      `${who}: ${path ? `${path} is` : 'the options are'} ${shown(given)}; use { ${known.join(', ')} }`,
    );
  }
  const prefix = path && `${path}.`;
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || known.includes(name)) continue;
    const meant = nearest(name, known);
    const instead = meant === undefined ? known.join(', ') : `${prefix}${meant}`;
    throw new TypeError(`${who}: '${prefix}${name}' is no option; use ${instead}`);
  }
}

/** `checkKnown` for options that can't be left out. */
export function checkGiven(who: string, path: string, given: unknown, known: readonly string[]): void {
  checkKnown(who, path, given ?? null, known);
}

/** @throws TypeError unless `value` is one of `allowed`. */
export function checkOneOf(what: string, value: unknown, allowed: readonly string[]): void {
  if (allowed.includes(value as string)) return;
  const quoted = allowed.map((one) => `'${one}'`);
  throw new TypeError(`${what} is ${shown(value)}; use ${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`);
}

/** @throws TypeError unless `value` is a function. @param use What to write in its place. */
export function checkFunction(what: string, value: unknown, use = 'a function'): void {
  if (typeof value !== 'function') throw new TypeError(`${what} is ${shown(value)}; use ${use}`);
}

/** A value as a message names it: short, whatever somebody handed in. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 60)}…` : value}'`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/** The one of `known` that `name` is most likely a misspelling of. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((word) => ({ word, distance: editDistance(name.toLowerCase(), word.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance);
  const [best] = ranked;
  return best && best.distance <= Math.max(2, Math.floor(name.length / 3)) ? best.word : undefined;
}

/** Whether `name` is `known` but for a letter or two. */
export const isMisspelling = (name: string, known: string): boolean =>
  name !== known && editDistance(name.toLowerCase(), known.toLowerCase()) <= 2;

/** How many characters have to be put in, taken out or replaced. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [at, letter] of from.split('').entries()) {
    const next = [at + 1];
    for (let index = 0; index < to.length; index += 1) {
      const replaced = (row[index] ?? 0) + (letter === to[index] ? 0 : 1);
      next.push(Math.min(replaced, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
