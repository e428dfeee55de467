import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { join } from 'node:path';
import { WithStartWorkflowOperation } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { submit, SubmitTimeoutError } from 'longhaul/client';
import { assertReplays, fromHistory, loadHistories, replayHistories } from 'longhaul/replay';
import {
  dropDeadLetters,
  inbox,
  isLonghaulFailure,
  longRunning,
  pauseSignal,
  redriveDeadLetters,
  resumeSignal,
  rollOverSignal,
  statusQuery,
} from 'longhaul/workflows';
import type { LonghaulFailureType, LonghaulStatus } from 'longhaul/workflows';
import { useServer } from 'longhaul/testing';
import { decodeHistory, encodeHistory } from '../../replay/proto';
import type { History } from '../../replay/proto';
import { checkForEach } from '../../workflows/for-each';
import * as activities from './activities';
import { chainOf } from './support';
import * as flows from './workflows/inboxes';
import type { Job } from './workflows/inboxes';

const refusedAs = (type: LonghaulFailureType) => (error: unknown) => isLonghaulFailure(error, type);

/** Waits until the status is as it should be; of whichever run is open. */
async function until(handle: WorkflowHandle, reached: (status: LonghaulStatus) => boolean): Promise<LonghaulStatus> {
  const now = handle.client.getHandle(handle.workflowId);
  for (let tries = 0; tries < 400; tries += 1) {
    const status = await now.query(statusQuery);
    if (reached(status)) return status;
    await setTimeout(25);
  }
  assert.fail(`not reached: ${JSON.stringify(await now.query(statusQuery))}`);
}

/** The history with one more task before that signal, as an update leaves it that is turned away: a minute later, and without a command. */
function withEmptyTask(history: History, signal: string): History {
  const copied = () => decodeHistory(encodeHistory(history)).events ?? [];
  const all = copied();
  const at = all.findIndex((event) => event.workflowExecutionSignaledEventAttributes?.signalName === signal);
  const task = copied().slice(at - 3, at);
  for (const [index, event] of [...task, ...all.slice(at)].entries()) {
    const eventTime = { ...event.eventTime, seconds: Number(String(event.eventTime?.seconds)) + 60 };
    Object.assign(event, { eventId: at + 1 + index, eventTime });
    for (const attributes of Object.values(event) as unknown[]) {
      for (const [name, id] of Object.entries(Object(attributes) as object)) {
        const later = Number(String(id)) + 3;
        if (/EventId$/.test(name) && later > 3) Object.assign(attributes as object, { [name]: later });
      }
    }
  }
  return { events: [...all.slice(0, at), ...task, ...all.slice(at)] };
}

