import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { ConnectionOptions, WorkflowStartOptions } from '@temporalio/client';
import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';
import type { Workflow } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { fileStore, memoryStore, Watch } from 'longhaul/client';
import type { Finding, WatchEvent, WatchOptions, WatchReport, WatchState } from 'longhaul/client';
import { bundleOnce, startServer } from 'longhaul/testing';
import type { Server } from 'longhaul/testing';
import { freePort } from '../../../testing/free-port';
import { causeOf, causes } from '../../../client/watch/task-failure';
import { assertSchema } from '../../cli/schema';
import { longhaul } from '../../cli/run';
import * as activities from './activities';
import * as workflows from './workflows';

const deadline = defineSearchAttributeKey('LonghaulDeadline', SearchAttributeType.DATETIME);

// A server of its own: a watch looks at all that runs in a namespace. Workers' polls end soon, so that one that is gone is missed soon.
const serverOptions = {
  reuse: false,
  searchAttributes: { LonghaulDeadline: 'Datetime', LonghaulBacklogSince: 'Datetime', TeamOwner: 'Keyword' },
  dynamicConfig: {
    'matching.longPollExpirationInterval': '1s',
    'limit.numPendingActivities.error': 12,
    'frontend.namespaceRPS.visibility': 10_000,
  },
  log: () => undefined,
} as const;

const options: WatchOptions = {
  callsPerSecond: 5_000,
  visibilityCallsPerSecond: 5_000,
  sweep: 1_000,
  pollersWithin: '3 seconds',
  catalog: {
    waitsTooLong: { expectedMaxDuration: '10 ms', team: 'billing' },
    waits: { expectedMaxDuration: '4 days', team: 'billing' },
    rolls: { expectedMaxDuration: '1 second' },
    takesAnotherPath: { limits: { workflowTaskAttempts: 2 } },
    passesTooMuch: { limits: { workflowTaskAttempts: 2 } },
    throwsPlainly: { limits: { workflowTaskAttempts: 2 } },
    nobodyKnows: { limits: { workflowTaskAttempts: 2 } },
    callsSilent: { limits: { activitySilence: '1 second' } },
    callsBeating: { limits: { activitySilence: '1 second' } },
    callsLate: { limits: { activityAge: '100 ms' } },
    takesPings: { limits: { signals: 8 } },
    fansOut: { limits: { pending: 4, workflowTaskAttempts: 2 } },
    hasChildren: { limits: { pending: 4 } },
    grows: { limits: { historyEvents: 100, historyBytes: 50_000 } },
    waitsForAnswer: { limits: { workflowTaskAttempts: 2 } },
    triesSlowly: { limits: { activityAge: '1 second' } },
    waitsForItsCancellation: { limits: { activitySilence: '1 second' } },
    neverReads: { limits: { backlogAge: '1 ms' } },
    reads: { limits: { backlogAge: '1 ms' } },
  },
};

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];

