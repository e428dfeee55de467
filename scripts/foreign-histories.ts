import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { bundleWorkflows, fromHistory, loadHistories, replayHistories, type ReplayReport } from 'longhaul/replay';
import { decodeHistory } from '../replay/proto';

/** A history that sdk-typescript keeps for its own replay tests, and what they say of it. */
interface Case {
  file: string;
  /** The module of its workflow, in `packages/test/src`. */
  workflows: string;
  /** The workflow type that the test puts in the history's. */
  renamed?: string;
  expected: ReplayReport['histories'][number]['status'];
}

const cases: Case[] = [
  { file: 'cancel_fake_progress_history.bin', workflows: 'workflows/cancel-fake-progress', expected: 'pass' },
  { file: 'cancel_fake_progress_history.json', workflows: 'workflows/cancel-fake-progress', expected: 'pass' },
  { file: 'cancel_fake_progress_history.bin', workflows: 'workflows/http', renamed: 'http', expected: 'nondeterminism' },
  { file: 'cancel_fake_progress_history.json', workflows: 'workflows/http', renamed: 'http', expected: 'nondeterminism' },
  { file: 'cancel_fake_progress_history.bin', workflows: 'workflows/fails-workflow-task', renamed: 'failsWorkflowTask', expected: 'failed' },
  { file: 'lang_flags_replay_correctly_1_9_3.json', workflows: 'integration-workflows-common', expected: 'pass' },
  { file: 'lang_flags_replay_correctly_1_11_1.json', workflows: 'integration-workflows-common', expected: 'pass' },
  { file: 'lang_flags_replay_correctly_1_11_2.json', workflows: 'integration-workflows-common', expected: 'pass' },
  { file: 'complete_update_after_workflow_returns_pre1488.json', workflows: 'test-integration-update', expected: 'pass' },
  { file: 'random-replay-1.17.2.json', workflows: 'workflows/random-streams', expected: 'pass' },
]; // prettier-ignore

/**
 * `node dist/scripts/foreign-histories.js CHECKOUT`: replays the histories in a checkout of sdk-typescript on the workflows that made
 * them, and fails where our verdict is not that of its tests.
 */
async function main(checkout: string): Promise<boolean> {
  const folder = join(resolve(checkout), 'packages/test');
  // Beside our own node_modules, since the checkout need not be installed.
  const scratch = resolve('.longhaul/foreign');
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  await cp(join(folder, 'src'), scratch, { recursive: true });
  let agree = true;
  for (const { file, workflows, renamed, expected } of cases) {
    const workflowsPath = join(scratch, `${workflows}.ts`);
    if (!workflows.startsWith('workflows/'))
      await writeFile(workflowsPath, workflowsIn(await readFile(workflowsPath, 'utf8')));
    const [loaded] = await loadHistories([join(folder, 'history_files', file)]);
    if (!loaded?.encoded) throw new Error(`${file}: ${loaded?.problem?.message ?? 'it could not be read'}`);
    const history = decodeHistory(loaded.encoded);
    const type = history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType;
    if (renamed !== undefined && type) type.name = renamed;
    const code = await bundleWorkflows(workflowsPath, {});
    const report = await replayHistories({
      workflowBundle: { code },
      histories: [fromHistory(history, { workflowId: loaded.workflowId, name: file })],
    });
    const [result] = report.histories;
    const same = result?.status === expected;
    agree &&= same;
    const why = result?.message ?? result?.divergence?.message;
    console.log(
      `${same ? 'same' : 'DIFFERS'}  ${file}${renamed === undefined ? '' : ` as ${renamed}`}: ${result?.status ?? ''}, its test says ${expected}${why === undefined ? '' : `  (${why})`}`,
    );
  }
  await rm(scratch, { recursive: true });
  return agree;
}

/** The workflows of a file that has helpers or tests too, which could not be bundled. */
function workflowsIn(source: string): string {
  const definitions = source.match(/^(?:export )?const \w+ = (?:wf\.)?define\w+[^]*?;$/gm) ?? [];
  const functions = source.match(/^export async function [^]*?^}$/gm) ?? [];
  const imports = source.match(/^import [^;]*?from '@temporalio\/(?:workflow|common)';$/gm) ?? [];
  return [...imports, ...definitions, ...functions].join('\n');
}

main(process.argv[2] ?? '').then(
  (agree) => {
    process.exitCode = agree ? 0 : 1;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  },
);