describe('an inbox that updates fill', () => {
  const server = useServer(require.resolve('./workflows/inboxes'), { activities });

  it('answers each with what its handler returned, over rollovers, and a resend with the same', () =>
    server.run(flows.jobs, [], async (handle) => {
      const send = (id: string, more: Partial<Job> = {}) => submit(handle, flows.doJob, { id, ...more });
      const ids = Array.from({ length: 40 }, (_, index) => `j${index}`);
      const twice = [...ids, ...ids];
      assert.deepEqual(
        await Promise.all(twice.map((id) => send(id))),
        twice.map((id) => `${id} is done`),
      );
      await assert.rejects(send('bad', { fails: 1, hopeless: true }), /cause|Update failed/);
      await handle.signal(rollOverSignal);
      await until(handle, ({ rollingOver, run }) => rollingOver === null && run >= 3);
      // Its reply travels, as a failure does: neither job is done again.
      assert.equal(await send('j3'), 'j3 is done');
      await assert.rejects(send('bad'), (error: Error) => {
        return error.cause instanceof Error && error.cause.message === 'bad failed 1 times';
      });
      assert.equal(await send('end', { last: true }), 'end is done');
      const { done, tries, runs } = await handle.result();
      assert.deepEqual([...done].sort(), [...ids, 'end'].sort());
      assert.deepEqual(new Set(Object.values(tries)), new Set([1]));
      assert.ok(runs >= 3, `${runs} runs`);
    }));

  it('turns those away that its run can not answer, and the next run answers the job that was in hand', () =>
    server.run(flows.slowJobs, [], async (handle) => {
      // Without submit: it is told why.
      const plain = handle.executeUpdate(flows.doJob, { args: [{ id: 'slow' }] });
      await until(handle, ({ inboxes }) => inboxes['jobs']?.leases === 1);
      const patient = submit(handle, flows.doJob, { id: 'slow' });
      await until(handle, ({ inboxes }) => inboxes['jobs']?.received === 2);
      await handle.signal(rollOverSignal);
      // Each of the two tries: one in the run that is about to end, one that it turns away at the door.
      await assert.rejects(
        handle.executeUpdate(flows.doJob, { args: [{ id: 'late' }] }),
        refusedAs('LonghaulRollingOver'),
      );
      await assert.rejects(plain, refusedAs('LonghaulRollingOver'));
      assert.equal(await patient, 'slow is done');
      assert.equal(await submit(handle, flows.doJob, { id: 'end', last: true }), 'end is done');
      assert.deepEqual(await handle.result(), { slow: 1, end: 1 });
      assert.equal((await chainOf(server.client, handle)).length, 2);
    }));

  it('answers what is left when the workflow ends, and says that it was not done', () =>
    server.run(flows.leavesJobs, [], async (handle) => {
      const waiting = handle.executeUpdate(flows.doJob, { args: [{ id: 'j1' }] });
      waiting.catch(() => undefined);
      await until(handle, ({ inboxes }) => inboxes['jobs']?.depth === 1);
      await handle.signal(flows.addJob, { id: 'end' });
      await assert.rejects(waiting, refusedAs('LonghaulUnanswered'));
      await handle.result();
    }));

  it('does not end while one holds an item', () =>
    server.work(async () => {
      const handle = await server.start(flows.hastyJobs, []);
      // Each returns once its job is in the inbox; the body returns after each.
      const ids = Array.from({ length: 12 }, (_, index) => `j${index}`);
      const accepted: string[] = [];
      for (const id of ids) {
        const sent = submit(handle, flows.acceptJob, { id }).then(() => accepted.push(id));
        // It ends when its inbox is empty, which may be before the next comes.
        if (await sent.then(() => false, () => true)) break; // prettier-ignore
      }
      assert.deepEqual(await handle.result(), accepted);
    }));

  it('is read by peek, drain and iteration, and turns away what is beyond its capacity', () =>
    server.run(flows.readers, [], async (handle) => {
      const send = (id: string, more: object = {}) => submit(handle, flows.acceptJob, { id }, more);
      // It has looked at its empty inbox by then.
      await handle.query(statusQuery);
      for (const id of ['a', 'b', 'c']) await send(id);
      await assert.rejects(send('d'), refusedAs('LonghaulInboxFull'));
      // It is there already, so that it takes no room.
      await send('a');
      await assert.rejects(send('d', { whenFull: 'wait', timeout: 200 }), (error: unknown) => {
        return error instanceof SubmitTimeoutError && /had no answer within 200/.test(error.message);
      });
      const given = new AbortController();
      const aborted = send('d', { whenFull: 'wait', signal: given.signal });
      given.abort(new Error('enough'));
      await assert.rejects(aborted, /enough/);
      await assert.rejects(submit(handle, flows.acceptJob, null as never), refusedAs('LonghaulBadItem'));
      const waiting = send('d', { whenFull: 'wait' });
      await handle.signal(flows.go, 1);
      await waiting;
      await submit(handle, flows.acceptJob, { id: 'e', last: true });
      assert.deepEqual(await handle.result(), {
        none: null,
        empty: [],
        peeked: 'a',
        drained: ['a', 'b', 'c'],
        iterated: ['d', 'e'],
      });
    }));

  it('turns nobody away for ever for what has been read, on a worker without a cache', () =>
    server.work(
      async () => {
        const fills = async (): Promise<void> => {
          const handle = await server.start(flows.readers, []);
          await handle.query(statusQuery);
          for (const id of ['a', 'b', 'c']) await submit(handle, flows.acceptJob, { id });
          const waiting = submit(handle, flows.acceptJob, { id: 'd' }, { whenFull: 'wait', timeout: '10 seconds' });
          await setTimeout(100);
          await handle.signal(flows.go, 1);
          await waiting;
          await submit(handle, flows.acceptJob, { id: 'e', last: true });
          const { drained, iterated } = await handle.result();
          assert.deepEqual([...drained, ...iterated], ['a', 'b', 'c', 'd', 'e']);
        };
        await Promise.all([fills(), fills(), fills(), fills()]);
      },
      { workerOptions: { maxCachedWorkflows: 0 } },
    ));

  it('rolls over under updates that never cease, and keeps to its capacity, on a worker without a cache', () =>
    server.work(
      async () => {
        const busy = await server.start(flows.jobs, []);
        const lane = async (name: number): Promise<void> => {
          for (let n = 0; n < 20; n += 1) await submit(busy, flows.doJob, { id: `${name}.${n}` });
        };
        await Promise.all([1, 2, 3, 4, 5, 6].map(lane));
        await submit(busy, flows.doJob, { id: 'end', last: true });
        await busy.result();
        const lengths = await chainOf(server.client, busy);
        assert.ok(Math.max(...lengths) < 200, `runs of ${lengths.join(', ')} events`);

        const unread = await server.start(flows.readers, []);
        const ids = Array.from({ length: 12 }, (_, index) => `a${index}`);
        const taken: string[] = [];
        for (const id of ids) {
          await submit(unread, flows.acceptJob, { id }).then(
            () => taken.push(id),
            (error: unknown) => assert.ok(refusedAs('LonghaulInboxFull')(error)),
          );
        }
        // Twice as many at most: such a worker may not see that items have been read.
        assert.ok(taken.length <= 6, `${taken.length} taken`);
        await unread.terminate();
      },
      { workerOptions: { maxCachedWorkflows: 0 } },
    ));

  it('does not keep a rollover waiting for an item that nobody will read before it', () =>
    server.run(flows.readsLater, [], async (handle) => {
      const answer = submit(handle, flows.doJob, { id: 'a' }, { timeout: '30 seconds' });
      await until(handle, ({ inboxes }) => inboxes['jobs']?.depth === 1);
      await handle.signal(rollOverSignal);
      assert.equal(await answer, 'a is done');
      assert.equal(await submit(handle, flows.doJob, { id: 'b', last: true }), 'b is done');
      assert.equal(await handle.result(), 2);
    }));

  it('does not keep a rollover waiting for an item that waits while the run is paused', () =>
    server.run(flows.jobs, [], async (handle) => {
      await until(handle, ({ waitingOn }) => waitingOn.length > 0);
      await handle.signal(pauseSignal);
      const answer = submit(handle, flows.doJob, { id: 'a' }, { timeout: '30 seconds' });
      await until(handle, ({ inboxes }) => inboxes['jobs']?.depth === 1);
      await handle.signal(rollOverSignal);
      await until(handle, ({ run }) => run === 2);
      await server.client.workflow.getHandle(handle.workflowId).signal(resumeSignal);
      assert.equal(await answer, 'a is done');
      assert.equal(await submit(handle, flows.doJob, { id: 'b', last: true }), 'b is done');
    }));

  it('decides nothing on updates that it turns away, of which history does not tell', () =>
    server.run(flows.wakes, [], async (handle) => {
      // Its first task is over, so that the numbers of events are known.
      await until(handle, ({ waitingOn }) => waitingOn.length > 0);
      await submit(handle, flows.acceptJob, { id: 'a' });
      // With the task of the next update the history would be long enough for a rollover; but that task leaves no trace.
      for (let at = 0; at < 3; at += 1) {
        await assert.rejects(submit(handle, flows.acceptJob, null as never), refusedAs('LonghaulBadItem'));
      }
      const { run, historyLength } = await handle.query(statusQuery);
      assert.equal(run, 1, `${historyLength} events`);
      await submit(handle, flows.acceptJob, { id: 'b' });
      await submit(handle, flows.acceptJob, { id: 'end', last: true });
      assert.ok((await handle.result()) > 1);
    }));

  it('shows the body what came with its start, or before its first command, once it has come to rest', () =>
    server.work(async () => {
      // A replay takes its first two tasks as one; each run is replayed.
      const handle = await server.start(flows.looksFirst, []);
      await until(handle, ({ waitingOn }) => waitingOn.length > 0);
      await submit(handle, flows.acceptJob, { id: 'a' });
      await handle.signal(flows.go, 1);
      assert.deepEqual(await handle.result(), [0, 1]);

      const { client } = server;
      const startWorkflowOperation = new WithStartWorkflowOperation('looksFirst', {
        args: [],
        workflowId: `looks-first-${handle.workflowId}`,
        taskQueue: server.taskQueue,
        workflowIdConflictPolicy: 'FAIL',
      });
      await client.workflow.executeUpdateWithStart(flows.acceptJob, { args: [{ id: 'a' }], startWorkflowOperation });
      const early = await startWorkflowOperation.workflowHandle();
      await early.signal(flows.go, 1);
      assert.deepEqual(await early.result(), [0, 1]);
      const { runId } = await early.describe();
      server.track({ workflowId: early.workflowId, runId });
    }));

  it('replays what it answered in the task after an empty first one', async () => {
    // Recorded on code on which it did not replay: a reply and an activity came in another order.
    const histories = await loadHistories([join(process.cwd(), 'test/workflows/histories')]);
    await assertReplays({ workflowsPath: require.resolve('./workflows/inboxes'), histories });
  });

  it('rolls over by the number of updates', () =>
    server.run('countsUpdates', [], async (handle) => {
      for (let at = 0; at < 7; at += 1) await submit(handle, flows.acceptJob, { id: `j${at}`, last: at === 6 });
      await handle.result();
      assert.equal(
        (await chainOf(server.client, { ...handle, firstExecutionRunId: handle.firstExecutionRunId })).length,
        3,
      );
    }));
});

