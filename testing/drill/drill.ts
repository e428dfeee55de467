import type { Client } from '@temporalio/client';
import { lengthOfTime } from '../../workflows/duration';
import type { Duration } from '../duration';
import { seededRandom } from '../random';
import { Crew } from './crew';
import type { DrilledWorker } from './crew';
import { DrillError } from './drill-error';
import { mergedFindings } from './drill-findings';
import type { DrillHow, DrillReport } from './drill-report';
import { tryOnce } from './drill-try';
import type { DrilledWorkflow, Tried } from './drill-try';
import { pollersOf } from './start-polling';

export interface DrillOptions {
  /** Connected to a namespace in which workers may be killed and workflows terminated. */
  client: Client;

  /** Where that is, for the record. */
  address: string;

  /** The activity's type. */
  activity: string;

  /** The workflow that calls it: one is started for each try, and terminated after it. */
  workflow: DrilledWorkflow;

  /** Starts a worker, on the workflow's task queue, as a process of its own. */
  startWorker: () => Promise<DrilledWorker>;

  /** @default 'kill' */
  how?: DrillHow;

  /** How often, each at a random moment. @default 1 */
  times?: number;

  /** Makes the same moments again. @default a random one */
  seed?: number;

  /** How long to wait for the activity to begin and to beat, and for the next attempt beyond its heartbeat timeout. @default '1 minute' */
  within?: Duration;

  /** Ends the drill, with its workers and workflows. */
  signal?: AbortSignal;

  /** Takes one line for each step. */
  onProgress?: (line: string) => void;
}

/**
 * Makes a real worker fail while an activity runs in it, and measures from the server's own record what that costs: how soon it is
 * noticed, when the next attempt begins, from where, and how much is done again. The code under test need not know of longhaul.
 *
 * @throws DrillError when there was nothing to measure: the activity did not begin, or the workflow ended before.
 */
export async function drill(options: DrillOptions): Promise<DrillReport> {
  const { client, address, activity, workflow, how = 'kill', times = 1, within = '1 minute' } = options;
  const { seed = Math.floor(Math.random() * 2 ** 32), signal, onProgress = () => undefined } = options;
  const withinMs = lengthOfTime('drill: within', within);
  if (!Number.isInteger(times) || times < 1)
    throw new TypeError(`drill: times is ${times}; use a whole number from 1 on`);
  const random = seededRandom(seed);
  const others = await pollersOf(client, workflow.taskQueue);
  const crew = new Crew(options.startWorker);
  const trial = { client, activity, workflow, crew, how, withinMs, others, signal, onProgress };
  const tries: Tried[] = [];
  const at = new Date().toISOString();
  try {
    for (let nth = 0; nth < times; nth += 1) {
      const tried = await tryOnce({ ...trial, moment: random() });
      tries.push(tried);
      const { resumedAfterMs, findings } = tried.result;
      const resumed =
        resumedAfterMs === null ? 'not resumed' : `resumed after ${(resumedAfterMs / 1_000).toFixed(1)} s`;
      onProgress(
        `${nth + 1} of ${times}: ${resumed}, ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`,
      );
    }
  } finally {
    await crew.end();
  }
  const results = tries.map(({ result }) => result);
  const findings = mergedFindings(results);
  const [first] = tries;
  if (!first) throw new DrillError('Nothing was drilled.');
  return {
    schema: 'longhaul.drill/1',
    ok: findings.every(({ severity }) => severity !== 'no-go'),
    at,
    address,
    namespace: client.options.namespace,
    workflowType: workflow.type,
    activityType: activity,
    how,
    seed,
    timeouts: first.timeouts,
    tries: results,
    findings,
    codeVersion: first.buildId,
  };
}
