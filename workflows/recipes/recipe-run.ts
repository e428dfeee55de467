import { CancellationScope, condition, isCancellation, patched } from '@temporalio/workflow';
import { lengthOfTime } from '../duration';
import type { Duration } from '../duration';
import type { Inbox, InboxDeclarations } from '../inbox';
import { checkFunction, checkGiven, shown } from '../options';
import type { Run } from '../run';
import { workflowNow } from '../workflow-now';

/** What a recipe needs of a run; each body's `run` has it. */
export type RecipeRun = Pick<
  Run<readonly unknown[], object, InboxDeclarations>,
  'keep' | 'hold' | 'rollOverDue' | 'safePoint' | 'startChild'
>;

/**
 * The state of one use of a recipe, under its kind and the caller's key.
 *
 * @throws Error that fails the workflow task, retryably, when newer code wrote it.
 */
export function recipeState<S extends { version: number }>(
  run: RecipeRun,
  recipe: string,
  key: string,
  initial: () => S,
): S {
  if (!key) throw new TypeError(`${recipe}: the key is empty; give each use in a body a name of its own`);
  const fresh = initial();
  const state = run.keep(`longhaul.${recipe}/${key}`, () => fresh);
  if (state.version > fresh.version) {
    // longhaul-ignore no-plain-error: an incompatible deployment: the task waits for the right code
    throw new Error(
      `${recipe} '${key}' was continued with its state at version ${state.version}; this worker knows up to ${fresh.version}. ` +
        'Upgrade this worker; the run goes on by itself then.',
    );
  }
  return state;
}

/**
 * Checks the names of a recipe's options and those that are functions; a recipe is called again in each run, and so is this.
 *
 * @throws TypeError, which fails the workflow task: the run goes on with corrected code.
 */
export function checkRecipe(
  recipe: string,
  options: object,
  known: readonly string[],
  functions: readonly string[] = [],
): void {
  checkGiven(recipe, '', options, known);
  const given = options as Record<string, unknown>;
  for (const name of functions) checkFunction(`${recipe}: ${name}`, given[name]);
  if (!known.includes('inbox')) return;
  const { inbox } = given as { inbox?: { forEach?: unknown } | null };
  if (typeof inbox?.forEach === 'function') return;
  throw new TypeError(`${recipe}: inbox is ${shown(inbox)}; use one of run.inboxes`);
}

/** @throws TypeError that says which option of which recipe is out of range. */
export function milliseconds(recipe: string, option: string, value: Duration): number {
  return Math.round(lengthOfTime(`${recipe}: ${option}`, value));
}

/** @throws TypeError that says which option of which recipe is out of range. */
export function wholeNumber(recipe: string, option: string, value: number, least = 1, most = 1_000_000): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new TypeError(`${recipe}: ${option} is ${String(value)}; use a whole number from ${least} to ${most}`);
}

/**
 * Waits until `wake` holds or the clock reads `at`. A rollover that comes due meanwhile takes place at once: the next run waits
 * for what is left.
 */
export async function pause(
  run: RecipeRun,
  { at, wake = () => false }: { at?: number | undefined; wake?: () => boolean },
): Promise<void> {
  for (;;) {
    await run.safePoint();
    const left = at === undefined ? undefined : at - workflowNow();
    if (wake() || (left !== undefined && left <= 0)) return;
    const ready = () => wake() || run.rollOverDue;
    await (left === undefined ? condition(ready) : condition(ready, left));
  }
}

/**
 * The entry of a table whose keys are data: they may be `constructor` or `__proto__`, which every object seems to have.
 *
 * @returns the entry that is there, or `initial`, put there.
 */
export function entryOf<V>(table: Record<string, V>, key: string, initial: () => V): V {
  if (Object.hasOwn(table, key)) return table[key] as V;
  const value = initial();
  Object.defineProperty(table, key, { value, writable: true, enumerable: true, configurable: true });
  return value;
}

const drains = new WeakMap<object, Promise<void>>();

/**
 * Hands each item that waits to `keep`, which stores it at once and returns its answer, where the inbox gives one: the item has left
 * the inbox then, and its lease with it. Lanes that share an inbox take turns.
 */
export async function drain<T, R>(inbox: Inbox<T, R>, keep: (item: T) => R): Promise<void> {
  for (let other = drains.get(inbox); other !== undefined; other = drains.get(inbox))
    await other.catch(() => undefined);
  const draining = inbox.forEach((item) => Promise.resolve(keep(item)), { until: () => true });
  drains.set(inbox, draining);
  try {
    await draining;
  } finally {
    drains.delete(inbox);
  }
}

/** Whether `error` tells that the work was cut off, so that it is neither a result nor a failure of the item. */
export function isCutOff(error: unknown): boolean {
  return isCancellation(error) && CancellationScope.current().consideredCancelled;
}

/**
 * Whether a recipe that is cut off is to wait for what it has under way: that would go on behind the caller's back, and a second call
 * would begin it again beside it.
 *
 * @remarks At first it did not wait. Where it does it records a patch marker, and else it takes no promise turn.
 */
export function endsFirst(): boolean {
  return patched('longhaul.cutOff');
}