describe('forEach', () => {
  const server = useServer(require.resolve('./workflows/inboxes'), { activities });

  it('tries again what failed, buries what keeps failing, lets the others pass, and keeps order within a key', () =>
    server.run(flows.retried, [], async (handle) => {
      const jobs: Job[] = [
        { id: 'poison', fails: 99 },
        { id: 'hopeless', fails: 99, hopeless: true },
        { id: 'k1', key: 'k', fails: 2 },
        { id: 'k2', key: 'k' },
        { id: 'k3', key: 'k', fails: 1 },
        { id: 'k4', key: 'k' },
        ...Array.from({ length: 20 }, (_, index) => ({ id: `j${index}` })),
      ];
      for (const job of jobs) await handle.signal(flows.addJob, job);
      await until(handle, ({ deadLetters, inboxes }) => deadLetters.length === 2 && inboxes['jobs']?.depth === 0);
      const { deadLetters } = await until(handle, ({ inboxes }) => inboxes['jobs']?.leases === 0);
      assert.deepEqual(
        deadLetters
          .map(({ id, attempts, error, type }) => ({ id, attempts, error, type }))
          .sort((a, b) => (a.id! < b.id! ? -1 : 1)), // eslint-disable-line @typescript-eslint/no-non-null-assertion
        [
          { id: 'hopeless', attempts: 1, error: 'hopeless failed 1 times', type: 'Hopeless' },
          { id: 'poison', attempts: 3, error: 'poison failed 3 times', type: 'Bad' },
        ],
      );
      await handle.signal(flows.addJob, { id: 'end', last: true });
      const { done } = await handle.result();
      assert.deepEqual(
        done.filter((id) => id.startsWith('k')),
        ['k1', 'k2', 'k3', 'k4'],
      );
      assert.equal(done.length, jobs.length - 2 + 1);
      assert.ok(done.indexOf('j0') < done.indexOf('k1'), 'others pass what waits for another attempt');
      assert.ok((await chainOf(server.client, handle)).length >= 2);
    }));

  it('has a rollover not wait for what is to be tried again, and tries it in the next run', () =>
    server.run(flows.patient, [], async (handle) => {
      await handle.signal(flows.addJob, { id: 'again', fails: 1 });
      await until(handle, ({ inboxes }) => inboxes['jobs']?.depth === 1 && inboxes['jobs'].leases === 0);
      const before = Date.now();
      await handle.signal(rollOverSignal);
      await until(handle, ({ run }) => run === 2);
      assert.ok(Date.now() - before < 1_500, 'it did not wait');
      await handle.signal(flows.addJob, { id: 'end', last: true });
      const { done } = await handle.result();
      assert.deepEqual(done, ['end', 'again']);
      const [first, second] = await historiesOf(handle);
      assert.equal(first?.filter((event) => event.timerStartedEventAttributes).length, 1);
      const timer = second?.find((event) => event.timerStartedEventAttributes)?.timerStartedEventAttributes;
      const leftMs =
        Number(timer?.startToFireTimeout?.seconds) * 1_000 + Number(timer?.startToFireTimeout?.nanos) / 1e6;
      assert.ok(leftMs < 3_000, `${leftMs} ms of 3,000 were left`);
    }));

  it('hands nothing out while it is paused, also in the next run', () =>
    server.run(flows.retried, [], async (handle) => {
      await handle.signal(pauseSignal);
      for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) await handle.signal(flows.addJob, { id, last: id === 'f' });
      await handle.signal(rollOverSignal);
      const { pausedSince, inboxes } = await until(
        handle,
        ({ run, inboxes: all }) => run === 2 && all['jobs']?.depth === 6,
      );
      assert.ok(pausedSince);
      assert.equal(inboxes['jobs']?.leases, 0);
      await handle.signal(resumeSignal);
      assert.deepEqual((await handle.result()).done.sort(), ['a', 'b', 'c', 'd', 'e', 'f']);
      assert.equal((await handle.query(statusQuery)).pausedSince, null);
    }));

  it('replays without drift where a replay takes the task that an item came in and an empty one as one', () =>
    server.run(flows.retried, [], async (handle) => {
      // The commands of the first task are not those of the one that is copied.
      await until(handle, ({ run }) => run === 1);
      await handle.signal(pauseSignal);
      await until(handle, ({ pausedSince }) => pausedSince !== null);
      await handle.signal(flows.addJob, { id: 'a', last: true });
      await until(handle, ({ inboxes }) => inboxes['jobs']?.depth === 1);
      await handle.signal(rollOverSignal);
      await until(handle, ({ run }) => run === 2);
      await handle.signal(resumeSignal);
      await handle.result();
      const { workflowId, firstExecutionRunId: runId } = handle;
      const history = await server.client.workflow.getHandle(workflowId, runId).fetchHistory();
      const workflowsPath = require.resolve('./workflows/inboxes');
      const histories = [fromHistory(withEmptyTask(history, 'longhaul.rollOver'), { workflowId })];
      const report = await replayHistories({ workflowsPath, histories });
      assert.deepEqual(
        report.histories.map(({ status, drift }) => [status, drift]),
        [['pass', []]],
      );
    }));

  it('has dead letters done after all, or drops them, by command', () =>
    server.run(flows.retried, [], async (handle) => {
      await handle.signal(flows.addJob, null as never);
      for (const id of ['x', 'y', 'z']) await handle.signal(flows.addJob, { id, fails: 3 });
      const { deadLetters } = await until(handle, (status) => status.deadLetters.length === 4);
      const unreadable = deadLetters.find(({ id }) => id === undefined)?.letter ?? '';
      const letterOf = (id: string) => deadLetters.find((letter) => letter.id === id)?.letter ?? '';
      assert.equal(new Set(deadLetters.map(({ letter }) => letter)).size, 4);
      await assert.rejects(
        handle.executeUpdate(redriveDeadLetters, { args: [{ ids: ['nobody'] }] }),
        refusedAs('LonghaulDeadLetter'),
      );
      await assert.rejects(
        handle.executeUpdate(redriveDeadLetters, { args: [{} as never] }),
        refusedAs('LonghaulDeadLetter'),
      );
      // A resend does not get past the window; a redrive does. By the letter's id, or the item's.
      await handle.signal(flows.addJob, { id: 'x' });
      await handle.signal(rollOverSignal);
      await until(handle, ({ rollingOver, run }) => rollingOver === null && run >= 2);
      const now = server.client.workflow.getHandle(handle.workflowId);
      const redriven = await now.executeUpdate(redriveDeadLetters, { args: [{ ids: ['x', letterOf('y')] }] });
      assert.deepEqual(redriven.done.sort(), [letterOf('x'), letterOf('y')].sort());
      assert.deepEqual(redriven.kept, []);
      const { kept } = await now.executeUpdate(redriveDeadLetters, { args: [{ ids: [unreadable] }] });
      assert.match(kept[0]?.why ?? '', /its id can't be read/);
      const dropped = await now.executeUpdate(dropDeadLetters, { args: [{ all: true }] });
      assert.deepEqual(dropped.done.sort(), [unreadable, letterOf('z')].sort());
      await now.signal(flows.addJob, { id: 'end', last: true });
      const { done, dead } = await handle.result();
      assert.deepEqual([...done].sort(), ['end', 'x', 'y']);
      assert.deepEqual(dead, []);
    }));

  it('forgets ids by age, over rollovers', () =>
    server.run(flows.forgetful, [], async (handle) => {
      await handle.signal(flows.addJob, { id: 'a' });
      await handle.signal(flows.addJob, { id: 'a' });
      await handle.signal(rollOverSignal);
      await until(handle, ({ run }) => run === 2);
      await handle.signal(flows.addJob, { id: 'a' });
      await setTimeout(900);
      await handle.signal(flows.addJob, { id: 'a' });
      await handle.signal(flows.addJob, { id: 'end', last: true });
      assert.deepEqual(await handle.result(), ['a', 'a', 'end']);
    }));

  it('goes through pages and lists once, over rollovers, each item once', () =>
    server.run(flows.feeds, [45], async (handle) => {
      const { paged, listed, fetches, runs, dead, again } = await handle.result();
      const all = Array.from({ length: 45 }, (_, index) => index);
      assert.deepEqual(
        [...paged].sort((a, b) => a - b),
        all.filter((item) => item !== 7),
      );
      assert.deepEqual(dead, [7]);
      assert.deepEqual(listed, all);
      assert.equal(fetches, 5);
      assert.ok(runs >= 5, `${runs} runs`);
      assert.ok(again < 45, 'the last run did not begin anew');
      for (const length of await chainOf(server.client, handle)) assert.ok(length < 90, `${length} events`);
    }));
});

