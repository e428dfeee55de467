import { stat } from 'node:fs/promises';
import { basename, dirname, relative } from 'node:path';
import type { History } from '@temporalio/common/lib/proto-utils';
import type { PayloadCodec } from '@temporalio/common';
import type { ReplayWorkerOptions } from '@temporalio/worker';
import type { HistoryResult, LoadedHistory, RunInspection } from '../replay';
import { decodeHistory } from '../replay/proto';

/** One saved run. */
export interface SavedRun {
  file: string;
  workflowType: string;
  workflowId: string;
  /** Whether it ran on a server that skips time: its days are no days. */
  synthetic: boolean;
  history: History;
  inspection: RunInspection;
  /** What came of its replay; absent where none was made. */
  replay?: HistoryResult;
}

export interface HistoryEvidence {
  runs: readonly SavedRun[];
  /** Files that can't be read, with the workflow type where that is known. */
  unreadable: readonly { file: string; workflowType: string; message: string }[];
  /** What the workflow file exports, as far as a replay told. */
  exported: readonly string[];
  /** Why nothing was replayed, one sentence. */
  notReplayed?: string;
}

export interface GatherHistoriesOptions {
  /** Files, or folders; what is not there is left out. */
  paths: readonly string[];
  /** What shown paths are relative to. */
  cwd: string;
  workflowsPath?: string;
  replayOptions?: Omit<ReplayWorkerOptions, 'workflowsPath' | 'workflowBundle'>;
  /** Makes what decodes histories that were kept encoded. @default none */
  codecs?: () => Promise<readonly PayloadCodec[]>;
  /** Whether the worker has a payload converter of its own. @default false */
  ownConverter?: boolean;
  signal?: AbortSignal;
  onProgress?: (line: string) => void;
}

/**
 * Loads, inspects and replays saved histories.
 *
 * @throws ManifestError if a `manifest.json` can't be read.
 */
export async function gatherHistories(options: GatherHistoriesOptions): Promise<HistoryEvidence> {
  const { cwd, workflowsPath, replayOptions = {}, signal, onProgress } = options;
  const { codecs = () => Promise.resolve([]), ownConverter = false } = options;
  const loaded = await load(options.paths);
  const shown = (file: string): string => relative(cwd, file) || file;
  const unreadable = loaded.flatMap(({ file, workflowType, problem }) =>
    problem?.status === 'invalid' ? [{ file: shown(file), workflowType, message: problem.message }] : [],
  );
  const sound = loaded.filter(({ encoded }) => encoded !== undefined);
  if (sound.length === 0) return { runs: [], unreadable, exported: [] };
  const { CodecError, decodeLoaded, inspectHistories, readManifest, replayHistories, WorkflowBundleError } =
    await import('../replay/index.js');
  const { runs: inspected } = await inspectHistories(sound);
  const replays = new Map<string, HistoryResult>();
  let exported: string[] = [];
  let notReplayed = workflowsPath === undefined ? 'No workflow file is known to replay them with.' : undefined;
  if (workflowsPath !== undefined) {
    try {
      const report = await replayHistories({
        workflowsPath,
        replayOptions,
        histories: await decodeLoaded(sound, { codecs, ownConverter }),
        ...(signal === undefined ? {} : { signal }),
        onResult: ({ file }, done) => onProgress?.(`${done} of ${sound.length} replayed: ${shown(file)}`),
      });
      for (const result of report.histories) replays.set(result.file, result);
      exported = report.coverage.workflowTypes.exported;
    } catch (error) {
      if (!(error instanceof WorkflowBundleError) && !(error instanceof CodecError)) throw error;
      notReplayed = error.message.replaceAll(`${cwd}/`, '');
    }
  }
  const runs: SavedRun[] = [];
  for (const { file, encoded, workflowType, workflowId } of sound) {
    const inspection = inspected.find((one) => one.file === file);
    if (!encoded || !inspection) continue;
    const entry = (await readManifest(dirname(file)))?.histories[basename(file)];
    const replay = replays.get(file);
    runs.push({
      file: shown(file),
      workflowType,
      workflowId,
      synthetic: entry?.source === 'time-skipping',
      history: decodeHistory(encoded),
      inspection,
      ...(replay === undefined ? {} : { replay }),
    });
  }
  runs.sort((a, b) => (a.inspection.startedAt < b.inspection.startedAt ? -1 : 1));
  return { runs, unreadable, exported, ...(notReplayed === undefined ? {} : { notReplayed }) };
}

async function load(paths: readonly string[]): Promise<LoadedHistory[]> {
  const { HistoryPathError, loadHistories } = await import('../replay/index.js');
  const there: string[] = [];
  for (const path of paths) if (await stat(path).catch(() => undefined)) there.push(path);
  const loaded: LoadedHistory[] = [];
  for (const path of there) {
    try {
      loaded.push(...(await loadHistories([path])));
    } catch (error) {
      // A folder in which there is none yet.
      if (!(error instanceof HistoryPathError)) throw error;
    }
  }
  return loaded;
}
