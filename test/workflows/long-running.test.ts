import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import type { Client, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { inbox, isLonghaulFailure, longRunning, rollOverSignal, statusQuery } from 'longhaul/workflows';
import { useServer, workflowRuns } from 'longhaul/testing';
import * as activities from './activities';
import { chainOf, ids, sendOrders, taskFailure, warningsHeard } from './support';
import * as flows from './workflows/orders';

/** What a workflow failed with, as the client sees it. */
const failedWith = (type: string) => (error: unknown) =>
  error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure && error.cause.type === type;

describe('longRunning', () => {
  const server = useServer(require.resolve('./workflows/orders'), { activities });

  /** All orders are there when the body takes its first look. */
  async function withSignalsFirst<T extends Workflow>(
    workflow: T,
    orders: string[],
    check: (handle: WorkflowHandleWithFirstExecutionRunId<T>) => Promise<void>,
  ): Promise<void> {
    const handle = await server.start(workflow, [] as unknown as Parameters<T>);
    for (const id of orders) await handle.signal(flows.addOrder, { id });
    await server.work(() => check(handle));
  }

  it('handles each id once and in order over many rollovers', () =>
    server.run(flows.orderQueue, [], async (handle) => {
      await sendOrders(handle, 60);
      assert.deepEqual(await handle.result(), ids(60));
      const runs = await chainOf(server.client, handle);
      assert.ok(runs.length >= 4, `rolled over into ${runs.length} runs`);
      const status = await handle.query(statusQuery);
      assert.equal(status.inboxes['orders']?.duplicates, 5);
    }));

  it('handles several items at once, each once, over rollovers', () =>
    server.run(flows.wideQueue, [], async (handle) => {
      await sendOrders(handle, 60);
      assert.deepEqual([...(await handle.result())].sort(), ids(60).sort());
      assert.ok((await chainOf(server.client, handle)).length >= 3);
    }));

  it('takes items one by one, and counts one as handled when the next is asked for', () =>
    server.run(flows.careful, [], async (handle) => {
      await sendOrders(handle, 40);
      assert.deepEqual((await handle.result()).shipped, ids(40));
      assert.ok((await chainOf(server.client, handle)).length >= 2);
    }));

  it('waits for items in hand before it rolls over', () =>
    server.run(flows.twoLanes, [], async (handle) => {
      await sendOrders(handle, 6, { last: false });
      const notes = Array.from({ length: 20 }, (_, index) => `n${index}`);
      for (const note of notes) await handle.signal(flows.addNote, note);
      await handle.signal(flows.addOrder, { id: 'end', last: true });
      assert.deepEqual(await handle.result(), { shipped: [...ids(6), 'end'], notes });
      assert.ok((await chainOf(server.client, handle)).length >= 2);
    }));

  it('hands items on that take longer than a rollover waits, and they are done again', () =>
    server.run(flows.impatientQueue, [], async (handle) => {
      await handle.signal(flows.addOrder, { id: 'slow' });
      // In hand: a rollover that is due before that hands it on as it is.
      while ((await handle.query(statusQuery)).inboxes['orders']?.leases !== 1) await setTimeout(25);
      await handle.signal(rollOverSignal);
      // Its id stays in the window: handed on, it is not to be had twice.
      await handle.signal(flows.addOrder, { id: 'slow' });
      await handle.signal(flows.addOrder, { id: 'end', last: true });
      assert.deepEqual(await handle.result(), ['slow', 'end']);
      const [first, ...later] = await chainOf(server.client, handle);
      assert.equal(later.length, 1);
      // Once in each run: the first one did not wait for it, and the second did not take it for done.
      assert.deepEqual(await shippedIn(server.client, handle), [['slow'], ['slow', 'end']]);
      const { events } = await server.client.workflow
        .getHandle(handle.workflowId, handle.firstExecutionRunId)
        .fetchHistory();
      assert.equal(events?.length, first);
      const carried = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.input?.payloads?.[1]?.data;
      assert.match(Buffer.from(carried ?? []).toString(), /"items":\[\{"item":\{"id":"slow"\}/);
    }));

  it('tells what it leaves, at a return, a failure and a cancellation alike', async () => {
    const warnings = warningsHeard();
    const told = (count: number): number =>
      warnings().filter((line) => line.endsWith(`left: ${count} in 'orders'`)).length;
    await withSignalsFirst(flows.careless, ids(3), async (handle) => {
      assert.equal(await handle.result(), 'ended');
    });
    assert.equal(told(2), 1);
    const fails = await server.start(flows.orderQueue, []);
    await sendOrders(fails, 6, { poison: 'o2' });
    await server.work(() => assert.rejects(fails.result(), WorkflowFailedError));
    assert.equal(told(4), 1);
    const cancelled = await server.start(flows.neverReads, []);
    await sendOrders(cancelled, 6);
    await cancelled.cancel();
    await server.work(() => assert.rejects(cancelled.result(), WorkflowFailedError));
    assert.equal(told(6), 1);
  });

  it('puts a failing item among the dead letters and goes on with the others', () =>
    server.run(flows.forgivingQueue, [], async (handle) => {
      await sendOrders(handle, 8, { poison: 'o4' });
      assert.deepEqual(await handle.result(), {
        shipped: ids(8).filter((id) => id !== 'o4'),
        dead: [{ id: 'o4', error: 'order o4 is poison' }],
      });
    }));

  it('fails with the failure of its item by default', () =>
    server.run(flows.orderQueue, [], async (handle) => {
      await sendOrders(handle, 4, { poison: 'o2' });
      await assert.rejects(handle.result(), /Workflow execution failed/);
      assert.deepEqual(
        (await handle.query(statusQuery)).deadLetters.map(({ id }) => id),
        ['o2'],
      );
    }));

  it('keeps a signal that its dedupe can not read as a dead letter, and stays recoverable', () =>
    server.run(flows.orderQueue, [], async (handle) => {
      await handle.signal(flows.addOrder, null as never);
      await sendOrders(handle, 3);
      assert.deepEqual(await handle.result(), ids(3));
      assert.match((await handle.query(statusQuery)).deadLetters[0]?.error ?? '', /dedupe\.by failed/);
    }));

  it('runs the body again when it returns with items left', () =>
    withSignalsFirst(flows.hasty, ids(3), async (handle) => {
      assert.deepEqual(await handle.result(), ids(3));
      assert.equal((await chainOf(server.client, handle)).length, 3);
    }));

  it('fails the workflow task, not the workflow, when a body never takes what is left', () =>
    server.run(
      flows.neverReads,
      [],
      async (handle) => {
        await handle.signal(flows.addOrder, { id: 'o1' });
        const next = server.client.workflow.getHandle(handle.workflowId);
        assert.match(await taskFailure(next), /returned twice without taking any of the items left \(1 in 'orders'\)/);
      },
      { leaveOpen: 'it waits for corrected code', skipReplay: 'its open task fails on purpose' },
    ));

  it('fails rather than end with items left where that is declared', () =>
    withSignalsFirst(flows.strict, ids(2), async (handle) => {
      await assert.rejects(handle.result(), failedWith('LonghaulLeftover'));
    }));

  it('rolls over by safe points with state alone', () =>
    server.run(flows.counter, [12], async (handle) => {
      const { at, runs } = await handle.result();
      assert.equal(at, 12);
      assert.ok(runs >= 3);
    }));

  it('honours a cancellation, drains in the clean-up over rollovers, and ends as cancelled', () =>
    server.run(flows.cleansUp, [], async (handle) => {
      await sendOrders(handle, 3, { last: false });
      await handle.cancel();
      await sendOrders(handle, 20);
      await assert.rejects(handle.result(), (error: unknown) => {
        return error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure;
      });
      const now = server.client.workflow.getHandle(handle.workflowId);
      assert.equal((await now.describe()).status.name, 'CANCELLED');
      const { run, inboxes } = await now.query(statusQuery);
      assert.ok(run >= 2, 'the clean-up rolled over');
      assert.equal(inboxes['orders']?.depth, 0);
    }));

  it('refuses a second reader of one inbox', () =>
    server.run(
      flows.twoReaders,
      [],
      async (handle) => {
        assert.match(await taskFailure(handle), /inbox 'orders' already has a reader that waits/);
      },
      { leaveOpen: 'its task fails', skipReplay: 'its open task fails on purpose' },
    ));

  it('refuses a continueAsNew() of the body, which would drop what it holds', () =>
    server.run(
      flows.bypass,
      [],
      async (handle) => {
        assert.match(await taskFailure(handle), /'bypass' called continueAsNew\(\) itself/);
      },
      { leaveOpen: 'its task fails', skipReplay: 'its open task fails on purpose' },
    ));

  it('keeps signals that nobody declared, carries them and reports them', () =>
    server.run(flows.careful, [], async (handle) => {
      await handle.signal('mystery', 1, 'two');
      const { undeclared } = await handle.query(statusQuery);
      assert.deepEqual(undeclared, [{ signal: 'mystery', args: [1, 'two'] }], 'before the run ends');
      await handle.signal(rollOverSignal);
      await handle.signal(flows.addOrder, { id: 'o1' });
      await handle.signal(flows.addOrder, { id: 'o2', last: true });
      assert.deepEqual((await handle.result()).undeclared, [{ signal: 'mystery', args: [1, 'two'] }]);
    }));

  it('starts children that go on over a rollover', () =>
    server.run(flows.parent, [], async (handle) => {
      const { id, told, runs } = await handle.result();
      assert.equal(id, `${handle.workflowId}/child/1`);
      assert.equal(told, 'child ended');
      assert.ok(runs >= 2);
    }));

  it('refuses a workflow retry policy with the reason', () =>
    server.run(
      flows.orderQueue,
      [],
      async (handle) => {
        await assert.rejects(handle.result(), failedWith('LonghaulRetryPolicy'));
      },
      { retry: { maximumAttempts: 2, nonRetryableErrorTypes: ['LonghaulRetryPolicy'] } },
    ));

  it('rolls over when an operator asks for it, also while it waits', () =>
    server.run(flows.orderQueue, [], async (handle) => {
      await handle.signal(rollOverSignal);
      await handle.signal(flows.addOrder, { id: 'o1', last: true });
      await handle.result();
      assert.equal((await handle.query(statusQuery)).run, 2);
    }));
});

/** The ids of the orders that each run had shipped. */
async function shippedIn(
  client: Client,
  handle: Pick<WorkflowHandleWithFirstExecutionRunId, 'workflowId' | 'firstExecutionRunId'>,
): Promise<string[][]> {
  const runs = await workflowRuns(client, { workflowId: handle.workflowId, runId: handle.firstExecutionRunId });
  return runs.map(({ history }) =>
    (history.events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
      scheduled ? [String(JSON.parse(Buffer.from(scheduled.input?.payloads?.[0]?.data ?? []).toString()))] : [],
    ),
  );
}

describe('the envelope', () => {
  const server = useServer(require.resolve('./workflows/orders'), { activities });
  const envelope = {
    longhaul: 'envelope',
    protocol: 1,
    run: 7,
    cause: 'limits',
    startedAt: 1_000,
    limits: { events: 4_000, bytes: 4_000_000, signals: 8_000 },
    state: { version: 1, value: { count: 4 } },
    inboxes: {},
    once: {},
    children: 0,
    deadLetters: [],
    undeclared: [],
    cancelRequested: false,
    extensions: { later: { kept: true } },
  };
  const refused = { leaveOpen: 'it waits for newer code', skipReplay: 'its open task fails on purpose' };
  const startWith = (second: unknown) => [second] as unknown as [];

  for (const [what, second, message] of [
    [
      'a newer protocol',
      { ...envelope, protocol: 2 },
      /continued by a newer longhaul \(protocol 2; this worker reads up to 1\)/,
    ],
    ['a newer state', { ...envelope, state: { version: 9, value: {} } }, /state version 9; this worker knows up to 2/],
    ['a state without a way to today', { ...envelope, state: { version: 0, value: {} } }, /has no migrate\[0\]/],
    ['something that is no envelope', { some: 'input' }, /second argument that is no longhaul envelope/],
  ] as const) {
    it(`fails the workflow task, and takes nothing for fresh input, on ${what}`, () =>
      server.run(
        'migrated',
        [null, ...startWith(second)],
        async (handle) => {
          assert.match(await taskFailure(handle), message);
          assert.equal((await handle.describe()).status.name, 'RUNNING');
        },
        refused,
      ));
  }

  it('migrates an older state', () =>
    server.run('migrated', [null, ...startWith(envelope)], async (handle) => {
      assert.deepEqual(await handle.result(), { total: 40 });
    }));

  it('carries extensions and inboxes that this code does not know', () =>
    server.run(
      'orderQueue',
      [
        null,
        ...startWith({
          ...envelope,
          state: { version: 1, value: { shipped: [], last: false } },
          inboxes: { strange: { items: [{ item: 'kept', at: 1 }], seen: [], received: 1, duplicates: 0 } },
        }),
      ],
      async (handle) => {
        const warnings = warningsHeard();
        await handle.signal(rollOverSignal);
        await handle.signal(flows.addOrder, { id: 'o1', last: true });
        await handle.result();
        const left = "longhaul: ended with items left: 1 in 'strange', which this code does not declare";
        assert.ok(warnings().includes(left), warnings().join('\n'));
        const { events } = await server.client.workflow
          .getHandle(handle.workflowId, handle.firstExecutionRunId)
          .fetchHistory();
        const input = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.input?.payloads?.[1]?.data;
        const next = JSON.parse(Buffer.from(input ?? []).toString()) as typeof envelope & {
          inboxes: { strange: unknown };
        };
        assert.deepEqual(next.extensions, envelope.extensions);
        assert.deepEqual(next.inboxes.strange, {
          items: [{ item: 'kept', at: 1 }],
          seen: [],
          received: 1,
          duplicates: 0,
        });
        assert.equal(next.run, 8);
      },
    ));
});

describe('the options of longRunning', () => {
  const state = { version: 1, initial: () => ({}) };
  const body = () => Promise.resolve();

  for (const [what, rollOver, message] of [
    ['too few events', { events: 5 }, /rollOver\.events is 5; use a whole number from 10 to 40000/],
    ['no number', { events: 'many' as never }, /rollOver\.events is many/],
    ['a misspelt limit', { event: 100 } as never, /'rollOver\.event' is no option; use rollOver\.events/],
    ['a wait of no time', { drainTimeout: 0 }, /rollOver\.drainTimeout is 0; use milliseconds from 1/],
    ['an old limit out of range', { was: [1] }, /rollOver\.events is 1/],
    ['too little to carry', { mostBytes: 1_023 }, /rollOver\.mostBytes is 1023; use a whole number from 1,024/],
    ['a part of a byte', { mostBytes: 2_048.5 }, /rollOver\.mostBytes is 2048\.5; use a whole number from 1,024/],
    ['no number to carry', { mostBytes: '2 MiB' as never }, /rollOver\.mostBytes is 2 MiB; use a whole number/],
    [
      'a misspelt way onto new versions',
      { ontoNewVersion: 'later' as never },
      /rollOver\.ontoNewVersion is 'later'; use 'with-rollover', 'soon' or 'never'/,
    ],
  ] as const) {
    it(`refuses ${what} with one sentence`, () => {
      assert.throws(() => longRunning('w', { state, rollOver }, body), message);
    });
  }

  for (const [what, options, message] of [
    [
      'a misspelt versioning behaviour',
      { versioning: 'PINNED' as never },
      /versioning is 'PINNED'; use 'pinned' or 'auto-upgrade'/,
    ],
    [
      'a replaces without the old function',
      { replaces: { fromArgs: () => undefined } as never },
      /'w': replaces needs \{ workflow, fromArgs \}, both functions/,
    ],
    [
      'a replaces that converts nothing',
      { replaces: { workflow: body } as never },
      /'w': replaces needs \{ workflow, fromArgs \}, both functions/,
    ],
  ] as const) {
    it(`refuses ${what} with one sentence`, () => {
      assert.throws(() => longRunning('w', { state, ...options }, body), message);
    });
  }

  it('refuses two inboxes on one signal', () => {
    const inboxes = { a: inbox(flows.addNote), b: inbox(flows.addNote) };
    assert.throws(() => longRunning('w', { state, inboxes }, body), /'a' and 'b' both take signal 'addNote'/);
  });

  it('refuses a state version that is none', () => {
    assert.throws(() => longRunning('w', { state: { ...state, version: 0 } }, body), /state\.version is 0/);
  });

  it('gives the function the name of the workflow type', () => {
    assert.equal(longRunning('named', { state }, body).name, 'named');
  });
});

describe('the pieces for any workflow', () => {
  const server = useServer(require.resolve('./workflows/orders'), { activities });

  it('waitFor fails the workflow with LonghaulDeadline when time runs out', () =>
    server.run(flows.impatient, [50], async (handle) => {
      await assert.rejects(handle.result(), (error: unknown) => isLonghaulFailure(error, 'LonghaulDeadline'));
    }));

  it('workflowNow and random are the deterministic clock and stream', () =>
    server.run(flows.clockAndChance, [], async (handle) => {
      const { sameClock, draws } = await handle.result();
      assert.ok(sameClock);
      assert.notEqual(draws[0], draws[1]);
    }));
});
