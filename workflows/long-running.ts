import { declare } from './declare';
import type { LongRunningOptions } from './declare';
import type { InboxDeclarations } from './inbox';
import type { Run } from './run';
import { Session } from './session';

/**
 * Turns `body` into a workflow function whose state and signals can't be lost over restarts and rollovers.
 *
 * A hand-written loop with `continueAsNew` has to carry each buffered signal, the dedupe window and its counters, refuse to end
 * with items left, and honour a cancellation that comes with the rollover; each is easy to forget, and none shows in staging.
 *
 * @param name The workflow type: the name under which the result is exported.
 * @param body Starts from the top in each run. Every inbox read and `run.safePoint()` may end the run, outside any `catch` or
 *   `finally` of the body's.
 * @throws TypeError at definition, for options that are out of range.
 * @remarks Takes one argument or none, since the second is the envelope that runs hand on. Records nothing of its own but the
 *   continue-as-new, and one timer where a rollover has to wait for an item in hand. Replacing a deployed plain workflow needs
 *   `patched()` at its entry, or a new type name.
 */
export function longRunning<
  Args extends [] | [unknown],
  State extends object,
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- no inboxes
  Declarations extends InboxDeclarations = {},
  Result = void,
>(
  name: string,
  options: LongRunningOptions<Args, State, Declarations>,
  body: (run: Run<Args, State, Declarations>) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  const declared = declare(name, options);
  const workflow = async (...given: unknown[]): Promise<Result> => {
    const [input, carried] = given;
    const args = (given.length === 0 ? [] : [input]) as unknown as Args;
    const session = new Session(declared, args, carried);
    return (await session.execute(body as (run: object) => Promise<unknown>)) as Result;
  };
  // The SDK takes the workflow type of client.start(fn) from the function's name.
  Object.defineProperty(workflow, 'name', { value: name });
  return workflow;
}
