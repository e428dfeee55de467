import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { addCommand, linterInstall, packageManagerOf, runWords } from '../../config';
import type { LinterInstall } from '../../config';
import { SetupError } from '../setup-error';
import { ciStep } from './ci-step';
import { configStep } from './config-step';
import { addedLines } from './edit';
import type { Edit, Step } from './edit';
import { eslintStep } from './eslint-step';
import { exportedNames, findWorkers } from './find-worker';
import type { FoundWorker } from './find-worker';
import type { Project } from './project';
import { readProject, upwards } from './project';
import type { InitReport } from './report';
import { scriptsStep } from './scripts-step';

export interface InitOptions {
  /** The project, or a folder in it. @default process.cwd() */
  cwd?: string;
}

/** What init would do to a project, and how to do it. */
export interface InitPlan {
  /** With `written: false`. */
  report: InitReport;

  /**
   * Writes the changes. What is there is only added to.
   *
   * @throws SetupError, before anything is written, where a file is no longer as the plan read it.
   */
  write: () => Promise<InitReport>;
}

/**
 * Finds out what an existing Temporal project lacks of longhaul: configuration, ESLint entry, scripts, a CI workflow and a
 * folder for histories. Writes nothing by itself.
 *
 * @throws SetupError where there is no project, or where it holds several packages with workers.
 */
export async function planInit({ cwd = process.cwd() }: InitOptions = {}): Promise<InitPlan> {
  const { project, workers } = await projectWithWorker(cwd);
  const [worker] = workers;
  const types = worker?.workflowsPath === undefined ? [] : exportedNames(worker.workflowsPath).names;
  const hasWorkflows = types.length > 0 || project.sources.some((path) => importsWorkflow(readFileSync(path, 'utf8')));
  const rules = eslintStep(project);
  const apart = linterApart(project);
  const steps = [
    configStep(project, worker, { types, hasWorkflows }),
    // The project's own ESLint can't load rules that lie apart from it.
    ...(apart !== undefined && rules.kind === 'edit' ? [] : [rules]),
    scriptsStep(project),
    ciStep(project),
    historiesStep(project),
  ];
  const edits = steps.flatMap((step) => (step.kind === 'edit' ? [step.edit] : []));
  const shown = (path: string): string => relative(cwd, path) || '.';
  const report: InitReport = {
    schema: 'longhaul.init/1',
    ok: steps.every(({ kind }) => kind !== 'by-hand'),
    project: shown(project.folder),
    packageManager: project.packageManager,
    found: {
      worker: worker === undefined ? null : `${shown(worker.file)}:${worker.line}`,
      workflowsPath: worker?.workflowsPath === undefined ? null : shown(worker.workflowsPath),
      taskQueue: worker?.taskQueue ?? null,
      activities: worker?.activities?.specifier ?? null,
      workflowTypes: types,
    },
    changes: edits.map((edit) => ({
      file: shown(edit.path),
      kind: edit.before === undefined ? 'create' : 'edit',
      what: edit.what,
      added: addedLines(edit),
    })),
    kept: steps.flatMap((step) => (step.kind === 'kept' ? [{ file: shown(step.path), what: step.what }] : [])),
    byHand: steps.flatMap((step) =>
      step.kind === 'by-hand' ? [{ file: shown(step.path), why: step.why, lines: step.lines }] : [],
    ),
    notes: [
      ...notesOf(workers, steps, shown),
      ...(apart !== undefined && rules.kind === 'edit'
        ? [`The rules run by longhaul lint alone: ESLint has no entry, since they need tools beside ${apart.beside}.`]
        : []),
    ],
    next: nextOf(project, worker, types, shown),
    written: false,
  };
  return { report, write: () => written(edits, report) };
}

/** How the linter is installed beside the project's own tools; undefined where it goes among them. */
function linterApart({ folder, manifest }: Project): Required<LinterInstall> | undefined {
  const install = linterInstall(folder);
  const own = 'eslint-plugin-longhaul' in { ...manifest.dependencies, ...manifest.devDependencies };
  return own || !isApart(install) ? undefined : install;
}

const isApart = (install: LinterInstall): install is Required<LinterInstall> => install.folder !== undefined;

const hasPlugin = (file: string): boolean => /\b(?:LonghaulPlugin|runWorker)\b/.test(readFileSync(file, 'utf8'));

