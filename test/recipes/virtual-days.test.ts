import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { rollOverSignal } from 'longhaul/workflows';
import { answerSignal } from 'longhaul/recipes';
import { startServer, ServerUnavailableError, TestServer } from 'longhaul/testing';
import type { TimeSkippingServer } from 'longhaul/testing';
import * as activities from './activities';
import * as flows from './workflows';

const DAY_MS = 86_400_000;

describe('recipes over days', function () {
  this.timeout(120_000);
  let server: TimeSkippingServer;
  let tests: TestServer;

  before(async function () {
    this.timeout(300_000);
    try {
      server = await startServer({ kind: 'time-skipping', log: () => undefined });
    } catch (error) {
      if (!(error instanceof ServerUnavailableError)) throw error;
      this.skip(); // The suite needs no Java: here there is neither it nor a download.
    }
    tests = await TestServer.connect(server, require.resolve('./workflows'), { activities });
  });

  beforeEach(() => tests.beginTest());
  afterEach(() => tests.endTest());

  after(async () => {
    if (tests as TestServer | undefined) await tests.close();
    if (server as TimeSkippingServer | undefined) await server.stop();
  });

  const notesOf = ({ workflowId }: WorkflowHandle): string[] => activities.notes.get(workflowId) ?? [];
  const current = ({ workflowId }: WorkflowHandle): WorkflowHandle => tests.client.workflow.getHandle(workflowId);

  it('an approval reminds each second day and takes its default after five, over rollovers', () => {
    const options = {
      approvers: ['ann', 'nobody'],
      deadline: '5 days',
      atDeadline: 'approve',
      remindEvery: 2 * DAY_MS,
    } as const;
    return tests.run(flows.approves, [options], async (handle) => {
      await handle.signal(answerSignal, { by: 'ann', decision: 'approve' });
      let before = '';
      // Not by a query: this server never answers one that meets the end of a run.
      const sleepsInNewRun = async () => {
        const { runId } = await current(handle).describe();
        const { events } = await tests.client.workflow.getHandle(handle.workflowId, runId).fetchHistory();
        if (runId === before || !events?.some(({ timerStartedEventAttributes: timer }) => timer)) return false;
        before = runId;
        return true;
      };
      for (const reminders of [1, 2]) {
        await until(sleepsInNewRun);
        await server.time.skip(2 * DAY_MS + 1_000);
        await until(() => notesOf(handle).length === reminders);
        await current(handle).signal(rollOverSignal);
      }
      await until(sleepsInNewRun);
      await server.time.skip('1 day');
      const result = await handle.result();
      assert.deepEqual([result.decision, result.decidedBy], ['approved', 'deadline']);
      assert.ok(result.run >= 2, `ended in run ${result.run}`);
      assert.deepEqual(notesOf(handle), ['reminded 1 nobody', 'reminded 2 nobody']);
      assert.deepEqual(
        result.audit.map(({ what, why = '' }) => `${what} ${why}`.trim()),
        ['asked', 'answered', 'reminder failed no such mailbox', 'reminder failed no such mailbox', 'decided deadline'],
      );
      assert.ok((result.audit.at(-1)?.at ?? 0) - (result.audit[0]?.at ?? 0) >= 5 * DAY_MS);
    });
  });

  it('a clean-up makes up as it is told to for the days on which no worker was there', async () => {
    const cases = [
      { catchUp: 'none', rounds: 1, due: [3], left: 3 },
      { catchUp: 'one', rounds: 2, due: [2, 3], left: 2 },
      { catchUp: 'all', rounds: 3, due: [0, 1, 2], left: 0 },
    ] as const;
    const handles = await Promise.all(
      cases.map(({ catchUp, rounds }) => tests.start(flows.cleans, [{ every: DAY_MS, rounds, catchUp }])),
    );
    const asleep = async (handle: WorkflowHandle) => {
      const { events } = await handle.fetchHistory();
      return events?.some(({ timerStartedEventAttributes: timer }) => timer) ?? false;
    };
    await tests.work(() => until(async () => (await Promise.all(handles.map(asleep))).every(Boolean)));
    const now = (await server.time.now()).getTime();
    const firstAt = Math.ceil(now / DAY_MS) * DAY_MS;
    await server.time.skip(firstAt + 2.3 * DAY_MS - now);
    const reports = await tests.work(async () => {
      await server.time.unlock();
      const all = await Promise.all(handles.map((handle) => handle.result()));
      await server.time.lock();
      return all;
    });
    for (const [index, { catchUp, due, left }] of cases.entries()) {
      const { last = [], skipped } = reports[index] ?? {};
      const dueAfter = last.map(({ dueAt }) => (dueAt - firstAt) / DAY_MS);
      assert.deepEqual({ catchUp, due: dueAfter, left: skipped }, { catchUp, due, left });
    }
  });

  it('a poll asks twelve times in three days', () =>
    tests.run(flows.polls, [{ doneAt: 12, every: '1 hour', maxEvery: '8 hours', jitter: 0 }], async (handle) => {
      const begun = (await server.time.now()).getTime();
      await server.time.unlock();
      assert.equal((await handle.result()).asked, 12);
      await server.time.lock();
      // 1, 2, 4, 8 and 8 hours, then anew where the job had come further.
      const hours = ((await server.time.now()).getTime() - begun) / 3_600_000;
      assert.ok(hours >= 45 && hours < 47, `${hours} hours`);
    }));
});

async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await reached())) await setTimeout(50);
}
