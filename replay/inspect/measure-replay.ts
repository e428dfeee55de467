import type { History } from '@temporalio/common/lib/proto-utils';
import { fromHistory } from '../load-histories';
import { decodeHistory } from '../proto';
import { decodeLoaded, type DecodeLoadedOptions } from '../record/decode-loaded';
import { replayHistories } from '../replay-histories';
import type { ReplayHistoriesOptions } from '../replay-histories';
import { kindOf } from './event-facts';
import type { ReplayTime } from './inspection';

export interface MeasureReplayOptions extends Omit<ReplayHistoriesOptions, 'histories' | 'onResult'> {
  /** Makes what decodes histories that are encoded. @default none */
  codecs?: DecodeLoadedOptions['codecs'];
  /** Whether the worker has a payload converter of its own. @default false */
  ownConverter?: boolean;
}

export interface Measured {
  /** How messages name it. */
  file: string;
  history: History;
  workflowId: string;
}

/**
 * How long each history takes to replay, as it would in a worker that has lost its cache; the quicker of two times, after one to
 * warm up, and the same for about half of each.
 *
 * @throws CodecError where they are encoded and no codec decodes them.
 */
export async function measureReplay(
  measured: readonly Measured[],
  { codecs = () => Promise.resolve([]), ownConverter = false, ...options }: MeasureReplayOptions,
): Promise<(ReplayTime | null)[]> {
  const given = measured.map(({ history, workflowId, file }) => fromHistory(history, { workflowId, name: file }));
  const decoded = await decodeLoaded(given, { codecs, ownConverter });
  const jobs = decoded.flatMap(({ encoded, workflowId }, of) => {
    const history = encoded ? decodeHistory(encoded) : {};
    const half = firstHalf(history);
    return [history, history, history, half, half].map((part, nth) => ({
      // Each is a history of its own: results come by name, in an order of their own.
      job: fromHistory(part, { workflowId, name: `${of}.${nth}` }),
      of,
      isHalf: nth > 2,
      isWarm: nth > 0,
    }));
  });
  if (jobs.every(({ job }) => !job.encoded)) return measured.map(() => null);
  const byName = new Map(jobs.map((each) => [each.job.file, each]));
  const times: (ReplayTime | null)[] = measured.map(() => null);
  let lastAt = performance.now();
  await replayHistories({
    ...options,
    jobs: 1,
    histories: jobs.map(({ job }) => job),
    onResult: ({ status, file }) => {
      const ms = performance.now() - lastAt;
      lastAt = performance.now();
      const { job, of, isHalf, isWarm } = byName.get(file) ?? {};
      if (of === undefined || !isWarm || !job?.encoded) return;
      const known = times[of] ?? { ms: Infinity, halfMs: null, status };
      times[of] = isHalf
        ? { ...known, halfMs: status === 'pass' ? Math.min(known.halfMs ?? Infinity, ms) : known.halfMs }
        : { ...known, ms: Math.min(known.ms, ms), status };
    },
  });
  return times;
}

/** Up to the last workflow task that began in the first half of it: a completed one belongs to the commands after it. */
function firstHalf({ events = [] }: History): History {
  const list = events ?? [];
  const upTo = list
    .slice(0, Math.ceil(list.length / 2))
    .findLastIndex((event) => kindOf(event) === 'WorkflowTaskStarted');
  return { events: list.slice(0, upTo + 1) };
}
