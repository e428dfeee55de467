import { stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { PayloadCodec } from '@temporalio/common';
import { codecServerOf, codecsOf, replayOptionsOf } from '../config';
import type { LoadedConfig } from '../config';
import { attributeFindings } from './attribute-findings';
import type { Gathered } from './gathered';
import { gatherDrills } from './gather-drills';
import { gatherHistories } from './gather-histories';
import { gatherLint } from './gather-lint';
import { judge } from './judge';
import { withOwnCommands } from './own-commands';
import type { ReviewReport } from './report';
import { guessWorkflowFiles, workflowsIn } from './workflow-types';

export interface ReviewOptions {
  /** From `loadConfig`; what it does not have is guessed. */
  config: LoadedConfig;
  /** What shown paths are relative to. @default the configuration's folder */
  cwd?: string;
  /** Workflow types to review. @default all that the source, the catalog and the saved histories know */
  workflowTypes?: readonly string[];
  /** The workflow file. @default that of the configuration, or else what is found */
  workflowsPath?: string;
  /** Saved histories: files and folders. @default those of the configuration */
  histories?: readonly string[];
  /** Folders of drill records. @default `drills` and `.longhaul/drills` */
  drills?: readonly string[];
  /** What the linter looks at, relative to the configuration's folder. @default all of it */
  lintPaths?: readonly string[];
  /** Stops the replay; the returned promise then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called with a line about what is under way. */
  onProgress?: (line: string) => void;
  /** @default Date.now */
  now?: () => number;
}

/** There is nothing to review. Its message is one sentence, to be shown as it is. */
export class NothingToReviewError extends Error {
  override readonly name = 'NothingToReviewError';
}

/**
 * The launch readiness review: gathers lint, replays of saved histories, their growth, drill records and the catalog, and gives
 * go, no-go or unknown for each workflow type and area, with evidence and the fix.
 *
 * @throws NothingToReviewError where no workflow is found, or none of the given name, or the workflow file is missing.
 * @throws ManifestError if a `manifest.json` of saved histories can't be read.
 * @remarks Contacts no server, but the codec server of the configuration where histories are encoded. Runs the linter and the
 *   workflow code, which is bundled for the replay.
 */
export async function review(options: ReviewOptions): Promise<ReviewReport> {
  const { workflowTypes, now = Date.now } = options;
  const gathered = await gather(options);
  const known = knownTypes(gathered);
  const unknown = workflowTypes?.find((type) => !known.includes(type));
  if (unknown !== undefined) {
    const others = known.length === 0 ? 'no workflow was found' : `there are ${known.join(', ')}`;
    throw new NothingToReviewError(`There is no workflow ${JSON.stringify(unknown)}: ${others}.`);
  }
  if (known.length === 0) {
    throw new NothingToReviewError(
      'No workflow was found: name the workflow file with --workflows FILE, or as workflowsPath in longhaul.config.ts.',
    );
  }
  return withOwnCommands(judge(gathered, workflowTypes ?? known, now()), options.config.folder);
}

/**
 * What a review rests on, for who judges more than once.
 *
 * @throws NothingToReviewError where the workflow file is missing.
 */
export async function gather(options: ReviewOptions): Promise<Gathered> {
  const { config, cwd = config.folder, signal, onProgress = () => undefined } = options;
  const named = options.workflowsPath ?? config.workflowsPath;
  // The linter would find others by itself, and the verdict be on those.
  if (named !== undefined && !(await stat(named).catch(() => undefined))) {
    throw new NothingToReviewError(`The workflow file ${named} does not exist.`);
  }
  onProgress('linting');
  const lint = await gatherLint(config.folder, options.lintPaths);
  const files =
    named !== undefined
      ? [named]
      : lint.roots.length > 0
        ? lint.roots.map((file) => resolve(config.folder, file))
        : await guessWorkflowFiles(config.folder);
  const { workflows, others } = await workflowsIn(files);
  const withWorkflows = files.filter((file) => workflows.some((one) => one.file === file));
  const workflowsPath = named ?? (withWorkflows.length === 1 ? withWorkflows[0] : undefined);
  onProgress('replaying');
  const histories = await gatherHistories({
    paths: options.histories ?? config.histories,
    cwd,
    ...(workflowsPath === undefined ? {} : { workflowsPath }),
    replayOptions: await replayOptionsOf(config),
    codecs: () => codecsFor(config),
    ownConverter: config.dataConverter?.payloadConverterPath !== undefined,
    ...(signal === undefined ? {} : { signal }),
    onProgress,
  });
  const at = { folder: config.folder, workflows, roots: lint.roots };
  const folders = options.drills ?? ['drills', '.longhaul/drills'].map((folder) => resolve(config.folder, folder));
  return {
    lint: {
      ...lint,
      findings: await attributeFindings(lint.findings, at),
      accepted: await attributeFindings(lint.accepted, at),
    },
    histories,
    drills: await gatherDrills(folders, cwd),
    catalog: config.file === undefined ? undefined : (config.catalog ?? {}),
    configFile: config.file === undefined ? 'longhaul.config.ts' : relative(cwd, config.file),
    workflows,
    // Of what a call has made, or that comes from another package, only the bundle tells that it is a function.
    exported: histories.exported.filter((name) => !others.includes(name)),
  };
}

/** What decodes histories that were kept encoded: the configuration's codecs, or else its codec server. */
async function codecsFor(config: LoadedConfig): Promise<PayloadCodec[]> {
  const own = await codecsOf(config.dataConverter ?? {});
  const server = codecServerOf(config, process.env);
  if (own.length > 0 || !server) return own;
  const { codecServer } = await import('../replay/index.js');
  return [codecServer({ ...server, namespace: process.env.TEMPORAL_NAMESPACE ?? 'default' })];
}

/** Workflow types of the source and its bundle, of the catalog and of saved histories. */
export function knownTypes({ workflows, exported = [], catalog = {}, histories }: Gathered): string[] {
  const types = [
    ...workflows.map(({ name }) => name),
    ...exported,
    ...Object.keys(catalog),
    ...histories.runs.map(({ workflowType }) => workflowType),
  ];
  return [...new Set(types)].filter((type) => type !== '').sort();
}
