import { startChild, workflowInfo } from '@temporalio/workflow';
import type { Workflow } from '@temporalio/workflow';
import type { StartChildOptions } from './run';
import type { Session } from './session';

// Each travels with every rollover, and nothing but an end of the chain takes one out.
const mostOnce = 2_000;

/** What a body is given: see `Run`, which says what each member does. */
export function runObject(session: Session): object {
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
      if (session.once.has(key)) return session.once.get(key);
      if (session.once.size >= mostOnce && !workflowInfo().unsafe.isReplaying) return await refuseOnce(key);
      return await session.hold(async () => {
        const result = await work();
        session.once.set(key, result ?? null);
        session.growth.noteProgress();
        return result;
      });
    },
    startChild: async (child: Workflow, { workflowId, ...options }: StartChildOptions<never>): Promise<string> => {
      session.children += 1;
      const id = workflowId ?? `${workflowInfo().workflowId}/${child.name}/${session.children}`;
      return await session.hold(async () => {
        await startChild(child, { ...options, workflowId: id, parentClosePolicy: 'ABANDON' } as never);
        return id;
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
