import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { type HistoryResult, loadHistories, type LoadedHistory, replayHistories } from '../../../replay';
import { installQuietRuntime } from '../../../replay/engine/quiet-runtime';
import { decodeHistory, encodeHistory } from '../../../replay/proto';
import { root } from '../support';
import { type Edit, edits } from './edits';

const here = join(root, 'test/replay/golden');
// In the repository, so that the edited files find the SDK.
const made = join(root, 'dist/test/replay/golden/edited');
const quiet = () => undefined;
const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };
const whats = ['first run', 'second run', 'open', 'cancelled'] as const;

/** All edits are one bundle: each is a workflow type of its own, and the histories are renamed to it. */
describe('the golden suite of edits', () => {
  let bundle: WorkflowBundleWithSourceMap;
  let jobs: { edit: Edit; index: number; what: string; history: LoadedHistory }[];
  let results: HistoryResult[];
  let patches: string[];
  const lines: number[] = [];

  before(async () => {
    installQuietRuntime();
    await rm(made, { recursive: true, force: true });
    await mkdir(made, { recursive: true });
    const source = await readFile(join(here, 'order.ts'), 'utf8');
    for (const [index, { name, change }] of edits.entries()) {
      const edited = change.reduce((text, [from, to]) => {
        assert.ok(text.includes(from), `${name}: order.ts has no ${from}`);
        return text.replace(from, () => to);
      }, source);
      lines.push(edited.split('\n').findIndex((line) => line.includes('//!')) + 1);
      await writeFile(join(made, `e${index}.ts`), edited);
    }
    await writeFile(join(made, 'unchanged.ts'), source);
    bundle = await bundleOf(
      edits.map((_, index) => `e${index}`),
      'all.ts',
    );

    const recorded = await loadHistories([join(here, 'histories')]);
    jobs = edits.flatMap((edit, index) =>
      whats.map((what) => {
        const history = recorded.find(({ file }) => file.includes(what.replace(' ', '-')));
        assert.ok(history, what);
        return { edit, index, what, history: renamed(history, `e${index}`) };
      }),
    );
    const report = await replayHistories({
      workflowBundle: bundle,
      histories: jobs.map(({ history }) => history),
      lineCoverage: false,
      showValues: true,
    });
    results = report.histories;
    patches = report.coverage.patches.map(({ id }) => id);
  });

  it('has at least fifty', () => assert.ok(edits.length >= 50, String(edits.length)));

  it('says of each what happened, and where', () => {
    const wrong: string[] = [];
    for (const [at, { edit, index, what }] of jobs.entries()) {
      const result = results[at];
      if (what !== (edit.history ?? 'first run') || !result) continue;
      const { status, divergence, location = divergence?.location, drift } = result;
      const [first] = drift;
      const place = (location ?? first?.location)?.line ?? 0;
      const fileOk = place === 0 || (location ?? first?.location)?.file === join(made, `e${index}.ts`);
      const said = [status, divergence?.expected, divergence?.actual, first?.path, place, fileOk];
      const want = [
        edit.status,
        divergence && edit.expected ? prefixed(edit.expected, divergence.expected) : edit.expected,
        divergence && edit.actual ? prefixed(edit.actual, divergence.actual) : edit.actual,
        edit.path,
        edit.noLine ? place : lines[index],
        true,
      ];
      try {
        assert.deepEqual(said, want);
      } catch {
        wrong.push(
          `${edit.name}:\n   said ${JSON.stringify(said)}\n   want ${JSON.stringify(want)}\n   ${divergence?.message ?? result.message ?? ''}`,
        );
      }
    }
    assert.equal(wrong.length, 0, `${wrong.length} of ${edits.length}\n${wrong.join('\n')}`);
  });

  it("counts the patches of the code, and none of the SDK's own", () =>
    assert.deepEqual(patches, ['desk', 'fraud', 'fraud-2']));

  it('gives each history the same verdict without the core, and asks it where the code answers otherwise', async () => {
    const { CI: ci } = process.env;
    delete process.env['CI'];
    try {
      const same = await bundleOf(
        edits.map(() => 'unchanged'),
        'same.ts',
      );
      const histories = jobs.map(({ history }) => history);
      const recorded = await replayHistories({ workflowBundle: same, histories, lineCoverage: false, fast: true });
      assert.deepEqual([recorded.summary.pass, recorded.engine.notFast], [histories.length, undefined]);
      const { histories: fast, engine } = await replayHistories({
        workflowBundle: bundle,
        histories,
        lineCoverage: false,
        fast: true,
      });
      const verdicts = (all: readonly HistoryResult[]) =>
        all.map(({ status, divergence, drift }) => [status, divergence?.eventId, drift.map(({ path }) => path)]);
      assert.deepEqual(verdicts(fast), verdicts(results));
      assert.ok((engine.withoutCore ?? 0) > 50, JSON.stringify(engine));
    } finally {
      if (ci !== undefined) process.env['CI'] = ci;
    }
  });

  it("gives each history the verdict of the SDK's own replayer", async () => {
    const theirs: string[] = [];
    const histories = jobs.map(({ history }) => ({
      workflowId: history.workflowId,
      history: decodeHistory(history.encoded ?? new Uint8Array()),
    }));
    for await (const { error } of Worker.runReplayHistories({ workflowBundle: bundle }, histories)) {
      theirs.push(
        error === undefined ? 'pass' : error.name === 'DeterminismViolationError' ? 'nondeterminism' : 'failed',
      );
    }
    const ours = results.map(({ status }) => (status === 'drift' ? 'pass' : status));
    const disagreements = jobs.flatMap(({ edit, what }, at) =>
      ours[at] === theirs[at]
        ? []
        : [`${edit.name} (${what}): ${String(ours[at])}, the SDK says ${String(theirs[at])}`],
    );
    assert.deepEqual(disagreements, []);
  });
});

/** @param files The file with the workflow of each edit. */
async function bundleOf(files: readonly string[], name: string): Promise<WorkflowBundleWithSourceMap> {
  const lines = files.map((file, index) => `export { order as e${index} } from './${file}';`);
  await writeFile(join(made, name), lines.join('\n'));
  return bundleWorkflowCode({ workflowsPath: join(made, name), logger });
}

/** A label may end in an id that each recording makes anew. */
function prefixed(wanted: string, said: string): string {
  return said.startsWith(wanted) ? said : wanted;
}

function renamed(history: LoadedHistory, workflowType: string): LoadedHistory {
  const decoded = decodeHistory(history.encoded ?? new Uint8Array());
  const started = decoded.events?.[0]?.workflowExecutionStartedEventAttributes;
  if (started?.workflowType) started.workflowType.name = workflowType;
  for (const { workflowExecutionContinuedAsNewEventAttributes: end } of decoded.events ?? []) {
    if (end?.workflowType)
      end.workflowType.name = end.workflowType.name === 'order' ? workflowType : end.workflowType.name;
  }
  return { ...history, workflowType, encoded: encodeHistory(decoded) };
}
