import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Resource } from '@opentelemetry/resources';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { CancelledFailure, Context } from '@temporalio/activity';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry';
import { assertReplays, formatReport, fromHistory, loadHistories } from 'longhaul/replay';
import { useServer, workflowRuns } from 'longhaul/testing';
import { LonghaulPlugin } from 'longhaul/worker';
import { ask, everyCommand, go } from './workflows';

const workflowsPath = require.resolve('./workflows');
const spans = new InMemorySpanExporter();
const plugin = new LonghaulPlugin({
  catalog: { job: { expectedMaxDuration: '3 days' }, everyCommand: { expectedMaxDuration: '3 days', team: 'orders' } },
});
const tracing = new OpenTelemetryPlugin({
  resource: new Resource({ 'service.name': 'test' }),
  spanProcessor: new SimpleSpanProcessor(spans),
});
/** In pairs, since OpenTelemetry's own interceptors take promise turns: a workflow may replay otherwise with and without those. */
const pairs = [
  { 'neither plugin': [], 'the plugin': [plugin] },
  { OpenTelemetry: [tracing], 'both plugins': [plugin, tracing] },
].flatMap((pair) => {
  const [one, other] = Object.entries(pair) as [Setting, Setting];
  return [
    [one, other],
    [other, one],
  ] as const;
});
type Setting = [name: string, plugins: (LonghaulPlugin | OpenTelemetryPlugin)[]];

const activities = {
  work: () => Promise.resolve('worked'),
  slow: async () => {
    const { cancelled, heartbeat } = Context.current();
    const timer = setInterval(() => heartbeat(), 20);
    try {
      await cancelled;
    } catch (error) {
      assert.ok(error instanceof CancelledFailure);
      throw error;
    } finally {
      clearInterval(timer);
    }
    return 'never';
  },
};

describe('a workflow that knows nothing of longhaul', () => {
  for (const [[name, plugins], [otherName, otherPlugins]] of pairs) {
    describe(`recorded with ${name}`, () => {
      const server = useServer(workflowsPath, {
        plugins,
        activities,
        searchAttributes: { TeamOwner: 'Keyword', ExpectedMaxDurationHours: 'Double', LonghaulDeadline: 'Datetime' },
        workerOptions: { maxHeartbeatThrottleInterval: '50 ms', defaultHeartbeatThrottleInterval: '50 ms' },
      });

      it(`replays with ${otherName}`, async () => {
        spans.reset();
        const handle = await server.start(everyCommand, [1], { skipReplay: 'it is replayed here' });
        const latest = server.client.workflow.getHandle(handle.workflowId);
        const result = await server.work(async () => {
          await handle.signal(go);
          assert.equal(await latest.executeUpdate(ask), 'worked');
          return await handle.result();
        });
        assert.deepEqual(result, [
          'worked',
          'worked',
          'worked',
          'timer cancelled',
          'activity cancelled',
          'child timed out',
          'child cancelled',
          'told',
        ]);
        assert.equal(spans.getFinishedSpans().length > 20, plugins.includes(tracing));
        const runs = await workflowRuns(server.client, {
          workflowId: handle.workflowId,
          runId: handle.firstExecutionRunId,
        });
        const histories = runs
          // A child whose time ran out before its first task has nothing to replay.
          .filter(({ history }) => history.events?.some((event) => event.workflowTaskCompletedEventAttributes))
          .map(({ history, workflowId }) => fromHistory(history, { workflowId }));
        const report = await assertReplays({ workflowsPath, histories, replayOptions: { plugins: otherPlugins } });
        // What the plugin adds to children and next runs is drift, which harms none.
        assert.equal(report.summary.pass + report.summary.drift, histories.length, formatReport(report));
      });
    });
  }
});

describe('the golden histories, recorded with neither,', () => {
  const goldens = (which: (workflowType: string) => boolean, plugins: Setting[1]) => async () => {
    const all = await loadHistories([join(process.cwd(), 'replay-histories/compat')]);
    const histories = all.filter(({ workflowType }) => which(workflowType));
    assert.ok(histories.length > 0);
    await assertReplays({
      workflowsPath: require.resolve('../compat/workflows'),
      histories,
      replayOptions: { plugins },
    });
  };

  // Its limit is reached in the very task in which its last item ends.
  const isRace = (workflowType: string) => workflowType === 'feeds';
  it('replay with the plugin', goldens(isRace, [plugin])).timeout(120_000);
  it(
    'replay with both plugins, but for one',
    goldens((type) => !isRace(type), [plugin, tracing]),
  ).timeout(120_000);
});
