import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bundleOnce,
  drill,
  DrillError,
  readDrillRecords,
  startWorkerProcess,
  useServer,
  writeDrillRecord,
} from 'longhaul/testing';
import type { DrillOptions, DrillReport } from 'longhaul/testing';
import { judge } from 'longhaul/review';
import { assertSchema } from '../../cli/schema';
import { pollersOf } from '../../../testing/drill/start-polling';
import { useFolder } from '../../replay/support';
import { gathered } from '../../review/gathered';
import { until } from '../../workflows/support';
import type * as activities from './activities';

describe('drill', () => {
  const server = useServer(require.resolve('./workflows'));
  const folder = useFolder();

  let bundled: string;
  let workflowBundlePath: string;
  before(async () => {
    bundled = await mkdtemp(join(tmpdir(), 'longhaul-drill-'));
    workflowBundlePath = join(bundled, 'workflows.js');
    await writeFile(workflowBundlePath, (await bundleOnce(require.resolve('./workflows'))).code);
  });
  after(() => rm(bundled, { recursive: true }));

  const drillOf = (activity: keyof typeof activities, options: Partial<DrillOptions> = {}): Promise<DrillReport> => {
    const taskQueue = `${server.taskQueue}-${activity}`;
    return drill({
      client: server.client,
      address: server.address,
      activity,
      workflow: { type: 'drilled', args: [activity], taskQueue },
      startWorker: () =>
        startWorkerProcess({
          address: server.address,
          taskQueue,
          workflowBundlePath,
          activitiesPath: require.resolve('./activities'),
          workerOptions: { maxCachedWorkflows: 0, maxConcurrentActivityTaskPolls: 1 },
        }),
      within: '5 seconds',
      ...options,
    });
  };
  const rules = ({ findings }: DrillReport): string[] => findings.map(({ rule }) => rule);

  it('finds what a crash costs, and nothing where it costs little', async () => {
    const names = ['resumes', 'commits', 'beginsAnew', 'saysNothing', 'unnoticed', 'triedOnce'] as const;
    const reports = new Map<string, DrillReport>();
    for (const pair of [names.slice(0, 2), names.slice(2, 4), names.slice(4)]) {
      await Promise.all(pair.map(async (name) => reports.set(name, await drillOf(name))));
    }
    const found = Object.fromEntries([...reports].map(([name, report]) => [name, rules(report)]));
    assert.deepEqual(found, {
      resumes: [],
      commits: [],
      beginsAnew: ['checkpoint-ignored'],
      saysNothing: ['no-checkpoint'],
      unnoticed: ['no-heartbeat-timeout'],
      triedOnce: ['not-retried'],
    });
    for (const name of ['resumes', 'commits']) {
      const report = reports.get(name);
      const [tried] = report?.tries ?? [];
      assert.equal(report?.ok, true);
      assert.equal(tried?.timeout, 'heartbeat');
      assert.equal(tried.continued, true);
      assert.equal(typeof tried.checkpoint, 'number');
      assert.ok(tried.redoneMs <= 1_500 && (tried.resumedAfterMs ?? 0) > 0);
      assert.equal(report.timeouts.heartbeatMs, 1_000);
      await assertSchema('drill', JSON.stringify(report));
    }
    assert.equal(reports.get('unnoticed')?.tries[0]?.nextAttemptAt, null);
    const record = reports.get('commits');
    assert.ok(record);
    const file = await writeDrillRecord(folder.path, record);
    assert.deepEqual(await readDrillRecords(folder.path), [{ file, report: record }]);
    assert.deepEqual(judged([...reports.values()]), {
      resumes: ['go', 'go'],
      commits: ['go', 'go'],
      beginsAnew: ['go', 'no-go'],
      saysNothing: ['go', 'no-go'],
      unnoticed: ['no-go', 'no-go'],
      triedOnce: ['go', 'no-go'],
    });
  });

  /** What a review says of the heartbeat timeout and of the drill of each activity, by these records alone. */
  function judged(reports: readonly DrillReport[]): Record<string, (string | undefined)[]> {
    const drills = reports.map((report) => ({ file: `${report.activityType}.json`, report }));
    const { workflows } = judge(gathered({ drills }), ['drilled'], Date.now());
    const checks = workflows.flatMap(({ cells }) => cells.flatMap((cell) => cell.checks));
    const of = (activity: string, name: string) => {
      const found = checks.find((one) => one.activity === activity && one.check === name);
      assert.equal(found?.evidence[0]?.file, `${activity}.json`);
      return found.verdict;
    };
    return Object.fromEntries(
      reports.map(({ activityType: type }) => [type, [of(type, 'heartbeat'), of(type, 'drill')]]),
    );
  }

  it('finds an activity that never beats, and attempts that come late or not at all', async () => {
    const [silent, forgets, never, late] = await Promise.all([
      drillOf('neverBeats'),
      drillOf('forgetsToBeat', { within: '25 seconds' }),
      drillOf('pausesLong'),
      drillOf('comesLate', { within: '25 seconds' }),
    ]);
    assert.deepEqual(rules(silent), ['no-heartbeat-timeout', 'no-beats']);
    // Between two attempts when its worker was to fail; on a machine that is busy the next one may come late, too.
    assert.deepEqual(
      rules(forgets).filter((rule) => rule !== 'late'),
      ['no-beats'],
    );
    assert.deepEqual(rules(never), ['not-in-time']);
    assert.deepEqual(rules(late), ['late']);
    assert.equal(late.ok, true, 'a warning alone');
    for (const { message, fix } of [...silent.findings, ...never.findings, ...late.findings])
      assert.ok(message.endsWith('.') && fix.endsWith('.'), message);
  });

  it('drains and suspends too, several times at random moments that a seed repeats', async () => {
    const [drained, slow, suspended] = await Promise.all([
      drillOf('commits', { how: 'term', seed: 7 }),
      drillOf('lingers', { how: 'term' }),
      drillOf('resumes', { how: 'stall', times: 2, seed: 7 }),
    ]);
    assert.deepEqual(rules(drained), []);
    // Handed over at once, and not noticed by a timeout.
    assert.equal(drained.tries[0]?.timeout, null);
    assert.match(drained.tries[0].failure ?? '', /shut/i);
    assert.deepEqual(rules(slow), ['slow-drain']);
    assert.ok((slow.tries[0]?.drainedAfterMs ?? 0) > 15_000);
    assert.deepEqual(rules(suspended), []);
    assert.deepEqual(
      suspended.tries.map(({ timeout }) => timeout),
      ['heartbeat', 'heartbeat'],
    );
    assert.equal(suspended.seed, 7);
  });

  it('says so where the workflow ends before its signals are sent', async () => {
    const taskQueue = `${server.taskQueue}-resumes`;
    // The first of them may still come in time.
    const signals = Array.from({ length: 500 }, () => ({ name: 'go', args: [] }));
    await assert.rejects(drillOf('resumes', { workflow: { type: 'endsAtOnce', args: [], taskQueue, signals } }), {
      name: 'DrillError',
      message:
        /^Workflow endsAtOnce had ended before its signal go was sent: give it an input with which it goes on\.$/,
    });
  });

  it('says so where another worker has the activity', async () => {
    const taskQueue = `${server.taskQueue}-resumes-elsewhere`;
    const other = await startWorkerProcess({
      address: server.address,
      taskQueue,
      workflowBundlePath,
      activitiesPath: require.resolve('./activities'),
    });
    await other.ready;
    await until(
      () => pollersOf(server.client, taskQueue),
      (identities) => identities.length > 0,
    );
    const told: string[] = [];
    // A worker that takes no work, so that the other one surely gets it.
    const idle = { pid: 0, ready: Promise.resolve(), kill: () => Promise.resolve({ code: null, signal: null }) };
    const drilling = drillOf('resumes', {
      workflow: { type: 'drilled', args: ['resumes'], taskQueue },
      startWorker: () => Promise.resolve(idle as never),
      within: '3 seconds',
      onProgress: (line) => told.push(line),
    });
    await assert.rejects(
      drilling,
      (error) => error instanceof DrillError && /is not the worker that was made to fail/.test(error.message),
    );
    assert.ok(
      told.some((line) => line.includes('polled') && line.includes('before the drill')),
      told.join('\n'),
    );
    await other.kill();
  });

  it('says so where there was nothing to measure', async () => {
    await assert.rejects(drillOf('short'), (error) => error instanceof DrillError && /give it/.test(error.message));
    await assert.rejects(
      drillOf('failsAtOnce'),
      (error) => error instanceof DrillError && /fails by itself.*: the provider is down\. Give/.test(error.message),
    );
  });
});