describe('an inbox', () => {
  const server = useServer(require.resolve('./workflows/inboxes'), {
    activities,
    searchAttributes: { LonghaulBacklogSince: 'Datetime' },
  });

  it('that nobody reads is told of in the status, and once in a search attribute', () =>
    server.run(
      flows.unread,
      [true],
      async (handle) => {
        for (let at = 0; at < 6; at += 1) {
          await handle.signal(flows.addJob, { id: `j${at}` });
          await until(handle, ({ inboxes }) => inboxes['jobs']?.received === at + 1);
        }
        const { inboxes } = await handle.query(statusQuery);
        assert.ok(inboxes['jobs']?.unreadSince);
        await handle.signal(flows.go, 1);
        await until(handle, ({ inboxes: all }) => all['jobs']?.leases === 1);
        await handle.signal(flows.go, 1);
        await handle.result();
        const [events = []] = await historiesOf(handle);
        const upserts = events.flatMap(({ upsertWorkflowSearchAttributesEventAttributes: attributes }) =>
          attributes?.searchAttributes?.indexedFields
            ? [Object.entries(attributes.searchAttributes.indexedFields)]
            : [],
        );
        assert.deepEqual(
          upserts.map((fields) => fields.map(([name]) => name)),
          [['LonghaulBacklogSince'], ['LonghaulBacklogSince']],
        );
      },
      { expectBacklog: 'it is what this is about' },
    ));

  it('loses no signal that comes with the start, or as the run ends', async () =>
    server.work(async () => {
      const workflowId = `early-${server.taskQueue}`;
      const options = { workflowId, taskQueue: server.taskQueue, args: [] as [], signal: flows.addJob };
      const client = server.client.workflow;
      const early = Array.from({ length: 20 }, (_, index) => `e${index}`);
      const handles = await Promise.all(
        early.map((id) => client.signalWithStart(flows.retried, { ...options, signalArgs: [{ id }] })),
      );
      server.track({ workflowId, runId: handles[0]?.signaledRunId ?? '' });
      const handle = client.getHandle(workflowId);
      // Several clients go on sending until the server says that the workflow has ended: what it took is to be handled.
      const taken: string[] = [...early];
      const lane = async (name: string) => {
        for (let at = 0; at < 200; at += 1) {
          const id = `${name}${at}`;
          try {
            await handle.signal(flows.addJob, { id, last: at === 8 });
            taken.push(id);
            // A flood without a gap keeps the server from ever ending a run.
            await setTimeout(at % 4 === 0 ? 8 : 1);
          } catch {
            return;
          }
        }
      };
      await Promise.all([lane('a'), lane('b'), lane('c')]);
      const { done } = (await handle.result()) as { done: string[] };
      assert.deepEqual([...done].sort(), [...taken].sort());
    }));

  it('has signals that nobody declared count toward the limit', () =>
    server.run('countsSignals', [], async (handle) => {
      for (let at = 0; at < 12; at += 1) await handle.signal('nobody declared this', at);
      await handle.signal(flows.addJob, { id: 'a' });
      const { undeclared } = await until(handle, ({ run }) => run === 2);
      assert.equal(undeclared.length, 12);
      await handle.signal(flows.addJob, { id: 'end', last: true });
      assert.deepEqual(await handle.result(), ['a', 'end']);
    }));

  it('hands nothing out any more once it is cancelled, and lets what is in hand come to its end', () =>
    server.run(flows.calledOff, [], async (handle) => {
      for (const id of ['a', 'b', 'c', 'd']) await handle.signal(flows.addJob, { id });
      await until(handle, ({ inboxes }) => inboxes['jobs']?.leases === 2 && inboxes['jobs'].depth === 2);
      await handle.cancel();
      assert.deepEqual(await handle.result(), { done: ['a', 'b'], left: ['c', 'd'] });
    }));

  it('works through a backlog in one go, without a look at the conditions for each item', () =>
    server.run(flows.allAtOnce, [], async (handle) => {
      await handle.signal(flows.addJob, { id: 'first' });
      for (let at = 0; at < 100; at += 1) await handle.signal(flows.addJob, { id: `${at}`, last: at === 99 });
      await handle.signal(flows.go, 1);
      const { done, looks } = await handle.result();
      assert.equal(done, 101);
      assert.ok(looks < 5, `${looks} looks`);
    }));

  it('lets the body hear of a cancellation that comes in the moment of a rollover, and answer who waits', () =>
    server.run(flows.cancelsItself, [], async (handle) => {
      const update = await handle.startUpdate(flows.doJob, {
        args: [{ id: 'waits', last: true }],
        waitForStage: 'ACCEPTED',
      });
      await handle.signal(rollOverSignal);
      assert.equal(await update.result(), 'waits is done');
      assert.equal(await handle.result(), 'heard in run 1');
    }));
});

