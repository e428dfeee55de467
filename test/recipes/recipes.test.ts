import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { rollOverSignal } from 'longhaul/workflows';
import { answerSignal, answerUpdate, approvalQuery, callbackSignal } from 'longhaul/recipes';
import type { ApprovalView } from 'longhaul/recipes';
import { acceptCallback, submit } from 'longhaul/client';
import { useServer, workflowRuns } from 'longhaul/testing';
import { chainOf, taskFailure } from '../workflows/support';
import * as activities from './activities';
import * as flows from './workflows';

const { notes } = activities;

const failedWith =
  (type: string, pattern = /./) =>
  (error: unknown) =>
    error instanceof WorkflowFailedError &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === type &&
    pattern.test(error.cause.message);

const notesOf = ({ workflowId }: { workflowId: string }): string[] => notes.get(workflowId) ?? [];

async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await reached())) await setTimeout(5);
}

const sum = (numbers: number[]): number => numbers.reduce((one, other) => one + other, 0);
const range = (to: number): number[] => Array.from({ length: to }, (_, index) => index + 1);

describe('recipes', () => {
  const server = useServer(require.resolve('./workflows'), { activities });
  const current = ({ workflowId }: { workflowId: string }): WorkflowHandle =>
    server.client.workflow.getHandle(workflowId);

  describe('poll', () => {
    it('asks at growing intervals up to the longest, over rollovers by its history', () =>
      server.run(flows.polls, [{ doneAt: 14, every: 4, maxEvery: 32, jitter: 0 }], async (handle) => {
        const { asked, run } = await handle.result();
        assert.equal(asked, 14);
        assert.ok(run >= 3, `ended in run ${run}`);
        const lengths = await chainOf(server.client, handle);
        assert.ok(Math.max(...lengths) < 60, `histories of ${lengths.join(', ')} events`);
        const timers = await timersOf(handle);
        // The interval grows, and begins anew where the job has come further.
        assert.deepEqual(timers.slice(0, 3), [4, 8, 16]);
        assert.equal(Math.max(...timers), 32);
        assert.ok(timers.slice(3).includes(4), timers.join(', '));
      }));

    it('waits for what is left of an interval after a forced rollover', () =>
      server.run(flows.polls, [{ doneAt: 2, every: 600, jitter: 0 }], async (handle) => {
        await until(() => notesOf(handle).length === 1);
        await setTimeout(100);
        await handle.signal(rollOverSignal);
        await current(handle).signal(rollOverSignal);
        const { run } = await handle.result();
        assert.ok(run >= 2);
        const [first = 0, second = 0] = notesOf(handle).map((line) => Number(line.split(' ')[1]));
        assert.ok(second - first >= 590, `${second - first} ms between two polls`);
        const [whole, ...left] = await timersOf(handle);
        assert.equal(whole, 600);
        assert.ok(
          left.every((ms) => ms < 590),
          left.join(', '),
        );
      }));

    it('does what the polled system asks for, and spreads what it decides itself', () =>
      server.run(flows.polls, [{ doneAt: 4, every: '1 hour', retryAfterMs: 7 }], async (handle) => {
        await handle.result();
        assert.deepEqual(await timersOf(handle), [7, 7, 7]);
        const other = await server.start(flows.polls, [{ doneAt: 4, every: 100, backoff: 1, jitter: 0.5 }]);
        await other.result();
        const timers = await timersOf(other);
        assert.ok(timers.every((ms) => ms >= 50 && ms <= 100) && new Set(timers).size > 1, timers.join(', '));
      }));

    it('polls once more at the deadline, and then fails', () =>
      server.run(
        flows.polls,
        [{ doneAt: 99, every: '1 hour', timeout: 4_000, jitter: 0, what: 'the export' }],
        async (handle) => {
          await assert.rejects(handle.result(), failedWith('LonghaulDeadline', /Polled 2 times for the export/));
        },
      ));

    it('keeps the run waiting for mended code where its options make no sense', () =>
      server.run(
        flows.misused,
        [],
        async (handle) => assert.match(await taskFailure(handle), /maxEvery \(1 minute\) is shorter than every/),
        { leaveOpen: 'its code is to be mended', skipReplay: 'its task fails' },
      ));
  });

  describe('approval', () => {
    const ask = { approvers: ['ann', 'bob', 'cem'], deadline: '1 hour' } as const;
    const trail = ({ audit }: Pick<ApprovalView, 'audit'>): string[] =>
      audit.map(({ what, by, decision, why }) => [what, by, decision, why].filter(Boolean).join(' '));

    it('needs its quorum, notes what did not count, and keeps all over a rollover between two answers', () =>
      server.run(flows.approves, [{ ...ask, quorum: 2 }], async (handle) => {
        await handle.signal(answerSignal, { by: 'ann', decision: 'approve', comment: 'fine' });
        await handle.signal(answerSignal, { by: 'ann', decision: 'approve' });
        await handle.signal(answerSignal, { by: 'ann', decision: 'reject' });
        await handle.signal(answerSignal, { by: 'eve', decision: 'approve' });
        await handle.signal('longhaul.answer', 'yes');
        await handle.signal(rollOverSignal);
        await until(async () => (await current(handle).describe()).runId !== handle.firstExecutionRunId);
        await until(async () => (await view(handle))?.audit.length === 6);
        assert.deepEqual((await view(handle))?.waitingFor, ['bob', 'cem']);
        await current(handle).signal(answerSignal, { by: 'cem', decision: 'approve' });
        const result = await handle.result();
        assert.equal(result.decision, 'approved');
        assert.equal(result.run, 2);
        assert.equal(result.audit[1]?.comment, 'fine');
        assert.deepEqual(trail(result), [
          'asked',
          'answered ann approve',
          'ignored ann approve duplicate',
          'ignored ann reject answered before',
          'ignored eve approve not an approver',
          'ignored no answer: it needs by and decision',
          'answered cem approve',
          'decided approve answers',
        ]);
      }));

    it('decides by quorum, veto, and who changes their mind', () =>
      server.work(async () => {
        const cases = {
          'all of three, one of whom rejects': [{}, ['ann-'], 'rejected'],
          'any of three': [{ quorum: 'any' }, ['ann-', 'bob+'], 'approved'],
          'any of three, with a veto': [{ quorum: 'any', veto: true }, ['ann-'], 'rejected'],
          'two of three, out of reach': [{ quorum: 2 }, ['ann-', 'cem-'], 'rejected'],
          'a changed mind': [{ quorum: 2, mayChange: true }, ['ann-', 'ann+', 'bob+'], 'approved'],
          'a changed mind that does not count': [{ quorum: 2 }, ['ann-', 'ann+', 'bob-'], 'rejected'],
        } as const;
        const decisions = Object.entries(cases).map(async ([words, [options, answers, decision]]) => {
          const handle = await server.start(flows.approves, [{ ...ask, ...options }]);
          for (const answer of answers) {
            const given = answer.endsWith('+') ? 'approve' : 'reject';
            await handle.signal(answerSignal, { by: answer.slice(0, 3), decision: given });
          }
          assert.equal((await handle.result()).decision, decision, words);
        });
        await Promise.all(decisions);
      }));

    it('fails at the deadline where it is told to', () =>
      server.run(flows.approves, [{ ...ask, deadline: 30, atDeadline: 'fail' }], async (handle) => {
        await assert.rejects(handle.result(), failedWith('LonghaulDeadline', /waited for ann, bob, cem/));
      }));

    it('notes answers that come after the decision, while the workflow goes on and when it ends', () =>
      server.run(flows.approves, [{ ...ask, quorum: 'any', then: 300 }], async (handle) => {
        await handle.signal(answerSignal, { by: 'ann', decision: 'approve' });
        await until(async () => (await view(handle))?.decision === 'approved');
        await handle.signal(answerSignal, { by: 'bob', decision: 'reject' });
        await until(async () => (await view(handle))?.audit.at(-1)?.why === 'late');
        await handle.signal(rollOverSignal);
        await handle.signal(answerSignal, { by: 'cem', decision: 'reject' });
        const result = await handle.result();
        assert.equal(result.decision, 'approved');
        assert.deepEqual(trail(result).slice(-2), ['ignored bob reject late', 'ignored cem reject late']);
      }));

    it('tells each approver what became of the answer, where the inbox answers', () =>
      server.run(flows.answersApprovers, [], async (handle) => {
        await handle.signal(rollOverSignal);
        const answer = (by: string, decision: 'approve' | 'reject') =>
          submit(handle, answerUpdate, { by, decision }, { timeout: '20 seconds' });
        assert.deepEqual(await answer('eve', 'approve'), { counts: false, why: 'not an approver', decision: null });
        const first = { counts: true, decision: 'approved' };
        assert.deepEqual(await answer('ann', 'approve'), first);
        assert.deepEqual(await answer('ann', 'approve'), first, 'sent again');
        assert.deepEqual(await answer('bob', 'reject'), { counts: false, why: 'late', decision: 'approved' });
        assert.deepEqual(await handle.result(), ['asked', 'ignored eve', 'answered ann', 'decided']);
      }));

    it('answers over a rollover that is asked for before the first line', async () => {
      const handle = await server.start(flows.answersApprovers, []);
      await handle.signal(rollOverSignal);
      const answer = submit(handle, answerUpdate, { by: 'ann', decision: 'approve' }, { timeout: '30 seconds' });
      // It is there before a worker is: both come with the first workflow task.
      await setTimeout(300);
      await server.work(async () => {
        assert.deepEqual(await answer, { counts: true, decision: 'approved' });
        assert.deepEqual(await handle.result(), ['asked', 'answered ann', 'decided']);
      });
    });

    const view = (handle: { workflowId: string }) => current(handle).query(approvalQuery, 'purchase');
  });

  describe('callback', () => {
    const tokenOf = (handle: { workflowId: string }, item: string): string | undefined =>
      notesOf(handle)
        .find((line) => line.startsWith(`${item} `))
        ?.split(' ')[1];
    const call = async (handle: { workflowId: string }, item: string, payload: unknown): Promise<number> => {
      await until(() => tokenOf(handle, item) !== undefined);
      const options = { client: server.client, keys: activities.keys };
      return (await acceptCallback(tokenOf(handle, item) ?? '', payload, options)).status;
    };

    it('takes each item once: early, late, twice and after a rollover', () =>
      server.run(flows.callsBack, [{ items: ['a', 'b'], timeout: 20_000 }], async (handle) => {
        assert.equal(await call(handle, 'a', 'A'), 202);
        assert.equal(await call(handle, 'a', 'A again'), 202);
        await handle.signal(rollOverSignal);
        assert.equal(await call(handle, 'a', 'A once more'), 202);
        assert.equal(await call(handle, 'b', 'B'), 202);
        assert.deepEqual(await handle.result(), { outcomes: ['A via callback', 'B via callback'], run: 2 });
        assert.equal(notesOf(handle).length, 2, 'each was started once');
        assert.equal(await call(handle, 'b', 'B again'), 410);
      }));

    it('keeps one that comes before anybody waits for it', () =>
      server.run(flows.callsBack, [{ items: ['a', 'b'], timeout: 20_000 }], async (handle) => {
        await handle.signal(callbackSignal, { item: 'b', payload: 'B before its start' });
        await handle.signal(rollOverSignal);
        assert.equal(await call(handle, 'a', 'A'), 202);
        assert.deepEqual((await handle.result()).outcomes, ['A via callback', 'B before its start via callback']);
      }));

    it('finds by its poll what was lost or could not be read', () =>
      server.run(flows.callsBack, [{ items: ['a'], timeout: 20_000, pollEvery: 60 }], async (handle) => {
        assert.equal(await call(handle, 'a', { no: 'text' }), 202);
        await handle.signal(rollOverSignal);
        assert.deepEqual(await handle.result(), { outcomes: ['a by poll via poll'], run: 2 });
        assert.deepEqual(notesOf(handle).slice(1), ['polled a', 'polled a', 'polled a']);
      }));

    it('asks a last time at the deadline, and then fails', () =>
      server.run(flows.callsBack, [{ items: ['a'], timeout: 100, pollEvery: 90_000 }], async (handle) => {
        await assert.rejects(handle.result(), failedWith('LonghaulDeadline', /Waited for a, which did not call back/));
        assert.equal(notesOf(handle).filter((line) => line === 'polled a').length, 1);
      }));
  });

  describe('fanOut', () => {
    it('does 2,000 items once each, in histories below the threshold', () =>
      server.run(flows.squares, [{ to: 2_000, page: 100, concurrency: 50, poisonEach: 250 }], async (handle) => {
        const result = await handle.result();
        const poison = range(8).map((n) => n * 250);
        assert.equal(result.value.sum, sum(range(2_000).map((n) => n * n)) - sum(poison.map((n) => n * n)));
        assert.deepEqual([result.succeeded, result.failed], [1_992, 8]);
        assert.deepEqual(
          result.deadLetters.map(({ item }) => item).sort((one, other) => one - other),
          poison,
        );
        assert.match(result.deadLetters[0]?.error ?? '', /is poison/);
        assert.equal(new Set(notesOf(handle)).size, notesOf(handle).length, 'none was done twice');
        const lengths = await chainOf(server.client, handle);
        assert.ok(lengths.length >= 8 && lengths.length === result.runs, `${lengths.length} runs`);
        // A window of 50 in hand when the limit of 500 was reached.
        assert.ok(Math.max(...lengths) < 500 + 4 * 50, `histories of ${lengths.join(', ')} events`);
      }));

    it('ends when too many failed, and says which', () =>
      server.run(
        flows.squares,
        [{ to: 200, page: 50, concurrency: 5, poisonEach: 3, maxFailures: 4 }],
        async (handle) => {
          await assert.rejects(handle.result(), failedWith('LonghaulFanOut', /items failed, and maxFailures is 4/));
          assert.ok(notesOf(handle).length < 50, `${notesOf(handle).length} were begun`);
        },
      ));

    it('goes on after a forced rollover at any moment', () =>
      server.run(flows.squares, [{ to: 300, page: 20, concurrency: 10, slowMs: 40 }], async (handle) => {
        for (let at = 20; at < 300; at += 40) {
          await until(() => notesOf(handle).length >= at);
          await current(handle).signal(rollOverSignal);
        }
        const { value, succeeded, runs } = await handle.result();
        assert.deepEqual([value.sum, succeeded], [sum(range(300).map((n) => n * n)), 300]);
        assert.ok(runs >= 6, `${runs} runs`);
        assert.equal(notesOf(handle).length, 300, 'none was done twice');
      }));

    it('starts children that outlive a rollover, and finds those that ended without a word', () =>
      server.run(flows.squareChildren, [{ to: 60, page: 20, concurrency: 12 }], async (handle) => {
        await setTimeout(100);
        await handle.signal(rollOverSignal);
        const { value, succeeded, failed, runs, deadLetters } = await handle.result();
        const good = range(60).filter((n) => n % 10 !== 0);
        assert.deepEqual([value.sum, succeeded, failed], [sum(good.map((n) => n * n)), good.length, 6]);
        assert.match(deadLetters[0]?.error ?? '', /is poison/);
        assert.ok(runs >= 3, `${runs} runs`);
      }));
  });

  describe('batch', () => {
    const line = (key: string, n: number, last = false) => ({ id: `${key}${n}`, key, last });

    it('makes full batches by key, in order, with one in hand per key, over rollovers', () =>
      server.run(flows.batches, [{ maxSize: 5, maxWait: 60_000, concurrency: 2 }], async (handle) => {
        for (const n of range(23))
          for (const key of ['a', 'b', 'c']) await current(handle).signal(flows.addLine, line(key, n));
        await current(handle).signal(rollOverSignal);
        await current(handle).signal(flows.addLine, { ...line('c', 24), last: true });
        const { batches, items, failed, runs } = await handle.result();
        assert.deepEqual([batches, items, failed], [15, 70, 0]);
        assert.ok(runs >= 2);
        const lines = notesOf(handle);
        for (const key of ['a', 'b', 'c']) {
          const stored = lines
            .filter((words) => words.startsWith(`begin ${key} `))
            .flatMap((words) => words.split(' ').slice(2));
          assert.deepEqual(
            stored,
            range(key === 'c' ? 24 : 23).map((n) => `${key}${n}`),
          );
        }
        assert.ok(mostAtOnce(lines) === 2, `${mostAtOnce(lines)} at once`);
        for (const key of ['a', 'b', 'c']) {
          assert.equal(mostAtOnce(lines.filter((words) => words.split(' ')[1] === key)), 1);
        }
      }));

    it('does not let a batch wait for longer than it may, also over a rollover, nor a poisoned one stop others', () =>
      server.run(flows.batches, [{ maxSize: 100, maxWait: 250, concurrency: 2 }], async (handle) => {
        const begun = Date.now();
        await handle.signal(flows.addLine, line('a', 1));
        await handle.signal(flows.addLine, { id: 'poison', key: 'b' });
        await handle.signal(rollOverSignal);
        await until(() => notesOf(handle).length === 4);
        assert.ok(Date.now() - begun >= 250 && Date.now() - begun < 3_000, `${Date.now() - begun} ms`);
        await current(handle).signal(flows.addLine, line('a', 2, true));
        const { batches, items, failed, deadLetters } = await handle.result();
        assert.deepEqual([batches, items, failed], [3, 2, 1]);
        assert.deepEqual(deadLetters, [{ key: 'b', items: [{ id: 'poison', key: 'b' }], error: 'poison' }]);
      }));

    function mostAtOnce(lines: readonly string[]): number {
      let [now, most] = [0, 0];
      for (const words of lines) most = Math.max(most, (now += words.startsWith('begin') ? 1 : -1));
      return most;
    }
  });

  describe('scheduledCleanup', () => {
    it('goes on after a time-out from the last checkpoint, in the next round, over a forced rollover', () =>
      server.run(flows.cleans, [{ every: 300, rounds: 3, stallInRound: 2 }], async (handle) => {
        await until(() => notesOf(handle).length === 2);
        await handle.signal(rollOverSignal);
        const report = await handle.result();
        assert.deepEqual([report.rounds, report.failed], [3, 1]);
        // Round 1 from the start in two parts, round 2 stalls after its checkpoint at 2, round 3 goes on there.
        assert.deepEqual(notesOf(handle), [
          'sweep from 0',
          'sweep from 3',
          'sweep from 0',
          'sweep from 2',
          'sweep from 5',
        ]);
        assert.match(report.last[1]?.error ?? '', /timeout/i);
        const [, second, third] = report.last;
        assert.ok((third?.beganAt ?? 0) >= (second?.endedAt ?? Infinity), 'rounds overlap');
      }));

    it('makes up for rounds that no worker was there for as it is told to', async () => {
      const cases = [
        { catchUp: 'none', rounds: 1, due: (next: number) => [next] },
        { catchUp: 'one', rounds: 2, due: (next: number) => [next - 1, next] },
        { catchUp: 'all', rounds: 3, due: () => [0, 1, 2] },
      ] as const;
      const every = 3_000;
      // Away from the moment at which a round is due.
      await setTimeout(every - (Date.now() % every) + 50);
      const handles = await Promise.all(
        cases.map(({ catchUp, rounds }) => server.start(flows.cleans, [{ every, rounds, catchUp }])),
      );
      await server.work(() => until(async () => (await Promise.all(handles.map(isAsleep))).every(Boolean)));
      const firstAt = Math.ceil(Date.now() / every) * every;
      await setTimeout(firstAt + 2.3 * every - Date.now());
      const back = Date.now();
      const reports = await server.work(() => Promise.all(handles.map((handle) => handle.result())));
      for (const [index, { catchUp, due }] of cases.entries()) {
        const { last = [], skipped } = reports[index] ?? {};
        const dueAfter = last.map(({ dueAt }) => (dueAt - firstAt) / every);
        // The third, unless a slow machine had its worker back only after that.
        const expected = due(Math.ceil(((await firstTaskFrom(handles[index], back)) - firstAt) / every));
        assert.deepEqual({ catchUp, due: dueAfter, left: skipped }, { catchUp, due: expected, left: expected[0] });
        assert.ok(last.every(({ beganAt }) => beganAt >= back));
      }
    });

    /** When the first workflow task from `ms` on began, by the server's clock, which is the workflow's. */
    async function firstTaskFrom(handle: { workflowId: string; firstExecutionRunId: string } | undefined, ms: number) {
      const { workflowId = '', firstExecutionRunId } = handle ?? {};
      const { events } = await server.client.workflow.getHandle(workflowId, firstExecutionRunId).fetchHistory();
      const starts = (events ?? []).flatMap(({ eventTime, workflowTaskStartedEventAttributes: started }) =>
        started ? [Number(eventTime?.seconds) * 1_000 + (eventTime?.nanos ?? 0) / 1e6] : [],
      );
      return starts.find((at) => at >= ms) ?? NaN;
    }

    async function isAsleep(handle: WorkflowHandle): Promise<boolean> {
      const { events } = await handle.fetchHistory();
      return events?.some(({ timerStartedEventAttributes: timer }) => timer) ?? false;
    }
  });

  describe('pipeline', () => {
    it('does each stage once, and hands its result on over rollovers between them', () =>
      server.run(flows.staged, [1], async (handle) => {
        const result = await handle.result();
        assert.equal(result.total, 1111);
        assert.deepEqual(notesOf(handle), ['one 1', 'two 11', 'three 111']);
        assert.ok(result.run >= 2, 'no rollover lay between two stages');
      }));
  });

  /** The length of each timer, over all runs. */
  async function timersOf({ workflowId, firstExecutionRunId: runId }: Chain): Promise<number[]> {
    const runs = await workflowRuns(server.client, { workflowId, runId });
    return runs
      .flatMap(({ history }) => history.events ?? [])
      .flatMap(({ timerStartedEventAttributes: timer }) => {
        const { seconds, nanos } = timer?.startToFireTimeout ?? {};
        return timer ? [Number(seconds ?? 0) * 1_000 + (nanos ?? 0) / 1_000_000] : [];
      });
  }
});

interface Chain {
  workflowId: string;
  firstExecutionRunId: string;
}