describe('Watch', () => {
  let server: Server;
  let port: number;
  let folder: string;
  let connection: Connection;
  let client: Client;
  let working: { worker: Worker; done: Promise<void> };
  let native: NativeConnection;
  let calls = 0;

  const serve = () => startServer({ ...serverOptions, port, dbFilename: join(folder, 'server.db') });

  async function start<T extends Workflow>(
    type: string | T,
    workflowId: string,
    more: Partial<WorkflowStartOptions<T>> = {},
  ): Promise<void> {
    const started = { taskQueue: 'watched', workflowId, args: [], ...more };
    await client.workflow.start<T>(type, started as unknown as WorkflowStartOptions<T>);
  }

  async function work(taskQueue: string): Promise<{ worker: Worker; done: Promise<void> }> {
    const worker = await Worker.create({
      connection: native,
      taskQueue,
      workflowBundle: await bundleOnce(require.resolve('./workflows')),
      activities,
      maxCachedWorkflows: 0,
    });
    return { worker, done: worker.run() };
  }

  before(async () => {
    try {
      Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
    } catch {
      // Another test of this process has installed one.
    }
    folder = await mkdtemp(join(tmpdir(), 'longhaul-watch-'));
    port = await freePort();
    server = await serve();
    const { address } = server;
    const counting: Interceptor = (callOptions, nextCall) => {
      calls += 1;
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the SDK's types say less than gRPC's
      return nextCall(callOptions) as ReturnType<Interceptor>;
    };
    connection = await Connection.connect({
      address,
      interceptors: [counting],
    });
    native = await NativeConnection.connect({ address });
    client = new Client({ connection });
    working = await work('watched');
  });

  after(async () => {
    if (working.worker.getState() === 'RUNNING') working.worker.shutdown();
    await working.done.catch(() => undefined);
    await native.close();
    await connection.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** What a worker does that is suspended: it takes a workflow task, and answers nothing. */
  async function takeAndSayNothing(tasks: number, signal?: AbortSignal): Promise<void> {
    for (let taken = 0; taken < tasks && !signal?.aborted;) {
      const taskQueue = { name: 'suspended' };
      const task = await connection.withDeadline(Date.now() + 60_000, () =>
        connection.workflowService.pollWorkflowTaskQueue({ namespace: 'default', taskQueue }),
      );
      if (task.taskToken.length > 0) taken += 1;
    }
  }

  const until = async (done: () => boolean | Promise<boolean>, withinMs = 90_000): Promise<void> => {
    const end = Date.now() + withinMs;
    while (!(await done())) {
      assert.ok(Date.now() < end, 'it took too long');
      await sleep(50);
    }
  };
  const pendingOf = async (workflowId: string): Promise<number> =>
    (await client.workflow.getHandle(workflowId).describe()).raw.pendingActivities?.length ?? 0;
  const keep =
    (events: WatchEvent[]) =>
    (event: WatchEvent): void => {
      events.push(event);
    };

  const found = ({ groups }: WatchReport): Finding[] => groups.flatMap(({ cases }) => cases);
  const named = (report: WatchReport): string[] =>
    found(report)
      .map(({ verdict, workflowId, taskQueue, cause, subject }) =>
        [verdict, workflowId || taskQueue, cause ?? '', workflowId === '' ? '' : subject].filter(Boolean).join(' '),
      )
      .sort();

  it('names each thing that is wrong, and says nothing of its healthy twin', async () => {
    const past = new Date(Date.now() - 60_000);
    const future = new Date(Date.now() + 3_600_000);
    const lately = await work('lately'); // its worker is taken away below
    await start(workflows.waits, 'past-its-deadline', { typedSearchAttributes: [{ key: deadline, value: past }] });
    await start(workflows.waits, 'before-its-deadline', { typedSearchAttributes: [{ key: deadline, value: future }] });
    await start(workflows.waitsTooLong, 'past-its-maximum');
    await start(workflows.waits, 'before-its-maximum');
    await start(workflows.rolls, 'past-its-maximum-over-all-runs');
    await start(workflows.takesAnotherPath, 'takes-another-path');
    await start(workflows.passesTooMuch, 'passes-too-much');
    await start('nobodyKnows', 'of-an-unknown-type');
    await start(workflows.throwsPlainly, 'throws');
    await start(workflows.retriesForEver, 'retries-for-ever');
    await start(workflows.succeedsInTheEnd, 'succeeds-in-the-end');
    await start(workflows.callsSilent, 'silent');
    await start(workflows.callsBeating, 'beating');
    await start(workflows.callsLate, 'late');
    await start(workflows.waits, 'without-a-worker', { taskQueue: 'nobody' });
    await start(workflows.waits, 'without-its-worker', { taskQueue: 'lately' });
    await start(workflows.fansOut, 'many-pending', { args: [4] });
    await start(workflows.fansOut, 'few-pending', { args: [3] });
    await start(workflows.fansOut, 'too-many-pending', { args: [20] });
    await start(workflows.hasChildren, 'many-children', { args: [4] });
    await start(workflows.hasChildren, 'few-children', { args: [3] });
    await start(workflows.grows, 'many-events', { args: [20, 10] });
    await start(workflows.grows, 'many-bytes', { args: [1, 60_000] });
    await start(workflows.grows, 'grows-little', { args: [1, 10] });
    await start(workflows.retriesForEver, 'paused');
    await start('waitsForAnswer', 'timed-out', { taskQueue: 'suspended', workflowTaskTimeout: '1 second' });
    const suspended = takeAndSayNothing(2);
    for (const [workflowId, pings] of [
      ['many-signals', 8],
      ['few-signals', 7],
    ] as const) {
      await start(workflows.takesPings, workflowId);
      for (let ping = 0; ping < pings; ping += 1) await client.workflow.getHandle(workflowId).signal(workflows.ping);
    }
    const inboxes = ['neverReads', 'reads'];
    for (const type of inboxes) await start(type, type);
    await sleep(500);
    lately.worker.shutdown();
    await lately.done;

    const { workflowService } = connection;
    const execution = { workflowId: 'paused' };
    await until(async () => (await pendingOf('paused')) > 0);
    await workflowService.pauseActivity({ namespace: 'default', execution, type: 'fails' });
    await suspended;

    const watch = new Watch(client, options);
    const expected = [
      'activity-overdue late beats',
      'activity-retrying retries-for-ever fails',
      'activity-silent silent hangs',
      'inbox-unread neverReads',
      'near-limit many-bytes bytes in its history',
      'near-limit many-children pending children',
      'near-limit many-events events in its history',
      'near-limit many-pending pending activities',
      'near-limit many-signals signals received',
      'no-worker lately',
      'no-worker nobody',
      'no-worker suspended',
      'overdue past-its-deadline',
      'overdue past-its-maximum',
      'overdue past-its-maximum-over-all-runs',
      'workflow-task-failing of-an-unknown-type unknown-type',
      'workflow-task-failing passes-too-much payload-size',
      'workflow-task-failing takes-another-path nondeterminism',
      'workflow-task-failing throws code-error',
      'workflow-task-failing timed-out timed-out',
      'workflow-task-failing too-many-pending pending-limit',
    ];
    let report = await watch.scan();
    for (const until = Date.now() + 30_000; named(report).join() !== expected.join() && Date.now() < until;) {
      // Each in a workflow task of its own, or nearly so: that is what an unread inbox is told by.
      for (const type of inboxes) await client.workflow.getHandle(type).signal(workflows.add, 1);
      await sleep(250);
      report = await watch.scan();
    }
    assert.deepEqual(named(report), expected);
    assert.equal(report.ok, false);
    assert.deepEqual(report.warnings, []);
    const team = (workflowId: string) => found(report).find((one) => one.workflowId === workflowId)?.team;
    assert.equal(team('past-its-maximum'), 'billing');
    for (const { message, fix } of found(report))
      assert.ok(message.endsWith('.') || message.includes(':'), message + fix);
    await assertSchema('watch', JSON.stringify(report));
  });

  it('tells of tasks that no worker takes, although their workflows run', async () => {
    await start(workflows.callsNobody, 'calls-nobody');
    const handle = client.workflow.getHandle('calls-nobody');
    await until(async () => (await pendingOf('calls-nobody')) > 0);
    const waiting = async (): Promise<string[]> => {
      const watch = new Watch(client, { ...options, notTakenAfter: '500 ms' });
      return named(await watch.scan()).filter((one) => one.startsWith('no-worker'));
    };
    await until(async () => (await waiting()).includes('no-worker calls-nobody takes'));
    // Workers ask its queue for tasks, but none of the version that it is pinned to.
    const versioningOverride = { pinnedTo: { deploymentName: 'orders', buildId: 'gone' } };
    await start(workflows.waits, 'pinned-to-what-is-gone', { versioningOverride });
    await until(async () => (await waiting()).includes('no-worker pinned-to-what-is-gone'));
    await client.workflow.getHandle('pinned-to-what-is-gone').terminate();
    const helper = await Worker.create({ connection: native, taskQueue: 'no-activities', activities });
    await helper.runUntil(handle.result());
    assert.ok(!(await waiting()).includes('no-worker calls-nobody takes'));
  });

  it('tells of a failing workflow task however often signals make the server count its attempts anew', async function () {
    this.timeout(300_000);
    const events: WatchEvent[] = [];
    const ids = ['failing-while-pinged', 'unanswered-while-pinged', 'well-while-pinged'];
    const [failing = '', unanswered = '', well = ''] = ids;
    // The SDK answers a second attempt by silence, for as long as a task may take.
    await start(workflows.throwsWhilePinged, failing, { workflowTaskTimeout: '3 seconds' });
    await start('waitsForPings', unanswered, { taskQueue: 'suspended', workflowTaskTimeout: '1 second' });
    await start(workflows.takesPings, well);
    const ping = async (): Promise<void> => {
      for (const id of ids) await client.workflow.getHandle(id).signal(workflows.ping);
    };
    const stop = new AbortController();
    const pinging = async (): Promise<void> => {
      while (!stop.signal.aborted) await ping().then(() => sleep(150));
    };
    const meanwhile = [pinging(), takeAndSayNothing(Infinity, stop.signal)];
    const watch = new Watch(client, { ...options, catalog: {}, onEvent: keep(events) });
    const told = (type: WatchEvent['type']): string[] =>
      events
        .flatMap((event) => (event.type === type && 'case' in event ? [event.case] : []))
        .filter(({ workflowId }) => ids.includes(workflowId))
        .map(({ workflowId, cause = '' }) => `${workflowId} ${cause}`)
        .sort();
    try {
      await until(async () => {
        await watch.scan();
        return told('alert').length >= 2;
      }, 240_000);
      for (let scans = 0; scans < 8; scans += 1) {
        await watch.scan();
        await sleep(100);
      }
      assert.deepEqual(told('alert'), [`${failing} code-error`, `${unanswered} timed-out`]);
      assert.deepEqual(told('resolved'), []);
    } finally {
      stop.abort();
      await Promise.all(meanwhile);
      for (const id of ids) await client.workflow.getHandle(id).terminate();
    }
  });

  it('counts the age of an activity over all its attempts, and hears the silence of one that is to be cancelled', async () => {
    const late = ['activity-overdue tries-slowly fails', 'activity-silent waits-for-its-cancellation hangs'];
    await start(workflows.triesSlowly, 'tries-slowly');
    await start(workflows.waitsForItsCancellation, 'waits-for-its-cancellation');
    const watch = new Watch(client, options);
    const told = async () =>
      named(await watch.scan()).filter((one) => /^activity-(?:overdue|silent) (?:tries|waits)-/.test(one));
    await until(async () => (await told()).join() === late.join());
    for (const workflowId of ['tries-slowly', 'waits-for-its-cancellation'])
      await client.workflow.getHandle(workflowId).terminate();
  });

  it('makes one case of a queue without workers, whatever of its workflows waits for them', async () => {
    const worker = await Worker.create({
      connection: native,
      taskQueue: 'abandoned',
      workflowBundle: await bundleOnce(require.resolve('./workflows')),
    });
    const done = worker.run();
    for (const nth of [1, 2, 3]) await start(workflows.callsItsOwnQueue, `left-${nth}`, { taskQueue: 'abandoned' });
    await until(async () => (await Promise.all([1, 2, 3].map((nth) => pendingOf(`left-${nth}`)))).join() === '1,1,1');
    worker.shutdown();
    await done;
    const watch = new Watch(client, { ...options, notTakenAfter: '100 ms' });
    const told = async () => named(await watch.scan()).filter((one) => /abandoned|left-/.test(one));
    await until(async () => (await told()).includes('no-worker abandoned'));
    assert.deepEqual(await told(), ['no-worker abandoned']);
    for (const nth of [1, 2, 3]) await client.workflow.getHandle(`left-${nth}`).terminate();
  });

  it('ends a case of a queue that nobody uses any more, however long it was not running itself', async () => {
    const events: WatchEvent[] = [];
    const long = new Date(Date.now() - 3 * 86_400_000).toISOString();
    const about = { workflowType: '', workflowId: '', runId: '', firstRunId: '', taskQueue: 'gone', team: null };
    const told = { since: long, message: '…', fix: '…', openedAt: long, seenAt: long };
    const kept = {
      schema: 'longhaul.watch-state/1' as const,
      namespace: 'default',
      cases: [{ verdict: 'no-worker' as const, subject: 'gone', key: 'no-worker///gone', ...about, ...told }],
      sweep: { token: '', startedAt: long, looked: 0, lastRoundAt: null, lastRoundMs: null },
      taskQueues: { gone: long },
      unreachableSince: null,
    };
    const store = { load: () => Promise.resolve(kept), save: () => Promise.resolve() };
    await new Watch(client, { ...options, store, onEvent: keep(events) }).scan();
    const ended = events.flatMap((event) => (event.type === 'resolved' ? [event.case.taskQueue] : []));
    assert.deepEqual(ended, ['gone']);
  });

  it('neither ends a round of the sweep nor loses its place where a page can not be had', async () => {
    const store = memoryStore();
    const failing = Object.create(client) as Client;
    const listing = (request: { nextPageToken?: Uint8Array | null; query?: string | null }) => {
      if (request.nextPageToken?.length && request.query === "ExecutionStatus = 'Running'")
        return Promise.reject(Object.assign(new Error('14 UNAVAILABLE'), { code: 14 }));
      return connection.workflowService.listWorkflowExecutions(request);
    };
    const workflowService = new Proxy(connection.workflowService, {
      get: (target, name) => (name === 'listWorkflowExecutions' ? listing : (Reflect.get(target, name) as unknown)),
    });
    Object.defineProperty(failing, 'workflowService', { value: workflowService });
    const swept = Array.from({ length: 12 }, (_, nth) => `swept-${nth}`);
    for (const workflowId of swept) await start(workflows.waits, workflowId);
    await until(async () => (await client.workflow.count("ExecutionStatus = 'Running'")).count >= 12);
    const few = { ...options, sweep: 5, store };
    const first = await new Watch(client, few).scan();
    assert.equal(first.coverage.inRound, 5);
    const outcome = await new Watch(failing, few).scan().catch((error: unknown) => error);
    assert.match(String(outcome), /UNAVAILABLE/, JSON.stringify((outcome as WatchReport).coverage));
    assert.equal((await new Watch(client, few).scan()).coverage.inRound, 10);
    for (const workflowId of swept) await client.workflow.getHandle(workflowId).terminate();
  });

  it('counts overdue ones of a type that the catalog does not have, and bears a maximum beyond all dates', async () => {
    const { groups } = await new Watch(client, { ...options, catalog: {} }).scan();
    assert.equal(groups.find(({ workflowType }) => workflowType === 'waits')?.overdue, 1);
    const catalog = { waits: { expectedMaxDuration: Number.MAX_SAFE_INTEGER } };
    const of = (await new Watch(client, { ...options, catalog }).scan()).groups;
    assert.equal(of.find(({ workflowType }) => workflowType === 'waits')?.overdue, 1, 'by its LonghaulDeadline');
  });

  it('takes a state that is damaged for none', async () => {
    const path = join(folder, 'damaged.json');
    for (const text of ['', 'null', '[]', '{"schema":"longhaul.watch-state/1","namespace":"default"}', '{"schema"']) {
      await writeFile(path, text);
      assert.equal(await fileStore(path).load(), undefined, text);
    }
  });

  it('tells of a case once, over a restart too, and once when it is over', async () => {
    const events: WatchEvent[] = [];
    const store = fileStore(join(folder, 'state/watch.json'));
    const watching = (): Watch => new Watch(client, { ...options, store, onEvent: keep(events) });
    const first = await watching().scan();
    assert.equal(events.length, found(first).length);
    assert.ok(events.every(({ type }) => type === 'alert'));
    for (const event of events) await assertSchema('watch-event', JSON.stringify(event));
    events.length = 0;
    await watching().scan(); // another watch, as after a restart
    assert.equal(events.length, 0);

    const queue = await work('nobody'); // a worker comes: healthy
    await client.workflow.getHandle('throws').terminate(); // and one ends: closed
    const watch = watching();
    const resolved = () => events.filter(({ type }) => type === 'resolved').length;
    await until(async () => {
      await watch.scan();
      return resolved() === 2;
    });
    queue.worker.shutdown();
    await queue.done;
    assert.deepEqual(
      events
        .map((event) =>
          event.type === 'resolved' ? `${event.case.verdict} ${event.case.workflowId}: ${event.how}` : event.type,
        )
        .sort(),
      ['no-worker : healthy', 'workflow-task-failing throws: closed'],
    );
  });

  it('tells of an alert again where the hook refused it', async () => {
    const store = fileStore(join(folder, 'refused.json'));
    let refuses = true;
    const told: string[] = [];
    const onEvent = (event: WatchEvent): void => {
      if (refuses && event.type === 'alert' && event.case.workflowId === 'silent') throw new Error('pager is down');
      if (event.type === 'alert') told.push(event.case.workflowId);
    };
    const watch = new Watch(client, { ...options, store, onEvent });
    assert.match((await watch.scan()).warnings.join(), /could not be told of: pager is down/);
    assert.ok(!told.includes('silent') && told.length > 5);
    refuses = false;
    told.length = 0;
    await watch.scan();
    assert.deepEqual(told, ['silent']);
  });

  it('goes on where it can not keep what it told of, and says so', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const told: string[] = [];
    const onEvent = (event: WatchEvent): void => {
      // The worker of this queue went in a test above, which shows some seconds later.
      if (!('case' in event) || event.case.taskQueue !== 'nobody') told.push(event.type);
    };
    const store = { ...fileStore(join(file, 'state.json')), load: () => Promise.resolve(undefined) };
    const watch = new Watch(client, { ...options, store, onEvent });
    assert.match((await watch.scan()).warnings.join(), /could not be kept, so a restart tells of it anew: EEXIST/);
    assert.ok(told.length > 5);
    told.length = 0;
    assert.equal((await watch.scan()).ok, false);
    assert.deepEqual(told, []);
  });

  it('asks for counts by type and describes by suspect, and sweeps no more than it may', async () => {
    const cost = async (more: WatchOptions): Promise<WatchReport> => {
      const watch = new Watch(client, { ...options, ...more });
      const before = calls;
      const report = await watch.scan();
      // Nothing that it does not count.
      const { counts, lists, describes, histories, taskQueues, others } = report.cost;
      assert.equal(calls - before, counts + lists + describes + histories + taskQueues + others);
      return report;
    };
    const bare = await cost({ catalog: {}, sweep: 0 });
    // Running, past their deadline, unread inboxes, reported problems: and a list for the deadline, with one suspect.
    assert.deepEqual(bare.cost, { counts: 4, lists: 1, describes: 1, histories: 0, taskQueues: 1, others: 0 });
    const types = 40;
    const quiet = Object.fromEntries(Array.from({ length: types }, (_, index) => [`type${index}`, {}]));
    const many = await cost({ catalog: quiet, sweep: 0 });
    assert.deepEqual({ ...many.cost, counts: many.cost.counts - types }, bare.cost);
    const swept = await cost({ catalog: {}, sweep: 5 });
    assert.ok(swept.cost.describes <= bare.cost.describes + 5 && swept.cost.lists === bare.cost.lists + 1);
    assert.ok(swept.coverage.running > 15 && swept.coverage.inRound === 5 && swept.coverage.lastRoundAt === null);
  });

  it('spreads counts and lists over time, since servers let a namespace have few of them', async () => {
    const slow = { ...options, catalog: {}, sweep: 0, visibilityCallsPerSecond: 20 };
    const { cost, durationMs } = await new Watch(client, slow).scan();
    const ofVisibility = cost.counts + cost.lists;
    assert.ok(ofVisibility >= 5 && durationMs >= (ofVisibility - 1) * 49, `${ofVisibility} in ${durationMs} ms`);
  });

  it('goes round all that runs in several scans, from where the last one stopped', async () => {
    const store = fileStore(join(folder, 'sweep.json'));
    let report: WatchReport | undefined;
    const rounds: number[] = [];
    for (let scan = 0; scan < 20 && !report?.coverage.lastRoundAt; scan += 1) {
      report = await new Watch(client, { ...options, sweep: 6, store }).scan();
      rounds.push(report.coverage.inRound);
    }
    assert.equal(rounds.at(-1), report?.coverage.running);
    // The last scan finds nothing more where the count is a multiple of 6.
    const more = rounds.filter((looked, index) => looked > (rounds[index - 1] ?? 0));
    assert.ok(rounds.length > 2 && more.length >= rounds.length - 1, rounds.join());
  });

  it('is a command with an exit status, JSON and Prometheus figures', async () => {
    const at = ['--address', server.address, '--rate', '5000', '--visibility-rate', '5000'];
    const once = await longhaul(['watch', ...at, '--json'], folder);
    assert.equal(once.err, '');
    assert.equal(once.status, 1);
    await assertSchema('watch', once.out);
    const { namespace } = JSON.parse(await readFile(join(folder, '.longhaul/watch.json'), 'utf8')) as WatchState;
    assert.equal(namespace, 'default');
    const { stateFile } = await import('../../../cli/watch.js');
    assert.equal(stateFile('orders.a1b2/x'), '.longhaul/watch-orders.a1b2%2Fx.json');
    const foreign = { ...(await fileStore(join(folder, '.longhaul/watch.json')).load()), namespace: 'staging' };
    await writeFile(join(folder, 'foreign.json'), JSON.stringify(foreign));
    const refused = await longhaul(['watch', ...at, '--state', 'foreign.json'], folder);
    assert.match(refused.err, /^longhaul watch: --state: foreign\.json is of namespace staging; keep that of default/);
    assert.equal(refused.status, 2);
    const { watchText } = await import('../../../cli/render/watch-text.js');
    const text = watchText(JSON.parse(once.out) as WatchReport);
    assert.match(
      text,
      /activity-retrying retries-for-ever: Activity fails is at attempt \d+\. Its last failure: the provider is down/,
    );
    assert.match(text, /open cases in namespace default: \d+ running/);
    const { prometheusText } = await import('longhaul/client');
    const figures = prometheusText(JSON.parse(once.out) as WatchReport);
    assert.match(
      figures,
      /^longhaul_watch_cases\{namespace="default",team="",type="retriesForEver",verdict="activity-retrying"\} 1$/m,
    );
  });

  it('survives an outage of the server: one event when it begins, one when it ends, and no case anew', async () => {
    const events: WatchEvent[] = [];
    const stop = new AbortController();
    const store = fileStore(join(folder, 'outage.json'));
    const reports: WatchReport[] = [];
    const watch = new Watch(client, {
      ...options,
      store,
      every: '200 ms',
      sweep: 0,
      signal: stop.signal,
      onEvent: keep(events),
    });
    const following = watch.follow((report) => {
      reports.push(report);
    });
    await until(() => reports.length > 1);
    const alerts = events.length;
    assert.ok(alerts > 0);
    working.worker.shutdown();
    await working.done.catch(() => undefined);
    await server.stop();
    await until(() => events.some(({ type }) => type === 'unreachable'));
    server = await serve();
    await until(() => events.some(({ type }) => type === 'reachable'));
    stop.abort();
    await following;
    // The worker is gone too by now, which brings cases of its own: none may be one that was told before.
    const told = new Set(events.slice(0, alerts).map((event) => ('case' in event ? event.case.key : '')));
    const isOfItsOwn = (event: WatchEvent): boolean =>
      'case' in event && (event.case.verdict === 'no-worker' || !told.has(event.case.key));
    const later = events.slice(alerts).filter((event) => !isOfItsOwn(event));
    assert.deepEqual(
      later.map(({ type }) => type),
      ['unreachable', 'reachable'],
    );
  });

  it('knows the causes of failed workflow tasks by the numbers that the server has for them', () => {
    const known = temporal.api.enums.v1.WorkflowTaskFailedCause;
    assert.equal(causes.nonDeterministic, known.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR);
    assert.equal(causes.grpcMessageTooLarge, known.WORKFLOW_TASK_FAILED_CAUSE_GRPC_MESSAGE_TOO_LARGE);
    assert.equal(causes.payloadsTooLarge, known.WORKFLOW_TASK_FAILED_CAUSE_PAYLOADS_TOO_LARGE);
    for (const cause of causes.pendingLimits) assert.equal(causeOf(cause, { message: 'too many' }), 'pending-limit');
    assert.deepEqual(
      causes.inPassing.map((cause) => known[cause]?.replace('WORKFLOW_TASK_FAILED_CAUSE_', '')),
      [
        'UNHANDLED_COMMAND', 'RESET_STICKY_TASK_QUEUE', 'FORCE_CLOSE_COMMAND', 'FAILOVER_CLOSE_COMMAND', 'RESET_WORKFLOW',
        'UNHANDLED_UPDATE', 'WORKFLOW_PAUSE_REQUESTED_BEFORE_TASK_STARTED',
      ],
    ); // prettier-ignore
    assert.equal(causeOf(1, { message: 'TypeError' }), 'code-error');
    for (const cause of causes.pendingLimits) assert.match(known[cause] ?? '', /_PENDING_\w+_LIMIT_EXCEEDED$/);
  });

  it('refuses options that are unknown or out of range', () => {
    assert.throws(() => new Watch(client, { sweeps: 3 } as WatchOptions), /TypeError.*sweeps|sweeps/);
    assert.throws(() => new Watch(client, { callsPerSecond: 0 }), /callsPerSecond is 0/);
    assert.throws(
      () => new Watch(client, { catalog: { x: { expectedMaxDuration: 'long' as '1 s' } } }),
      /catalog\.x\.expectedMaxDuration/,
    );
  });
});