async function historiesOf(handle: WorkflowHandle & { firstExecutionRunId: string }) {
  const histories = [];
  for (let runId: string | undefined = handle.firstExecutionRunId; runId;) {
    const { events }: Awaited<ReturnType<WorkflowHandle['fetchHistory']>> = await handle.client
      .getHandle(handle.workflowId, runId)
      .fetchHistory();
    histories.push(events ?? []);
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
  return histories;
}

describe('the options of an inbox', () => {
  const state = { version: 1, initial: () => ({}) };
  const body = () => Promise.resolve();
  const by = ({ id }: Job) => id;

  for (const [what, declaration, message] of [
    ['a reply to a signal', inbox(flows.addJob, { reply: 'done' } as never), /has a reply, which a signal can't give/],
    ['an update without a reply', inbox(flows.acceptJob, {} as never), /has reply undefined; use 'accepted' or 'done'/],
    [
      'an answer without ids',
      inbox(flows.doJob, { reply: 'done' } as never),
      /reply 'done' and no dedupe; add dedupe\.by/,
    ],
    [
      'a window of nothing',
      inbox(flows.addJob, { dedupe: { by, keep: 0 } }),
      /dedupe\.keep 0; use a whole number from 1/,
    ],
    [
      'a window of no time',
      inbox(flows.addJob, { dedupe: { by, keepFor: 0 } }),
      /dedupe\.keepFor is 0; use milliseconds from 1/,
    ],
    ['a capacity of nothing', inbox(flows.addJob, { capacity: { items: 0 } }), /capacity\.items 0; use a whole number/],
  ] as const) {
    it(`refuses ${what} with one sentence`, () => {
      assert.throws(() => longRunning('w', { state, inboxes: { jobs: declaration } }, body), message);
    });
  }

  it('are typed: an update inbox that answers has its handler return the answer', () => {
    longRunning(
      'w',
      { state, inboxes: { jobs: inbox(flows.doJob, { reply: 'done', dedupe: { by } }) } },
      async (run) => {
        // @ts-expect-error -- the update answers with a string
        await run.inboxes.jobs.forEach(() => Promise.resolve(1));
        await run.inboxes.jobs.forEach(({ id }) => Promise.resolve(id));
      },
    );
    // @ts-expect-error -- an answer needs ids
    assert.throws(() => longRunning('w', { state, inboxes: { jobs: inbox(flows.doJob, { reply: 'done' }) } }, body));
  });

  for (const [what, options, message] of [
    ['no attempts', { retry: { attempts: 0 } }, /retry\.attempts is 0; use a whole number from 1 to 1000/],
    [
      'a backoff that shrinks',
      { retry: { attempts: 2, backoff: 0.5 } },
      /retry\.backoff is 0\.5; use a number of at least 1/,
    ],
    ['too much jitter', { retry: { attempts: 2, jitter: 2 } }, /retry\.jitter is 2; use a number from 0 to 1/],
    [
      'a wait of no time',
      { retry: { attempts: 2, initialInterval: 0 } },
      /retry\.initialInterval is 0; use milliseconds from 1/,
    ],
  ] as const) {
    it(`of forEach refuse ${what} with one sentence`, () => {
      assert.throws(() => checkForEach('jobs', () => undefined, options), message);
    });
  }
});
