import { patched, workflowInfo } from '@temporalio/workflow';
import type { CarriedInbox } from './envelope';
import { isEnvelope } from './envelope';
import type { InboxDeclaration, InboxDeclarations } from './inbox';

/** The plain workflow function that a `longRunning` takes over from, under the same workflow type. */
export interface Replaces<
  OldArgs extends unknown[],
  Args extends readonly unknown[],
  State extends object,
  Declarations extends InboxDeclarations,
> {
  /** The function as it was deployed. Executions that began on it go on with it until they end or continue as new. */
  workflow: (...args: OldArgs) => Promise<unknown>;

  /**
   * Turns arguments of the old function into a first run of the new one: those that it continued as new with, and those of
   * clients that still start it the old way. Returns undefined for what are no arguments of the old function: a start with the
   * new function's own. Pure.
   */
  fromArgs: (...args: OldArgs) => Adopted<Args, State, Declarations> | undefined;
}

/** What a first run begins with that takes over from a plain workflow function. */
export interface Adopted<
  Args extends readonly unknown[],
  State extends object,
  Declarations extends InboxDeclarations = InboxDeclarations,
> {
  args: Args;
  /** @default what `state.initial` makes of `args` */
  state?: State;
  /** Items that the old code carried, oldest first, by inbox. They come before every signal of this run. @default none */
  items?: { readonly [K in keyof Declarations]?: readonly ItemOf<Declarations[K]>[] };
  /** Ids that the old code had seen, oldest first, by inbox. @default none */
  seen?: { readonly [K in keyof Declarations]?: readonly (string | number)[] };
}

type ItemOf<D> = D extends InboxDeclaration<infer T> ? T : never;

export type AnyReplaces = Replaces<unknown[], readonly unknown[], object, InboxDeclarations>;
export type AnyAdopted = Adopted<readonly unknown[], object>;

/**
 * Whether this run began on the old function, and must go on with it. Its history decides: one that began there has no marker.
 *
 * @remarks Records one `patched()` marker in each run that begins without an envelope, and nothing in later ones. No Cloud action.
 */
export function beganOnOldCode(given: readonly unknown[]): boolean {
  return !isEnvelope(given[1]) && !patched('longhaul.replaces');
}

/**
 * What a run without an envelope takes over, or undefined for a start with the new function's own argument.
 *
 * @throws Error that fails the workflow task, retryably, when the old code continued as new with what `fromArgs` does not take.
 */
export function adopt(name: string, { fromArgs }: AnyReplaces, given: unknown[]): AnyAdopted | undefined {
  const adopted = fromArgs(...given);
  if (adopted) return adopted;
  const { continuedFromExecutionRunId, cronSchedule } = workflowInfo();
  // A longRunning continues as new with an envelope, and a cron schedule with the first input: all else comes from the old code.
  if (continuedFromExecutionRunId === undefined || cronSchedule !== undefined) return undefined;
  throw new Error(
    `longRunning '${name}' was continued as new with ${given.length} arguments that are no envelope, and replaces.fromArgs returned ` +
      'undefined for them; let it take what the old function continued as new with. The run goes on with the corrected code.',
  );
}

/** What was adopted, as the inboxes of a run read it. */
export function adoptedInboxes(
  name: string,
  declarations: InboxDeclarations = {},
  { items = {}, seen = {} }: AnyAdopted,
  at: number,
): Record<string, CarriedInbox> {
  const inboxes: Record<string, CarriedInbox> = {};
  for (const inbox of new Set([...Object.keys(items), ...Object.keys(seen)])) {
    const declaration = declarations[inbox];
    if (!declaration)
      throw new Error(`longRunning '${name}': replaces.fromArgs fills '${inbox}', which is no inbox of it`);
    const { dedupe } = declaration.options;
    const entries = (items[inbox] ?? []).map((item: unknown) =>
      dedupe ? { item, id: String(dedupe.by(item)), at } : { item, at },
    );
    const ids = [...(seen[inbox] ?? []).map(String), ...entries.flatMap(({ id }) => (id === undefined ? [] : [id]))];
    inboxes[inbox] = {
      items: entries,
      seen: [...new Set(ids)].slice(-(dedupe?.keep ?? 1_000)),
      received: entries.length,
      duplicates: 0,
    };
  }
  return inboxes;
}
