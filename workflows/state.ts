/** How a workflow's state begins, and how an older one becomes today's. */
export interface StateOptions<Args extends readonly unknown[], State extends object> {
  /** A whole number from 1; raise it when the state's shape changes. */
  version: number;

  /** The state of the first run. Called once per chain. */
  initial: (...args: Args) => State;

  /** `migrate[n]` turns a state of version n into one of version n + 1. */
  migrate?: Readonly<Record<number, (old: never) => object>>;
}

/**
 * Brings a carried state to today's version.
 *
 * @throws Error that fails the workflow task, retryably, when the state is newer than this code or a step is missing.
 */
export function migrateState<State extends object>(
  workflow: string,
  carried: { version: number; value: object },
  { version, migrate = {} }: StateOptions<never, State>,
): State {
  if (carried.version > version) {
    throw new Error(
      `longRunning '${workflow}' was continued with state version ${carried.version}; this worker knows up to ${version}. ` +
        'Upgrade this worker; the run goes on by itself then.',
    );
  }
  let value = carried.value;
  for (let from = carried.version; from < version; from += 1) {
    const step = migrate[from];
    if (!step) {
      throw new Error(
        `longRunning '${workflow}' carries state version ${carried.version} and has no migrate[${from}]; ` +
          `add state.migrate[${from}], which turns version ${from} into ${from + 1}.`,
      );
    }
    value = step(value as never);
  }
  return value as State;
}
