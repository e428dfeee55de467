import { declare } from './declare';
import type { LongRunningOptions } from './declare';
import { isEnvelope } from './envelope';
import type { InboxDeclarations } from './inbox';
import { hasNoInput } from './no-input';
import { checkFunction } from './options';
import type { StateCheck } from './json-state';
import type { Run } from './run';
import { adopt, beganOnOldCode } from './replaces';
import { Session } from './session';
import { declareVersioning } from './versioning';

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
 *   `replaces`, or a new type name.
 */
export function longRunning<
  Args extends [] | [unknown],
  State extends object,
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- no inboxes
  Declarations extends InboxDeclarations = {},
  Result = void,
  OldArgs extends unknown[] = never,
>(
  name: string,
  options: LongRunningOptions<Args, State, Declarations, OldArgs> & StateCheck<State>,
  body: (run: Run<Args, State, Declarations>) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  const declared = declare<Args, State, OldArgs>(name, options);
  checkFunction(`longRunning '${name}': the body`, body, 'an async function, as the third argument');
  const { replaces } = declared.options;
  const onNewCode = async (...given: unknown[]): Promise<Result> => {
    const [input, carried] = given;
    const adopted = replaces && !isEnvelope(carried) ? adopt(name, replaces, given) : undefined;
    const args = adopted?.args ?? (given.length === 0 || hasNoInput(carried) ? [] : [input]);
    const session = new Session(declared, args, adopted ? undefined : carried, adopted);
    return (await session.execute(body as (run: object) => Promise<unknown>)) as Result;
  };
  // Not async: one more promise turn would stand between the old function and what it was recorded with.
  const workflow = (...given: unknown[]): Promise<Result> =>
    replaces && beganOnOldCode(given) ? (replaces.workflow(...given) as Promise<Result>) : onNewCode(...given);
  // The SDK takes the workflow type of client.start(fn) from the function's name.
  Object.defineProperty(workflow, 'name', { value: name });
  declareVersioning(workflow, declared.options.versioning);
  return workflow;
}
