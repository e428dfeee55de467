import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { pauseSignal, resumeSignal, rollOverSignal, statusQuery } from 'longhaul/workflows';
import { Worker } from '@temporalio/worker';
import { submit } from 'longhaul/client';
import { isLonghaulFailure } from 'longhaul/activities';
import { useServer, workflowRuns } from 'longhaul/testing';
import { chainOf, inRun, taskFailure, until, warningsHeard } from './support';
import { addName } from './workflows/mistaken-lanes';
import * as flows from './workflows/rare-moments';

describe('longRunning in rare moments', () => {
  const server = useServer(require.resolve('./workflows/rare-moments'));
  const current = ({ workflowId }: { workflowId: string }) => server.client.workflow.getHandle(workflowId);
  const jobsOf = async (handle: { workflowId: string }) => (await current(handle).query(statusQuery)).inboxes['jobs'];

  it('rolls over while an item that is owed a reply waits to be tried again', () =>
    server.run(flows.triesLater, [], async (handle) => {
      const plain = current(handle).executeUpdate(flows.doJob, { args: [{ id: 'a', fails: 1 }] });
      plain.catch(() => undefined);
      const { lastProgressAt } = await until(
        () => current(handle).query(statusQuery),
        ({ inboxes: { jobs } }) => jobs?.received === 1 && jobs.depth === 1,
      );
      await handle.signal(rollOverSignal);
      await inRun(current(handle), 2);
      assert.ok(Date.now() - lastProgressAt < 1_900, 'the rollover waited for the next attempt');
      await assert.rejects(plain, (error) => isLonghaulFailure((error as Error).cause, 'LonghaulRollingOver'));
      assert.equal(await submit(handle, flows.doJob, { id: 'a', fails: 1 }), 'a is done in run 2');
      assert.equal(await submit(handle, flows.doJob, { id: 'end', last: true }), 'end is done in run 2');
      assert.deepEqual(await handle.result(), { a: 2, end: 1 });
    }));

  it('loses nothing that another lane has taken when the body fails in one, and buries what failed alone', () =>
    server.run(flows.failsBeside, [], async (handle) => {
      await handle.signal(flows.addNote, 'a');
      await handle.signal(flows.linger, 1_000);
      await handle.signal(flows.addJob, { id: 'bad' });
      // The body has failed, and the run waits for its handler.
      await until(
        () => current(handle).query(statusQuery),
        ({ deadLetters }) => deadLetters.length === 1,
      );
      await handle.signal(flows.addNote, 'b');
      await handle.signal(flows.addNote, 'c');
      await inRun(current(handle), 2);
      const { deadLetters, inboxes } = await current(handle).query(statusQuery);
      assert.deepEqual(
        deadLetters.map(({ inbox, error }) => `${inbox}: ${error}`),
        ['jobs: it is bad'],
      );
      assert.equal(inboxes['notes']?.received, 3);
      await assert.rejects(handle.result(), (error) => /^a b c$/.test(((error as Error).cause as Error).message));
    }));

  it('hands an item of next() out again after a rollover, unless it was settled', async () => {
    for (const settles of [true, false]) {
      await server.run(flows.readsOne, [settles], async (handle) => {
        await handle.signal(flows.addJob, { id: 'a' });
        await until(
          () => jobsOf(handle),
          (jobs) => jobs?.received === 1 && jobs.depth === 0,
        );
        await handle.signal(rollOverSignal);
        await inRun(current(handle), 2);
        if (settles) {
          assert.equal((await jobsOf(handle))?.depth, 0);
          await handle.signal(flows.addJob, { id: 'b' });
        }
        assert.deepEqual(await handle.result(), ['run 1', 'run 2']);
      });
    }
  });

  it('keeps no reply for longer than the id that it belongs to', () =>
    server.run(flows.keepsTwo, [], async (handle) => {
      const ids = Array.from({ length: 8 }, (_, index) => `j${index}`);
      await Promise.all(ids.map((id) => submit(handle, flows.doJob, { id })));
      await handle.signal(rollOverSignal);
      await inRun(current(handle), 2);
      await submit(handle, flows.doJob, { id: 'end', last: true });
      await handle.result();
      const [, second] = await workflowRuns(server.client, { ...handle, runId: handle.firstExecutionRunId });
      const { input } = second?.history.events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
      const envelope = JSON.parse(Buffer.from(input?.payloads?.[1]?.data ?? []).toString()) as {
        inboxes: { jobs: { seen: string[] } };
        extensions: { inboxes: { jobs: { replies: [string, unknown][] } } };
      };
      const { seen } = envelope.inboxes.jobs;
      assert.equal(seen.length, 2);
      assert.deepEqual(envelope.extensions.inboxes.jobs.replies.map(([id]) => id).sort(), [...seen].sort());
    }));

  it('does what several lanes ask of run.once at the same moment a single time', () =>
    server.run(flows.asksAtOnce, [], async (handle) => {
      assert.deepEqual(await handle.result(), {
        tokens: ['token 1', 'token 1', 'token 1'],
        logins: 1,
        messages: ['failed 1 times', 'failed 1 times'],
        name: 'soon',
        other: 'by the other',
      });
    }));

  it('withdraws a rollover that waits for a handler which hangs, also after the drain has timed out', () =>
    server.run(flows.undoes, [], async (handle) => {
      await handle.signal(flows.hang);
      await handle.signal(rollOverSignal);
      await until(
        () => current(handle).query(statusQuery),
        ({ rollingOver }) => rollingOver === 'requested',
      );
      await setTimeout(850);
      await current(handle).cancel();
      assert.deepEqual(await handle.result(), ['began in run 1', 'ended in run 1']);
      assert.equal((await chainOf(server.client, handle)).length, 1);
    }));

  it('drops no item as a duplicate because it has an id that is none', () =>
    server.run(flows.anyIds, [], async (handle) => {
      const ids = ['', '', { a: 1 }, { b: 2 }, 7, 7, true, true, 'x', 'x', 'end'];
      for (const id of ids) await handle.signal(flows.addJob, { id });
      assert.deepEqual(await handle.result(), {
        done: ['""', '{"a":1}', '7', 'true', '"x"', '"end"'],
        letters: ['""', '{"b":2}', 'true'],
      });
    }));

  it('keeps the order of a key where a rollover is due and only a later item is owed a reply', () =>
    server.run(flows.inOrder, [], async (handle) => {
      const send = (job: flows.Job) => {
        const answer = current(handle).executeUpdate(flows.doJob, { args: [job] });
        answer.catch(() => undefined);
        return answer;
      };
      await inRun(handle, 1);
      await handle.signal(pauseSignal);
      for (const [at, job] of [
        { id: 'b1', key: 'b', ms: 700 },
        { id: 'a1', key: 'a' },
      ].entries()) {
        void send(job);
        await until(
          () => jobsOf(handle),
          (jobs) => jobs?.depth === at + 1,
        );
      }
      // Both are turned away: in the second run nobody waits for them.
      await handle.signal(rollOverSignal);
      await inRun(current(handle), 2);
      await current(handle).signal(resumeSignal);
      await until(
        () => jobsOf(handle),
        (jobs) => jobs?.leases === 1,
      );
      const later = send({ id: 'a2', key: 'a' });
      await until(
        () => jobsOf(handle),
        (jobs) => jobs?.received === 3,
      );
      await current(handle).signal(rollOverSignal);
      assert.equal(await later, 'a2');
      assert.equal(await submit(handle, flows.doJob, { id: 'end', last: true, key: 'end' }), 'end');
      const done = await handle.result();
      assert.ok(done.indexOf('a1') < done.indexOf('a2'), done.join(', '));
      assert.deepEqual([...done].sort(), ['a1', 'a2', 'b1', 'end']);
    }));

  it('carries loops of every name', () =>
    server.run(flows.oddNames, [], async (handle) => {
      const { done, runs } = await handle.result();
      assert.equal(done, 18);
      assert.ok(runs > 3, `${runs} runs`);
    }));

  it('takes null for no further page', () =>
    server.run(flows.lastPage, [], async (handle) => {
      assert.deepEqual(await handle.result(), ['a', 'b', 'c']);
    }));

  it('buries each item whose failure nobody hears of', () =>
    server.run(flows.failsTwice, [], async (handle) => {
      await handle.signal(flows.addJob, { id: 'a', fails: 1, ms: 100 });
      await handle.signal(flows.addJob, { id: 'b', fails: 1, ms: 300 });
      await handle.signal(flows.addJob, { id: 'c', ms: 200 });
      assert.deepEqual(await handle.result(), { heard: 'a failed', done: ['c'], letters: ['b failed'] });
    }));

  it('lets clean-up read an inbox that a cancelled lane has yet to leave', () =>
    server.run(flows.cleansUpAtOnce, [], async (handle) => {
      await handle.signal(flows.addJob, { id: 'a' });
      await handle.signal(flows.addJob, { id: 'b' });
      await until(
        () => jobsOf(handle),
        (jobs) => jobs?.leases === 1,
      );
      await handle.cancel();
      assert.deepEqual(await Promise.race([handle.result(), setTimeout(4_000)]), ['a', 'b']);
    }));

  it('warns that a rollover ends the cron schedule that it was started by', async () => {
    const heard = warningsHeard();
    await server.run(
      flows.byCron,
      [],
      async (handle) => {
        await handle.signal(flows.addJob, { id: 'a' });
        await handle.signal(rollOverSignal);
        assert.deepEqual(await handle.result(), { run: 2, done: ['a'] });
        const { raw } = await current(handle).describe();
        assert.equal(raw.workflowExecutionInfo?.status, 2);
      },
      { cronSchedule: '@every 1s' },
    );
    assert.equal(heard().filter((message) => message.includes('cron schedule')).length, 1);
  });
});

describe('a mistake in one lane of several', () => {
  const mistaken = useServer(require.resolve('./workflows/mistaken'));
  const mended = useServer(require.resolve('./workflows/mended'));

  for (const [type, names] of [
    ['loops', ['bug', 'slow']],
    ['races', []],
  ] as const) {
    it(`fails the task in which it is met, so that the mended code goes on: ${type}`, async () => {
      const { taskQueue } = mistaken;
      const workflowId = `${type}-${taskQueue}`;
      const handle = await mistaken.client.workflow.start(type, {
        taskQueue,
        workflowId,
        workflowTaskTimeout: '1 second',
      });
      for (const name of names) await handle.signal(addName, name);
      await mistaken.work(async () => {
        assert.match(await taskFailure(handle), /a mistake in the code/);
      });
      const worker = await Worker.create({
        workflowBundle: await mended.bundle(),
        connection: mended.nativeConnection,
        namespace: mended.namespace,
        taskQueue,
      });
      const result: unknown = await worker.runUntil(handle.result());
      assert.deepEqual(result, type === 'loops' ? ['mended', 'slow'] : 'mended');
    });
  }
});
