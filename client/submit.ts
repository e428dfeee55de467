import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { lengthOfTime } from '../workflows/duration';
import type { Duration } from '../workflows/duration';
import { isLonghaulFailure } from '../workflows/failure';
import { checkKnown, checkOneOf, shown } from '../workflows/options';

export interface SubmitOptions {
  /** How long to try, and to wait for the answer, in all. @default as long as it takes */
  timeout?: Duration;

  /** Ends the trying and the waiting; the item may have been accepted by then. */
  signal?: AbortSignal;

  /** What to do while the inbox holds as many items as it takes: fail with `LonghaulInboxFull`, or try again. @default 'fail' */
  whenFull?: 'fail' | 'wait';
}

/** Which workflow: any handle, or `{ client: client.workflow, workflowId }`. */
export interface SubmitTarget extends Pick<WorkflowHandle, 'client' | 'workflowId'> {
  /** Only the chain that began with this run; handles of started workflows have it. */
  readonly firstExecutionRunId?: string;
}

/** `submit` ran out of time. Whether the item was accepted is not known: sent again under the same id it is not done twice. */
export class SubmitTimeoutError extends Error {
  override readonly name = 'SubmitTimeoutError';

  constructor(
    message: string,
    readonly workflowId: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const firstWaitMs = 50;
const longestWaitMs = 2_000;
const grpcStatus = { resourceExhausted: 8, failedPrecondition: 9, unavailable: 14 };

/**
 * Sends an item to an inbox that an update fills, and returns its answer.
 *
 * Unlike `handle.executeUpdate` it survives a rollover: an update that is turned away because its run is about to end is sent again to
 * the next one, and an answer is asked of the run that accepted the item, also when another one has begun since. It also goes on
 * trying while the server can't take it: ten updates are in flight for the workflow, a rate limit is reached, it is being
 * restarted, or the workflow fails its tasks until its code is mended. An inbox without `dedupe` may then get the item twice, where a rollover came between.
 *
 * @returns what the item's handler returned, for an inbox declared `reply: 'done'`; nothing for `'accepted'`.
 * @throws WorkflowUpdateFailedError with the item's failure, or why it was turned away, as its cause.
 * @throws WorkflowNotFoundError when no run is open.
 * @throws SubmitTimeoutError when `timeout` ran out; its message ends with what the server said last.
 * @throws the reason of `signal`, when that aborts.
 * @remarks Each try is one action on Temporal Cloud.
 */
export async function submit<Ret, T>(
  target: SubmitTarget,
  update: UpdateDefinition<Ret, [T]>,
  item: T,
  options: SubmitOptions = {},
): Promise<Ret> {
  checkSubmit(target, update, options);
  const { timeout, signal, whenFull = 'fail' } = options;
  const { client, workflowId, firstExecutionRunId } = target;
  const time =
    timeout === undefined
      ? undefined
      : AbortSignal.timeout(Math.ceil(lengthOfTime('submit: timeout', timeout, { most: 2 ** 32 - 1 })));
  const given = [time, signal].filter((one) => one !== undefined);
  const ended = given.length === 0 ? undefined : AbortSignal.any(given);
  // A handle with the run id of `target` would go on asking a run that has ended.
  const handle = client.getHandle(workflowId, undefined, firstExecutionRunId ? { firstExecutionRunId } : {});
  let updateId: string = randomUUID();
  let refusal: unknown;
  const attempt = async (): Promise<Ret> => {
    // `executeUpdate` asks whichever run is open for the answer, and does not find it there after a rollover.
    const accepted = await handle.startUpdate(update, { args: [item], updateId, waitForStage: 'ACCEPTED' });
    return await accepted.result();
  };
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
    try {
      ended?.throwIfAborted();
      // A signal for each try: a call leaves a listener behind.
      return await (ended ? client.withAbortSignal(AbortSignal.any([ended]), attempt) : attempt());
    } catch (error) {
      if (ended?.aborted) throw endedBy(refusal ?? error);
      const turnedAway =
        isLonghaulFailure(error, 'LonghaulRollingOver') ||
        (whenFull === 'wait' && isLonghaulFailure(error, 'LonghaulInboxFull'));
      // A run answers an update id once; one that may have been accepted is asked for under the same.
      if (turnedAway) updateId = randomUUID();
      else if (!isOfTheMoment(error)) throw error;
      refusal = error;
    }
    // Clients that were turned away together do not come back together.
    await sleep(waitMs * (0.5 + Math.random() / 2), undefined, ended ? { signal: ended } : {}).catch(() => undefined);
  }

  function endedBy(cause: unknown): unknown {
    if (signal?.aborted) return signal.reason;
    const message = `The item sent to '${workflowId}' by '${update.name}' had no answer within ${timeout}; it may have been accepted`;
    const why = detailsOf(cause);
    return new SubmitTimeoutError(why === undefined ? message : `${message}. Last: ${why}`, workflowId, { cause });
  }
}

/**
 * Whether the server could not take or answer the update just now: ten are in flight, the run is closing, a rate limit is reached, the
 * workflow task that was to take it failed, or its host went away. The client has tried ten times by then.
 */
function isOfTheMoment(error: unknown): boolean {
  const { cause } = Object(error) as { cause?: { code?: unknown } };
  // It came as a task failed: one that was to end the run and found a new signal, most often. Or tasks fail until the code is mended.
  if (cause?.code === grpcStatus.failedPrecondition)
    return /workflow task (?:failure|in failed state)/i.test(detailsOf(error) ?? '');
  return cause?.code === grpcStatus.resourceExhausted || cause?.code === grpcStatus.unavailable;
}

/** What the server said. */
function detailsOf(error: unknown): string | undefined {
  const { cause } = Object(error) as { cause?: { details?: unknown } };
  return typeof cause?.details === 'string' && cause.details !== '' ? cause.details : undefined;
}

function checkSubmit(target: unknown, update: unknown, options: SubmitOptions): void {
  const { client, workflowId } = (target ?? {}) as { client?: { getHandle?: unknown }; workflowId?: unknown };
  if (typeof client?.getHandle !== 'function' || typeof workflowId !== 'string' || workflowId === '') {
    throw new TypeError(
      'submit: the target names no workflow; use a handle, or { client: client.workflow, workflowId }',
    );
  }
  const { type } = (update ?? {}) as { type?: unknown };
  if (type !== 'update') {
    throw new TypeError(
      `submit: what to send by is ${shown(update)}; use what defineUpdate() made, which fills an inbox of the workflow`,
    );
  }
  checkKnown('submit', '', options, ['timeout', 'signal', 'whenFull']);
  if (options.whenFull !== undefined) checkOneOf('submit: whenFull', options.whenFull, ['fail', 'wait']);
}
