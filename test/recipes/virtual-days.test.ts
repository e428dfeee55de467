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

  it('a poll asks twelve times in three days', () =>
    tests.run(flows.polls, [{ doneAt: 12, every: '1 hour', maxEvery: '8 hours', jitter: 0 }], async (handle) => {
      await server.time.unlock();
      assert.equal((await handle.result()).asked, 12);
      await server.time.lock();
      // 1, 2, 4, 8 and 8 hours, then anew where the job had come further: 1, 2, 4, 8, 8 and 8.
      const { startTime, closeTime } = await current(handle).describe();
      const { startTime: begunAt } = await tests.client.workflow
        .getHandle(handle.workflowId, handle.firstExecutionRunId)
        .describe();
      const hours = ((closeTime ?? startTime).getTime() - begunAt.getTime()) / 3_600_000;
      assert.ok(hours >= 54 && hours < 54.1, `${hours} hours`);
    }));
});

async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await reached())) await setTimeout(50);
}
