import { condition, isCancellation, patched, startChild, workflowInfo } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { Workflow } from '@temporalio/workflow';
import type { StartChildOptions } from './run';
import type { Session } from './session';

// Each travels with every rollover, and nothing but an end of the chain takes one out.
const mostOnce = 2_000;

/** The work of a `run.once` that has begun. */
interface UnderWay {
  ended?: PromiseSettledResult<unknown>;
}

/** What a body is given: see `Run`, which says what each member does. */
export function runObject(session: Session): object {
  const underWay = new Map<string, UnderWay>();
  const run = {
    args: session.args,
    number: session.number,
    isFirst: session.carried === undefined,
    startedAt: session.startedAt,
    deadLetters: session.deadLetters.list,
    undeclared: session.undeclared,
    inboxes: Object.fromEntries(session.inboxes),
    get state() {
      return session.state;
    },
    set state(value: object) {
      session.state = value;
    },
    once: async (key: string, work: () => Promise<unknown>): Promise<unknown> => {
      for (;;) {
        if (session.once.has(key)) return session.once.get(key);
        const other = underWay.get(key);
        // Older code did the work once for each that asked meanwhile, and its runs go on doing so.
        if (!other || !patched('longhaul.once')) break;
        await condition(() => other.ended !== undefined);
        // What was cut off with its own lane is not done; this lane goes on.
        if (other.ended?.status === 'rejected' && !isCancellation(other.ended.reason)) throw other.ended.reason;
      }
      if (session.once.size >= mostOnce && !workflowInfo().unsafe.isReplaying) return await refuseOnce(key);
      const own: UnderWay = {};
      underWay.set(key, own);
      return await session.hold(async () => {
        try {
          const result = await work();
          session.once.set(key, result ?? null);
          session.growth.noteProgress();
          own.ended = { status: 'fulfilled', value: result };
          return result;
        } catch (reason) {
          own.ended = { status: 'rejected', reason };
          throw reason;
        } finally {
          if (underWay.get(key) === own) underWay.delete(key);
        }
      });
    },
    startChild: async (child: Workflow, { workflowId, ...options }: StartChildOptions<never>): Promise<string> => {
      session.children += 1;
      const id = workflowId ?? `${workflowInfo().workflowId}/${child.name}/${session.children}`;
      return await session.hold(async () => {
        try {
          await startChild(child, { ...options, workflowId: id, parentClosePolicy: 'ABANDON' } as never);
          return id;
        } catch (error) {
          const isOthers = workflowId === undefined && error instanceof WorkflowExecutionAlreadyStartedError;
          if (!isOthers || !patched('longhaul.ownChild')) throw error;
        }
        // A child of an earlier execution of the same workflow id goes on under it.
        const own = `${id}/${workflowInfo().firstExecutionRunId}`;
        await startChild(child, { ...options, workflowId: own, parentClosePolicy: 'ABANDON' } as never);
        return own;
      });
    },
    safePoint: async (): Promise<void> => {
      while (session.mustRollOver()) await session.park();
    },
  };
  session.parts.addTo(run);
  return run;
}

/**
 * Fails the workflow task, and not by a throw: a body that caught it would go on, and differ from its own replay, in which this
 * is silent since older code had no limit.
 */
function refuseOnce(key: string): Promise<never> {
  void Promise.reject(
    new Error(
      `run.once('${key}') would be the ${mostOnce + 1}st result that this chain carries; keep what grows with the work in run.state, or ` +
        'let a child or an activity remember it. The run goes on with the corrected code.',
    ),
  );
  return new Promise(() => undefined);
}
