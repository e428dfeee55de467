import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import {
  codeHash,
  formatGithubAnnotations,
  formatGithubSummary,
  formatJunit,
  formatLcov,
  formatReport,
  fromHistory,
  loadHistories,
  type LoadedHistory,
  readAcceptedDrift,
  replayHistories,
  type ReplayReport,
  writeAcceptedDrift,
} from '../../replay';
import { bundleWorkflows } from '../../replay/bundle-workflows';
import { decodeHistory } from '../../replay/proto';
import { buildIdOf } from '../../replay/to-result';
import { binary, fixtures, shipped, source, useFolder } from './support';

const quiet = () => undefined;
const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };
const lineOf = async (name: string, text: string) =>
  (await readFile(source(name), 'utf8')).split('\n').findIndex((line) => line.includes(text)) + 1;

describe('a report of a replay', () => {
  const folder = useFolder();
  let moody: WorkflowBundleWithSourceMap;
  let added: ReplayReport;

  before(async () => {
    moody = await bundleWorkflowCode({ workflowsPath: source('moody'), logger });
    added = await replayHistories({
      workflowsPath: source('activity-added'),
      histories: [...(await loadHistories([fixtures])), fromHistory({ events: [] }, { workflowId: 'empty' })],
    });
  });

  it('has one entry for each cause', () => {
    const [first] = added.failures;
    assert.equal(first?.files.length, 2);
    assert.equal(first.divergence?.actual, 'ScheduleActivity askFraudDesk');
    const files = added.failures.flatMap((failure) => failure.files);
    assert.equal(files.length, added.summary.total - added.summary.pass);
  });

  it('tells which lines of workflow code no history reaches', async () => {
    const report = await replayHistories({
      workflowsPath: source('recorded'),
      histories: await loadHistories([join(fixtures, 'order-waiting-sdk1.24.0.bin.gz')]),
    });
    const [file] = report.coverage.files ?? [];
    assert.equal(file?.file, source('recorded'));
    const unreached = [
      await lineOf('recorded', "if (patched('receipts'))"),
      await lineOf('recorded', 'await sleep(10)'),
    ];
    for (const line of unreached) assert.ok(file.missing.includes(line), `line ${line} of ${file.missing.join()}`);
    assert.ok(file.reached.includes(await lineOf('recorded', 'await condition(')));
    const lcov = formatLcov(report.coverage);
    assert.match(lcov, new RegExp(`DA:${unreached[0] ?? 0},0`));
    assert.match(formatReport(report), /No history reaches \d+ of \d+ lines of .*recorded\.ts: /);
  });

  it('is XML for CI servers', () => {
    const xml = formatJunit(added);
    assert.match(xml, /<testsuite name="longhaul replay" tests="6" failures="5" errors="1" skipped="0"/);
    assert.equal(xml.match(/<testcase /g)?.length, 6);
    assert.match(
      xml,
      /<failure type="nondeterminism" message="Event 11: expected ActivityTaskScheduled chargeCard, got/,
    );
  });

  it('is annotations and a summary for GitHub', () => {
    assert.match(
      formatGithubAnnotations(added),
      /^::error file=\S+activity-added\.ts,line=\d+,col=9,title=order nondeterminism \(2 histories\)::Event 11: expected /m,
    );
    const summary = formatGithubSummary(added);
    assert.match(summary, /^## ❌ Replay of 6 histories/);
    assert.match(summary, /\| 2 \| order \| ActivityTaskScheduled chargeCard \| ScheduleActivity askFraudDesk \|/);
  });

  describe('with drift', () => {
    const replay = async (more: Partial<Parameters<typeof replayHistories>[0]> = {}, histories?: LoadedHistory[]) =>
      replayHistories({
        workflowBundle: moody,
        histories: histories ?? (await loadHistories([shipped])),
        lineCoverage: false,
        ...more,
      });

    it('warns of it, and shows no value', async () => {
      const report = await replay();
      assert.equal(report.ok, true);
      assert.equal(report.summary.drift, 1);
      const drift = report.histories[0]?.drift ?? [];
      assert.deepEqual(
        drift.map(({ path, recorded, location }) => [path, recorded, location?.file]),
        drift.map(() => ['args[1]', 'nothing', source('moody')]),
      );
      assert.equal(drift.length, 3);
      assert.match(drift[1]?.actual ?? '', /^string\(7\) #[\da-f]{6}$/);
      assert.doesNotMatch(JSON.stringify(report), /1,234\.5/);
      assert.match(formatReport(await replay({ showValues: true })), /args\[1\] was nothing, is "1,234\.5"/);
    });

    it('fails with drift: error, unless it is accepted', async () => {
      const report = await replay({ drift: 'error' });
      assert.equal(report.ok, false);
      assert.match(report.policies.find(({ policy }) => policy === 'drift')?.message ?? '', /in 3 places/);
      const file = join(folder.path, 'accepted-drift.json');
      assert.equal(await writeAcceptedDrift(file, [], report.histories), 3);
      const accepted = await readAcceptedDrift(file);
      const again = await replay({ drift: 'error', acceptedDrift: accepted });
      assert.deepEqual([again.ok, again.summary.pass], [true, 1]);
      const all = [{ workflowType: 'order', command: 'ActivityTaskScheduled *', path: 'args[1]*' }];
      assert.equal((await replay({ drift: 'error', acceptedDrift: all })).ok, true);
      const other = [{ workflowType: 'order', command: '*', path: 'args[0]' }];
      assert.equal((await replay({ drift: 'error', acceptedDrift: other })).ok, false);
    });

    it('fails where the code that was recorded says something else than itself', async () => {
      const [history] = await loadHistories([shipped]);
      assert.ok(history);
      const report = await replay({}, [{ ...history, codeVersion: buildIdOf(moody.code) }]);
      assert.equal(report.ok, false);
      assert.ok(report.histories[0]?.drift.every(({ ofItself }) => ofItself));
      assert.ok(report.policies.some(({ policy }) => policy === 'same-code'));
    });

    it('warns where a history was replayed with this very code when it was recorded, and where a chain has a gap', async () => {
      const [history] = await loadHistories([shipped]);
      assert.ok(history);
      const runs = [
        { ...history, file: 'run 1', runId: 'r1', code: codeHash(moody.code) },
        { ...history, file: 'run 2', runId: 'r2', continuedFrom: 'r1', code: codeHash(moody.code) },
      ];
      const warnings = async (histories: LoadedHistory[]) => {
        const { policies } = await replay({ policies: { strict: true } }, histories);
        return policies
          .filter(({ policy }) => /same-code|chain/.test(policy))
          .map(({ policy, level }) => `${policy} ${level}`);
      };
      assert.deepEqual(await warnings(runs), ['same-code warning']);
      const gap = { ...history, file: 'run 4', runId: 'r4', continuedFrom: 'r3' };
      assert.deepEqual(await warnings([...runs, gap]), ['chain warning']);
    });

    it('finds what depends on time zone, locale and clock, with the line', async () => {
      const report = await replay({ elsewhere: true });
      assert.equal(report.ok, false);
      const own = (report.histories[0]?.drift ?? []).filter(({ ofItself }) => ofItself);
      assert.deepEqual(
        own.map(({ location }) => location?.line),
        [
          await lineOf('moody', '// the zone'),
          await lineOf('moody', '// the locale'),
          await lineOf('moody', '// the clock'),
        ],
      );
      assert.match(formatReport(report), /drifts from itself/);
    });

    it('finds nothing of the kind in code that is alike everywhere', async () => {
      const histories = await loadHistories([fixtures]);
      const report = await replayHistories({ workflowsPath: source('recorded'), histories, elsewhere: true });
      assert.deepEqual([report.ok, report.summary.pass], [true, 5]);
    });
  });

  it('asks for what a corpus should have', async () => {
    const [first, ...more] = await loadHistories([fixtures]);
    assert.ok(first);
    const old = { ...first, recordedAt: '2020-01-01T00:00:00Z' };
    const ask = (strict: boolean) =>
      replayHistories({
        workflowsPath: source('recorded'),
        histories: [old, ...more.filter(({ workflowType }) => workflowType !== 'greet')],
        policies: { strict, longRunning: ['order'] },
      });
    const report = await ask(true);
    assert.deepEqual(
      report.policies.map(({ policy, level }) => `${policy} ${level}`),
      ['coverage error', 'span error', 'age error'],
    );
    assert.equal(report.ok, false);
    assert.equal((await ask(false)).ok, true);
  });

  it('says so where the SDK does not take the switches, and replays the slow way', async () => {
    const preload = join(folder.path, 'other-sdk.cjs');
    const shared = require.resolve('@temporalio/worker/lib/workflow/vm-shared');
    // An SDK that cannot do without its promise hook.
    await writeFile(
      preload,
      `const shared = require(${JSON.stringify(shared)});
      const { globalHandlers, injectGlobals } = shared;
      const hook = globalHandlers.setPromiseHook;
      let off = false;
      Object.defineProperty(globalHandlers, 'setPromiseHook', { get: () => hook, set: () => { off = true; } });
      shared.injectGlobals = (context) => { if (off) throw new Error('no hook'); injectGlobals(context); };`,
    );
    const { NODE_OPTIONS } = process.env;
    process.env.NODE_OPTIONS = `--require ${preload}`;
    try {
      const report = await replayHistories({
        workflowBundle: moody,
        histories: await loadHistories([shipped]),
        cache: false,
      });
      assert.deepEqual([report.ok, report.engine.path, report.summary.pass], [true, 'plain', 1]);
      assert.match(report.engine.reason ?? '', /on a recorded history the SDK says pass, and the fast path failed/);
      assert.match(formatReport(report), /Replayed the slow way/);
    } finally {
      if (NODE_OPTIONS === undefined) delete process.env.NODE_OPTIONS;
      else process.env.NODE_OPTIONS = NODE_OPTIONS;
    }
  });

  it('passes each beginning of a history that passes, on several processes', async () => {
    const { events = [] } = decodeHistory(await binary());
    const histories = (events ?? []).map((_, index) =>
      fromHistory({ events: events?.slice(0, index + 1) ?? [] }, { workflowId: 'order-1' }),
    );
    const report = await replayHistories({ workflowsPath: source('recorded'), histories, jobs: 2 });
    assert.equal(report.engine.jobs, 2);
    const { pass, drift, skipped } = report.summary;
    // Cut off between two commands of one task, the code issues one more than the file has: drift, to us.
    assert.equal(pass + drift + skipped, events?.length);
    assert.ok(skipped < 5 && pass > 30);
  });

  it('is made from the bundle of before only while nothing that went into it has changed', async () => {
    const project = join(__dirname, 'project');
    await rm(project, { recursive: true, force: true });
    await mkdir(join(project, 'node_modules'), { recursive: true });
    const main = join(project, 'order.ts');
    await writeFile(main, `export { order } from ${JSON.stringify(source('recorded'))};\nexport * from './other';\n`);
    await writeFile(join(project, 'other.js'), 'export async function one() {}\n');
    const code = () => bundleWorkflows(main, {});
    const first = await code();
    assert.match(first, /function one\(/);
    const from = performance.now();
    assert.equal(await code(), first);
    const ms = performance.now() - from;
    await writeFile(join(project, 'other.js'), 'export async function two() {}\n');
    assert.match(await code(), /function two\(/);
    await writeFile(join(project, 'other.ts'), 'export async function three() {}\n');
    assert.match(await code(), /function three\(/, 'a new file that goes before');
    assert.equal(await bundleWorkflows(main, {}, false), await code());
    assert.equal((await readdir(join(project, 'node_modules/.cache/longhaul'))).length, 1, `kept, ${ms} ms`);
    await rm(project, { recursive: true, force: true });
  });
});
