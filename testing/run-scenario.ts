import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { WorkerOptions } from '@temporalio/worker';
import { lengthOfTime } from '../workflows/duration';
import { clientSdk, workerSdk } from './sdk';
import { RecordingError, type Scenario, type ScenarioStep } from './scenario';
import { startServer } from './start-server';
import type { Log } from './progress';
import type { TimeControl } from './time-control';

export interface RunScenarioOptions {
  /** Of the worker: workflows, activities, converters, interceptors. */
  worker: Omit<WorkerOptions, 'connection' | 'namespace' | 'taskQueue'> & { taskQueue?: string };
  /** Milliseconds of real time that it may take. @default 120_000 */
  timeoutMs?: number;
  log?: Log;
  signal?: AbortSignal;
}

/** What a scenario left on its server. */
export interface PlayedScenario {
  /** The first run of the workflow, and of each of its children. */
  workflows: { workflowId: string; runId: string }[];
  /** Milliseconds that the workflow's own clock went on. */
  virtualMs: number;
}

/** Of `PendingActivityState`. */
const STARTED = 2;
const dayMs = 86_400_000;

/**
 * Plays a scenario on a time-skipping server of its own: days pass in seconds, and each step comes at its time. The clock stands
 * still while the workflow or an activity is at work.
 *
 * @param collect Called while the server is still up, to fetch the histories.
 * @throws RecordingError when the workflow can't be started, or does not come to rest in real time.
 */
export async function runScenario<T>(
  scenario: Scenario,
  { worker: options, timeoutMs = 120_000, log, signal }: RunScenarioOptions,
  collect: (played: PlayedScenario, connection: import('@temporalio/client').Connection) => Promise<T>,
): Promise<T> {
  const { name, workflow, args = [], steps = [], activities } = scenario;
  const { NativeConnection, Worker } = workerSdk();
  const { Client, Connection } = clientSdk();
  // A server each: its clock never goes back.
  const server = await startServer({ kind: 'time-skipping', ...(log && { log }) });
  const { taskQueue = 'scenario' } = options;
  const connection = await Connection.connect({ address: server.address });
  const native = await NativeConnection.connect({ address: server.address });
  try {
    const worker = await Worker.create({
      ...options,
      activities: { ...options.activities, ...activities },
      taskQueue,
      connection: native,
      identity: 'worker', // a history is committed with it: not with a machine's name
    });
    const client = new Client({
      connection,
      identity: 'recorder',
      ...(options.dataConverter && { dataConverter: options.dataConverter }),
    });
    return await worker.runUntil(async () => {
      const { workflowId = `${workflow}-${name.replace(/\W+/g, '-')}` } = scenario;
      const handle = await client.workflow.start(workflow, { args: [...args], taskQueue, workflowId });
      const latest = client.workflow.getHandle(workflowId);
      const clock = new ScenarioClock(server.time, latest, { name, deadline: Date.now() + timeoutMs, signal });
      await clock.settle();
      for (const step of steps) {
        await clock.moveTo(lengthOfTime('at', step.at, { least: 0 }));
        await take(latest, step);
        await clock.settle();
      }
      const lastMs = steps.length > 0 ? lengthOfTime('at', steps.at(-1)?.at ?? 0, { least: 0 }) : 0;
      await clock.moveTo(
        scenario.until === undefined ? lastMs + 30 * dayMs : lengthOfTime('until', scenario.until),
        true,
      );
      const root = { workflowId, runId: handle.firstExecutionRunId };
      return collect({ workflows: [root], virtualMs: clock.elapsedMs }, connection);
    });
  } finally {
    await connection.close();
    await native.close();
    await server.stop();
  }
}

async function take(
  handle: WorkflowHandle,
  { signal, update, args = [], cancel, terminate }: ScenarioStep,
): Promise<void> {
  try {
    if (signal !== undefined) await handle.signal(signal, ...args);
    else if (update !== undefined)
      await handle.startUpdate(update, { args: [...args] as [unknown], waitForStage: 'ACCEPTED' });
    else if (cancel) await handle.cancel();
    else if (terminate !== undefined) await handle.terminate(terminate);
  } catch (error) {
    // An update may be turned away, and a workflow may have ended: both are recorded as they came.
    const { name } = error as Error;
    if (name !== 'WorkflowUpdateFailedError' && name !== 'WorkflowNotFoundError') throw error;
  }
}

/** Moves a server's clock, and waits for the workflow to come to rest in between. */
class ScenarioClock {
  elapsedMs = 0;

  constructor(
    private readonly time: TimeControl,
    private readonly handle: WorkflowHandle,
    private readonly limits: { name: string; deadline: number; signal: AbortSignal | undefined },
  ) {}

  async moveTo(targetMs: number, untilClosed = false): Promise<void> {
    while (this.elapsedMs < targetMs) {
      if (untilClosed && (await this.isClosed())) return;
      // In parts: what comes due on the way may start work that has to be done before the clock goes on.
      const partMs = Math.min(targetMs - this.elapsedMs, Math.max(dayMs / 2, Math.ceil(targetMs / 100)));
      await this.time.skip(partMs);
      this.elapsedMs += partMs;
      await this.settle();
    }
  }

  /** Waits until neither the workflow nor an activity of it is at work. */
  async settle(): Promise<void> {
    for (let before = '', still = 0; still < 2;) {
      this.limits.signal?.throwIfAborted();
      const { raw, historyLength, runId } = await this.handle.describe();
      const busy = (raw.pendingActivities ?? []).filter(
        ({ state, attempt }) => (state as number | null | undefined) === STARTED || (attempt ?? 0) <= 1,
      );
      const now = `${runId} ${historyLength} ${busy.length}`;
      const { events } = now === before ? await this.handle.fetchHistory() : { events: undefined };
      const last = events?.at(-1);
      const asked =
        last?.workflowTaskScheduledEventAttributes ??
        last?.workflowTaskStartedEventAttributes ??
        last?.workflowExecutionSignaledEventAttributes;
      still = now === before && busy.length === 0 && !asked ? still + 1 : 0;
      before = now;
      if (Date.now() > this.limits.deadline)
        throw new RecordingError(this.stuck(raw.pendingActivities?.[0]?.activityType?.name));
      if (still < 2) await sleep(15);
    }
  }

  private async isClosed(): Promise<boolean> {
    return (await this.handle.describe()).status.name !== 'RUNNING';
  }

  private stuck(activity: string | null | undefined): string {
    const what = activity ? `activity ${activity} is at work or waits for a worker` : 'its workflow task is not done';
    return `The scenario '${this.limits.name}' does not come to rest: ${what}. While an activity runs the clock is real; replace slow ones in the scenario's activities`;
  }
}
