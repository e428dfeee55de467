import type { RecordedNamespace, RecordedRun } from '../replay';
import type { Io, Status } from './io';
import { countOf } from './render/units';

/** What `longhaul record --json` prints. It only ever gains fields. */
export interface RecordPrinted {
  schema: 'longhaul.record/1';
  /** Whether something was found, and nothing refused. */
  ok: boolean;
  folder: string;
  source: 'server' | 'time-skipping';
  recorded: number;
  /** Runs whose history was there already. */
  exists: number;
  refused: number;
  /** Runs that visibility listed; absent of a scenario. */
  listed?: number;
  /** Why it ended; absent of a scenario. */
  stopped?: RecordedNamespace['stopped'];
  /** Run ids of chains whose history is past its retention; absent of a scenario. */
  missing?: string[];
  runs: RecordedRun[];
}

/** What `longhaul record` prints: a line for each run as it comes, or all in one object at the end. */
export class RecordReport {
  readonly source: 'server' | 'time-skipping';
  private readonly runs: RecordedRun[] = [];

  constructor(
    private readonly io: Io,
    private readonly about: { folder: string; source: 'server' | 'time-skipping' },
  ) {
    this.source = about.source;
  }

  add(run: RecordedRun): void {
    this.runs.push(run);
    this.io.progress(`${this.runs.length} runs: ${run.workflowType} ${run.status}`);
  }

  count(status: RecordedRun['status']): number {
    return this.runs.filter((run) => run.status === status).length;
  }

  /** Prints the whole. */
  end(json: boolean, namespace?: RecordedNamespace): Status {
    const { io, about, runs } = this;
    io.progress('');
    const [recorded, exists, refused] = [this.count('recorded'), this.count('exists'), this.count('refused')];
    const ok = refused === 0 && runs.length > 0;
    if (json) {
      const ofNamespace = namespace && {
        listed: namespace.listed,
        stopped: namespace.stopped,
        missing: namespace.missing,
      };
      const whole: RecordPrinted = {
        schema: 'longhaul.record/1',
        ok,
        ...about,
        recorded,
        exists,
        refused,
        ...ofNamespace,
        runs,
      };
      io.out(JSON.stringify(whole));
    } else {
      runs.forEach((run) => io.out(lineOf(run)));
      keptLines(runs).forEach((line) => io.out(line));
      const missing = namespace?.missing.length ?? 0;
      if (missing > 0) io.out(`${missing} ${missing === 1 ? 'run' : 'runs'} of chains are past their retention.`);
      io.out(
        `${recorded} recorded, ${exists} there already, ${refused} refused, in ${about.folder}${namespace ? `; ${ending(namespace)}` : ''}.`,
      );
    }
    const stopped = namespace?.stopped === 'interrupted';
    if (runs.length === 0) {
      if (stopped) return (io.err('longhaul record: stopped before anything was recorded.'), 3);
      const why = namespace?.listed === 0 ? 'no run matches' : 'there was nothing to record';
      io.err(`longhaul record: ${why}, so nothing was recorded.`);
      return 2;
    }
    if (stopped) return (io.err('longhaul record: stopped.'), 3);
    return ok ? 0 : 1;
  }
}

function lineOf({ status, file, workflowType, runId, events, spanMs, end, message }: RecordedRun): string {
  const what = `${events} events over ${spanOf(spanMs)}, ${end}`;
  if (status === 'refused') return `✗ ${workflowType} ${runId}  ${what}\n  ${message ?? ''}`;
  return `${status === 'recorded' ? '+' : '='} ${file ?? ''}  ${what}`;
}

/** What redaction left, of all histories together. */
function keptLines(runs: readonly RecordedRun[]): string[] {
  const sorted = (pick: 'literals' | 'places'): string[] =>
    [...new Set(runs.flatMap(({ kept }) => kept?.[pick] ?? []))].sort();
  const [literals, places] = [sorted('literals'), sorted('places')];
  return [
    ...(places.length > 0 ? ['Kept, since the replay needs them:', ...places.map((place) => `  ${place}`)] : []),
    ...(literals.length > 0
      ? [`Kept, since the workflow code says them: ${literals.map((text) => JSON.stringify(text)).join(', ')}`]
      : []),
  ];
}

function ending({ stopped, listed }: RecordedNamespace): string {
  const seen = `of ${countOf(listed, 'run')} listed`;
  if (stopped === 'quota') return `${seen}, the quota is full`;
  return stopped === 'nothing new' ? `${seen}, no more shows anything new` : seen;
}

function spanOf(ms: number): string {
  if (ms >= 86_400_000) return `${(ms / 86_400_000).toFixed(1)} d`;
  if (ms >= 3_600_000) return `${(ms / 3_600_000).toFixed(1)} h`;
  return ms >= 60_000 ? `${(ms / 60_000).toFixed(1)} min` : `${(ms / 1_000).toFixed(1)} s`;
}
