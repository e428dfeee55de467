import { readdir, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { decodeHistory, encodeHistory } from '../proto';
import { describeHistory } from '../describe-history';
import { type ManifestEntry, readManifest } from '../manifest';
import { HistoryExistsError, saveHistory } from '../save-history';
import { InvalidHistoryError } from '../invalid-history-error';
import { validateHistory } from '../validate-history';
import type { PayloadDecoder } from './decode-payloads';
import { endOf } from './features';
import type { FetchedRun } from './fetch-history';
import { RedactionError, type Redactor } from './redact-history';

export interface RecorderOptions {
  /** Folder of the histories. */
  folder: string;
  source: ManifestEntry['source'];
  /** Absent where payloads are kept as they are recorded. */
  decoder?: PayloadDecoder;
  /** Absent where payloads are not redacted. */
  redactor?: Redactor;
  /** Where it is recorded; a redacted history does not tell. */
  namespace?: string;
  /** SHA-256 of the workflow bundle. */
  code?: string;
  codeVersion?: string;
}

/** What became of one run. */
export interface RecordedRun {
  status: 'recorded' | 'exists' | 'refused';
  runId: string;
  workflowType: string;
  events: number;
  spanMs: number;
  end: string;
  /** Name of its file, where it has one. */
  file?: string;
  /** Why it was refused. */
  message?: string;
  /** What its redaction left. */
  kept?: { literals: string[]; places: string[]; derived: string[] };
}

/** Saves runs as histories, one after the other: decoded, redacted, and each only once. */
export class Recorder {
  private constructor(
    private readonly options: RecorderOptions,
    private readonly known: Map<string, { file: string; events: number }>,
  ) {}

  static async open(options: RecorderOptions): Promise<Recorder> {
    const { folder } = options;
    const known = new Map<string, { file: string; events: number }>();
    // What was retired showed nothing new, and does so when it is recorded once more.
    for (const inside of ['', 'retired']) {
      const manifest = await readManifest(join(folder, inside));
      const files = new Set(await readdir(join(folder, inside)).catch(() => [] as string[]));
      for (const [file, { runId, events = Infinity }] of Object.entries(manifest?.histories ?? {})) {
        // Of a recording that was killed an entry may be there without its file.
        if (!files.has(file)) continue;
        if ((known.get(runId)?.events ?? -1) < events) known.set(runId, { file: join(inside, file), events });
      }
    }
    await removeDrafts(folder);
    return new Recorder(options, known);
  }

  /**
   * @param run Its place in the chain, from 1.
   * @param what What happens in it, for its name. @default nothing but how it ended
   */
  async record({ workflowId, runId, history }: FetchedRun, run: number, what?: string): Promise<RecordedRun> {
    const { folder, source, decoder, redactor, code, codeVersion, namespace } = this.options;
    const { workflowType, events, spanMs } = describeHistory(history);
    const end = endOf(history);
    const about = { runId, workflowType, events, spanMs, end };
    const before = this.known.get(runId);
    if (before && before.events >= events) return { ...about, status: 'exists', file: before.file };
    try {
      const nothing = validateHistory(history);
      if (nothing !== undefined) return { ...about, status: 'refused', message: nothing };
    } catch (error) {
      if (!(error instanceof InvalidHistoryError)) throw error;
      return { ...about, status: 'refused', message: error.message };
    }

    const copy = decodeHistory(encodeHistory(history));
    const encodings = decoder ? await decoder.decode(copy, workflowId) : [];
    let saved = { history: copy, workflowId };
    let kept: RecordedRun['kept'];
    if (redactor) {
      try {
        const { literals, places, derived, ...redacted } = await redactor.redact(copy, workflowId);
        saved = redacted;
        kept = { literals, places, derived };
        if (/Unknown encoding: /.test(redacted.verdict) && encodings.length > 0)
          throw new RedactionError(needsCodec(encodings));
      } catch (error) {
        if (!(error instanceof RedactionError)) throw error;
        return { ...about, status: 'refused', message: error.message };
      }
    }
    const firstRunId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId ?? runId;
    const saving = saveHistory(folder, {
      ...saved,
      runId,
      // One run has one name; an open one that went on since has another.
      what: [what, end, runId.slice(-8), ...(end === 'open' ? [`at ${events}`] : [])].filter(Boolean).join(' '),
      source,
      ...(codeVersion !== undefined && { codeVersion }),
      about: {
        payloads: redactor ? 'redacted' : decoder ? 'plain' : 'opaque',
        chain: { firstRunId, run },
        ...(kept && { kept }),
        ...(code !== undefined && { code }),
        ...(namespace !== undefined && !redactor && { namespace }),
      },
    });
    let file: string;
    try {
      file = basename(await saving);
    } catch (error) {
      if (!(error instanceof HistoryExistsError)) throw error;
      const entry = (await readManifest(folder))?.histories[error.file];
      // Another recording was quicker.
      if (entry?.runId === runId) return { ...about, status: 'exists', file: error.file };
      const message = `${error.file} is there and manifest.json does not tell of what: delete it, or bring its entry back, and record anew.`;
      return { ...about, status: 'refused', message };
    }
    this.known.set(runId, { file, events });
    return { ...about, status: 'recorded', file, ...(kept && { kept }) };
  }
}

export function needsCodec(encodings: readonly string[]): string {
  return `Its payloads are encoded (${encodings.join(', ')}) and no codec decodes them: set dataConverter.payloadCodecs or codecServer in longhaul.config.ts`;
}

/** What a recording left that was killed while it wrote, but not what one writes now. */
async function removeDrafts(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [] as string[]);
  await Promise.all(
    names
      .filter((name) => {
        const [, pid] = /\.(?:bin\.gz|json)\.(\d+)\.tmp$/.exec(name) ?? [];
        return pid !== undefined && (Number(pid) === process.pid || !lives(Number(pid)));
      })
      .map((name) => unlink(join(folder, name)).catch(() => undefined)),
  );
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
