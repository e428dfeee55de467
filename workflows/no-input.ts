import type { PartMaker } from './part';

/**
 * Tells the next run that the workflow was started without an argument. The envelope is the second one, so the first can't be
 * left out, and `run.args` would be `[undefined]` where it was `[]`.
 */
export const noInput: PartMaker = ({ args }) => ({ carry: () => (args.length === 0 ? true : undefined) });

/** Whether the second argument of a run says so. Anything else in its place is refused by `readEnvelope`. */
export function hasNoInput(carried: unknown): boolean {
  return (carried as { extensions?: { noInput?: unknown } } | null | undefined)?.extensions?.noInput === true;
}
