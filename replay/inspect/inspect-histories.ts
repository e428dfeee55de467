import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { History } from '@temporalio/common/lib/proto-utils';
import type { LoadedHistory } from '../load-histories';
import { parseHistory } from '../parse-history';
import { decodeHistory } from '../proto';
import { inspectRun } from './inspect-run';
import type { InspectRunOptions } from './inspect-run';
import type { InspectReport, ReplayTime, RunInspection, Unreadable } from './inspection';
import { measureReplay, type MeasureReplayOptions } from './measure-replay';
import { PayloadReader } from './payload-reader';
import type { PayloadReaderOptions } from './payload-reader';

/** Workflow code by which the time of a replay is measured. */
export type MeasureReplay = Pick<
  MeasureReplayOptions,
  'workflowsPath' | 'workflowBundle' | 'replayOptions' | 'signal' | 'codecs' | 'ownConverter'
>;

export interface InspectOptions extends PayloadReaderOptions {
  /** Lists the steps, with what went in and came out. @default false */
  payloads?: boolean;
  /** How many of the newest steps of each run. @default 200 */
  steps?: number;
  /** Measures how long a replay takes. @default not measured */
  replay?: MeasureReplay;
  /** @default Date.now */
  now?: () => number;
}

/** A run to inspect: its history, and what is known beside it. */
export interface InspectedRun extends Pick<InspectRunOptions, 'of' | 'waitingOn' | 'unhandled' | 'limits' | 'nowMs'> {
  history: History;
}

/**
 * Makes saved histories readable: what they are made of, how they grew, what is under way, and when they reach a limit.
 *
 * @param histories From `loadHistories` or `fromHistory`.
 * @throws WorkflowBundleError where a replay is to be measured and the workflow code can't be bundled.
 * @throws CodecError where a replay is to be measured of what is encoded, and no codec decodes it.
 * @remarks Contacts no server, but the codec server where one is given.
 */
export async function inspectHistories(
  histories: readonly LoadedHistory[],
  options: InspectOptions = {},
): Promise<InspectReport> {
  const runs: InspectedRun[] = [];
  const unreadable: Unreadable[] = [];
  for (const loaded of histories) {
    const { file, workflowId, runId, problem } = loaded;
    const history = await historyOf(loaded);
    if (history) runs.push({ history, of: { file, workflowId, runId } });
    else unreadable.push({ file, message: problem?.message ?? 'It could not be read.' });
  }
  const report = await inspectRuns(runs, options);
  return { ...report, ok: unreadable.length === 0, unreadable };
}

/** As `inspectHistories`, of histories that are in memory. */
export async function inspectRuns(
  runs: readonly InspectedRun[],
  { payloads, steps, replay, now = Date.now, ...reading }: InspectOptions = {},
): Promise<InspectReport> {
  const reader = new PayloadReader(reading);
  const times: (ReplayTime | null)[] = replay
    ? await measureReplay(
        runs.map(({ history, of: { workflowId, file } }) => ({ history, workflowId, file })),
        replay,
      )
    : [];
  const inspected: RunInspection[] = [];
  for (const [index, { history, ...run }] of runs.entries()) {
    inspected.push(
      await inspectRun(history, {
        ...run,
        reader,
        replay: times[index] ?? null,
        ...(payloads === undefined ? {} : { payloads }),
        ...(steps === undefined ? {} : { steps }),
      }),
    );
  }
  return {
    schema: 'longhaul.inspect/1',
    ok: true,
    at: new Date(now()).toISOString(),
    runs: inChainOrder(inspected),
    unreadable: [],
  };
}

/** A sound history in which there is nothing to replay can be inspected all the same. */
async function historyOf({ file, encoded, problem }: LoadedHistory): Promise<History | undefined> {
  if (encoded) return decodeHistory(encoded);
  if (problem?.status !== 'skipped') return undefined;
  return parseHistory(basename(file), await readFile(file)).history;
}

/** By workflow, oldest run first. */
function inChainOrder(runs: RunInspection[]): RunInspection[] {
  return runs.sort((a, b) => order(a.workflowId, b.workflowId) || order(a.startedAt, b.startedAt));
}

const order = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
