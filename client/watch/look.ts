import type { Finding } from './report';
import type { Described, ServerCalls } from './server-calls';
import { historyEvents, isRunning, isTaskFailing, judge } from './judge';
import type { TypeSettings } from './settings';
import type { Suspect } from './suspects';
import { taskFailureIn } from './task-failure';

export interface LookOptions {
  settingsOf: (workflowType: string) => TypeSettings;
  nowMs: number;
  notTakenMs: number;
}

export interface LookedAt {
  workflowId: string;
  firstRunId: string;
  running: boolean;
  taskQueue: string;
  findings: Finding[];
}

const tailEvents = 10;
const tailPage = 1_000;

/** Looks at one execution, with one describe; a failing task and many signals take a look at its history too. */
export class Looker {
  /** Signals counted so far by run, up to which event: what has been counted is not read again. */
  private readonly counted = new Map<string, { upTo: number; signals: number }>();

  constructor(private readonly calls: ServerCalls) {}

  /** @returns undefined where the server knows it no more. */
  async look(
    { workflowId, runId }: Pick<Suspect, 'workflowId'> & { runId?: string },
    options: LookOptions,
  ): Promise<LookedAt | undefined> {
    const described = await this.calls.describe(workflowId, runId);
    if (!described) return undefined;
    const info = described.workflowExecutionInfo;
    const ownRunId = info?.execution?.runId ?? '';
    const settings = options.settingsOf(info?.type?.name ?? '');
    const running = isRunning(described);
    const failing = running && isTaskFailing(described, settings);
    const signals = running ? await this.signalsOf(described, workflowId, ownRunId, settings) : undefined;
    const { nowMs, notTakenMs } = options;
    return {
      workflowId,
      firstRunId: info?.firstRunId || ownRunId,
      running,
      taskQueue: info?.taskQueue ?? '',
      findings: judge(described, {
        nowMs,
        settings,
        notTakenMs,
        ...(failing
          ? { taskFailure: taskFailureIn(await this.calls.historyTail(workflowId, ownRunId, tailEvents)) }
          : {}),
        ...(signals === undefined ? {} : { signals }),
      }),
    };
  }

  /** A run has no more signals than events, so few have to be counted; nothing else tells their number. */
  private async signalsOf(
    described: Described,
    workflowId: string,
    runId: string,
    settings: TypeSettings,
  ): Promise<number | undefined> {
    const events = historyEvents(described);
    if (events < settings.signals) return undefined;
    const known = this.counted.get(runId) ?? { upTo: 0, signals: 0 };
    let { signals } = known;
    let token: Uint8Array | undefined;
    let newest = known.upTo;
    do {
      const page = await this.calls.historyTail(workflowId, runId, tailPage, token);
      const fresh = (page?.history?.events ?? []).filter(({ eventId }) => Number(String(eventId)) > known.upTo);
      newest = Math.max(newest, ...fresh.map(({ eventId }) => Number(String(eventId))));
      signals += fresh.filter(({ workflowExecutionSignaledEventAttributes: signal }) => signal).length;
      token = page && fresh.length > 0 && page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
    } while (token);
    if (this.counted.size > 10_000) this.counted.clear(); // counted anew, which costs calls and nothing else
    this.counted.set(runId, { upTo: newest, signals });
    return signals;
  }
}