const importsWorkflow = (text: string): boolean => /['"](?:@temporalio\/workflow|longhaul\/workflows)['"]/.test(text);

async function projectWithWorker(cwd: string): Promise<{ project: Project; workers: FoundWorker[] }> {
  const project = await readProject(cwd);
  const workers = findWorkers(project.sources, project.folder);
  const owner = (file: string): string =>
    upwards(dirname(file), (folder) => folder === project.folder || existsSync(join(folder, 'package.json'))) ??
    project.folder;
  const packages = [...new Set(workers.map(({ file }) => owner(file)))].sort();
  const [only, ...others] = packages;
  if (only === undefined || packages.includes(project.folder)) {
    return { project, workers: workers.filter(({ file }) => owner(file) === project.folder) };
  }
  if (others.length > 0) {
    const names = packages.map((folder) => relative(cwd, folder)).join(', ');
    throw new SetupError(`Several packages here run workers (${names}); run longhaul init in each of them.`);
  }
  const inner = await readProject(only);
  return { project: inner, workers: findWorkers(inner.sources, inner.folder) };
}

function historiesStep({ folder }: Project): Step {
  const path = join(folder, 'replay-histories');
  const what = 'where histories are saved that later code must replay';
  if (existsSync(path)) return { kind: 'kept', path, what };
  return { kind: 'edit', edit: { path: join(path, '.gitkeep'), what, before: undefined, after: '' } };
}

function notesOf(
  [worker, ...others]: readonly FoundWorker[],
  steps: readonly Step[],
  shown: (path: string) => string,
): string[] {
  if (!steps.some((step) => step.kind === 'edit' && /longhaul\.config\.\w+$/.test(step.edit.path))) return [];
  if (worker === undefined) {
    return [
      'No Worker.create or workflowsPath was found in the sources: set workflowsPath, activities and taskQueue in the configuration.',
    ];
  }
  const at = `${shown(worker.file)}:${worker.line}`;
  const more = others.filter(
    ({ taskQueue, workflowsPath }) =>
      (taskQueue ?? worker.taskQueue) !== worker.taskQueue ||
      (workflowsPath ?? worker.workflowsPath) !== worker.workflowsPath,
  );
  return [
    ...(worker.has.workflows && worker.workflowsPath === undefined
      ? [`workflowsPath of ${at} can't be read from the source: set it in the configuration.`]
      : []),
    ...(worker.taskQueue === undefined
      ? [`taskQueue of ${at} can't be read from the source: set it in the configuration.`]
      : []),
    ...(worker.has.activities && worker.activities === undefined
      ? [
          `The activities of ${at} are made in the program: make them in the configuration too, for the commands that run a worker.`,
        ]
      : []),
    ...(more.length === 0
      ? []
      : [
          `There are other workers (${more.map(({ file, line }) => `${shown(file)}:${line}`).join(', ')}); a configuration is of one: give each its own, and name it with --config.`,
        ]),
  ];
}

function nextOf(
  project: Project,
  worker: FoundWorker | undefined,
  types: readonly string[],
  shown: (path: string) => string,
): string[] {
  const { folder, manifest } = project;
  const { dependencies, devDependencies } = manifest;
  const run = `${runWords[packageManagerOf(folder)]} longhaul`;
  const isMissing = (name: string): boolean => !(name in { ...dependencies, ...devDependencies });
  const apart = linterApart(project);
  const tools = ['eslint-plugin-longhaul', 'eslint', 'typescript', 'typescript-eslint'].filter(isMissing);
  const needed = ['longhaul', '@temporalio/client', '@temporalio/envconfig'].filter(isMissing);
  return [
    ...(needed.length === 0 ? [] : [addCommand(folder, needed)]),
    ...(apart === undefined && tools.length > 0 ? [addCommand(folder, tools, { dev: true })] : []),
    ...(apart === undefined || existsSync(join(folder, apart.folder, 'node_modules/eslint-plugin-longhaul'))
      ? []
      : [`${apart.command}, for a linter beside the project's own ${apart.beside}; have git ignore .longhaul`]),
    ...(types.length === 0 || worker === undefined || hasPlugin(worker.file)
      ? []
      : [
          `In ${shown(worker.file)}:${worker.line}, add plugins: [new LonghaulPlugin({ enforce: 'warn' })] from longhaul/worker, so that the guards warn in your own worker too.`,
        ]),
    `${run} doctor says what hinders the project here.`,
    `${run} lint --baseline accepts what the rules find today, so that CI fails on what is new only.`,
  ];
}

async function written(edits: readonly Edit[], report: InitReport): Promise<InitReport> {
  for (const { path, before } of edits) {
    const now = await readFile(path, 'utf8').catch(() => undefined);
    if (now !== before)
      throw new SetupError(`${path} has changed meanwhile, so nothing was written; run longhaul init again.`);
  }
  for (const { path, after } of edits) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, after);
  }
  return { ...report, written: true };
}
