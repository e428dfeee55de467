import type { EngineJob } from './engine/replay-engine';
import { decodeHistory, encodeHistory, type History } from './proto';
import { ReplayProcess, type ReplayProcessOptions } from './replay-process';

/** As much as the test needs to see of a history: a run of a few workflow tasks. */
const mostEvents = 200;

/**
 * Asks whether replay with its switches and the SDK as it is agree, on the beginning of one history: as it is, and with a
 * command changed, over which both must fail.
 *
 * The switches lean on parts of the SDK that are not public. This is what notices where a version of it has changed them.
 *
 * @returns In what they disagree; undefined if they agree.
 */
export async function disagreement(
  job: { workflowId: string; encoded: Uint8Array },
  options: Omit<ReplayProcessOptions, 'plain' | 'lines' | 'aheadMs'>,
): Promise<string | undefined> {
  const base = { ...options, lines: false, aheadMs: 0 };
  const processes = {
    fast: new ReplayProcess({ ...base, plain: false }),
    plain: new ReplayProcess({ ...base, plain: true }),
  };
  try {
    for (const [what, encoded] of samplesOf(job.encoded)) {
      const [fast, plain] = await Promise.all(
        [processes.fast, processes.plain].map((one) => one.replay({ workflowId: job.workflowId, encoded })),
      );
      const [was, now] = [plain, fast].map((result) => verdictOf(result?.verdict.status));
      if (was !== now) return `on ${what} the SDK says ${was ?? ''}, and the fast path ${now ?? ''}`;
    }
    return undefined;
  } finally {
    await Promise.all([processes.fast.close(), processes.plain.close()]);
  }
}

/**
 * Asks the core about a history that was replayed without it.
 *
 * @returns In what they disagree; undefined if they agree.
 */
export async function tapeDisagreement(
  { tape: _, ...job }: EngineJob,
  without: string | undefined,
  start: ReplayProcessOptions,
): Promise<string | undefined> {
  const core = new ReplayProcess({ ...start, lines: false });
  try {
    const { verdict } = await core.replay(job);
    if (verdict.status === without) return undefined;
    return `the core says ${verdict.status}, and a replay without it ${String(without)}`;
  } finally {
    await core.close();
  }
}

/** Drift is a comparison of ours: to the SDK it passes. */
function verdictOf(status: string | undefined): string {
  return status === 'drift' ? 'pass' : String(status);
}

function samplesOf(encoded: Uint8Array): [what: string, encoded: Uint8Array][] {
  const { events = [] } = decodeHistory(encoded);
  const beginning: History = { events: events?.slice(0, mostEvents) ?? [] };
  const samples: [string, Uint8Array][] = [['a recorded history', encodeHistory(beginning)]];
  if (changeCommand(beginning)) samples.push(['a history that was changed', encodeHistory(beginning)]);
  return samples;
}

function changeCommand({ events }: History): boolean {
  for (const event of events ?? []) {
    const named =
      event.activityTaskScheduledEventAttributes?.activityType ??
      event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowType;
    if (!named) continue;
    named.name = 'longhaulSelfTest';
    return true;
  }
  return false;
}
