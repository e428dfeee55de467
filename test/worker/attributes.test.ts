import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Client, WithStartWorkflowOperation } from '@temporalio/client';
import type { ClientOptions, WorkflowClientInterceptor } from '@temporalio/client';
import { SearchAttributeType, TypedSearchAttributes, defineSearchAttributeKey } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import { useServer } from 'longhaul/testing';
import { LonghaulPlugin } from 'longhaul/worker';
import { ask, chain, go, job } from './workflows';

const workflowsPath = require.resolve('./workflows');
const hours = defineSearchAttributeKey('ExpectedMaxDurationHours', SearchAttributeType.DOUBLE);
const team = defineSearchAttributeKey('TeamOwner', SearchAttributeType.KEYWORD);
const deadline = defineSearchAttributeKey('LonghaulDeadline', SearchAttributeType.DATETIME);
const registered = { ExpectedMaxDurationHours: 'Double', TeamOwner: 'Keyword', LonghaulDeadline: 'Datetime' } as const;
const catalog = {
  job: { expectedMaxDuration: '3 days', team: 'orders' },
  chain: { expectedMaxDuration: '90 minutes' },
} as const;
const hourMs = 60 * 60 * 1_000;

describe('the search attributes of the catalog', () => {
  const plugin = new LonghaulPlugin({ catalog });
  const server = useServer(workflowsPath, { plugins: [plugin], searchAttributes: registered });
  const attributesOf = async (workflowId: string, runId?: string, client = server.client) => {
    const { typedSearchAttributes: own, startTime } = await client.workflow.getHandle(workflowId, runId).describe();
    const at = own.get(deadline);
    return [own.get(hours), own.get(team), at && Math.round((at.getTime() - startTime.getTime()) / 1_000)];
  };
  const ofJob = [72, 'orders', 72 * 3_600];

  it('are set at a start, also one by signal or update, and by a client without a connection of its own', async () => {
    const { client, taskQueue } = server;
    const ids = ['start', 'signal', 'update'].map((how) => `${how}-${randomUUID()}`) as [string, string, string];
    await client.workflow.start(job, { taskQueue, workflowId: ids[0] });
    await client.workflow.signalWithStart(job, { taskQueue, workflowId: ids[1], signal: go });
    await server.work(() =>
      client.workflow.executeUpdateWithStart(ask, {
        startWorkflowOperation: new WithStartWorkflowOperation(job, {
          taskQueue,
          workflowId: ids[2],
          workflowIdConflictPolicy: 'FAIL',
        }),
      }),
    );
    for (const workflowId of ids) {
      assert.deepEqual(await attributesOf(workflowId), ofJob, workflowId);
      server.track({
        workflowId,
        runId: (await client.workflow.getHandle(workflowId).describe()).runId,
        leaveOpen: 'no matter',
      });
    }
  });

  it('leave what the caller sets alone, in each form, and a delay counts', async () => {
    const own = new Date(Date.UTC(2040, 0));
    const handle = await server.start('job', [], {
      typedSearchAttributes: new TypedSearchAttributes([{ key: deadline, value: own }]),
      searchAttributes: { TeamOwner: ['mine'] },
      leaveOpen: 'no matter',
    });
    const { typedSearchAttributes: found } = await handle.describe();
    assert.deepEqual([found.get(hours), found.get(team), found.get(deadline)], [72, 'mine', own]);

    const late = await server.start('job', [], {
      startDelay: '2 hours',
      leaveOpen: 'no matter',
      skipReplay: 'it has not begun',
    });
    assert.equal((await attributesOf(late.workflowId))[2], (72 + 2) * 3_600);
    const cron = await server.start('job', [], {
      cronSchedule: '0 0 1 1 *',
      leaveOpen: 'no matter',
      skipReplay: 'it has not begun',
    });
    assert.deepEqual(await attributesOf(cron.workflowId), [72, 'orders', undefined]);
    const unknown = await server.start('callsThrice', [], { leaveOpen: 'no matter' });
    assert.deepEqual(await attributesOf(unknown.workflowId), [undefined, undefined, undefined]);
  });

  it('stay over a continue-as-new, whatever it names itself, and reach children', async () => {
    for (const own of [[], [{ key: team, value: 'renamed' }]] as SearchAttributePair[][]) {
      const handle = await server.start(chain, [2, own]);
      const { typedSearchAttributes: first } = await handle.describe();
      await server.work(() => handle.result());
      const { typedSearchAttributes: last, runId } = await server.client.workflow
        .getHandle(handle.workflowId)
        .describe();
      assert.notEqual(runId, handle.firstExecutionRunId);
      assert.deepEqual(last.get(deadline), first.get(deadline));
      assert.deepEqual([last.get(hours), last.get(team)], [1.5, own[0]?.value]);
      // The bundle knows no server: what its parent has is set, and its team is not.
      const [childHours, childTeam, childDeadline] = await attributesOf(`${handle.workflowId}/child`);
      assert.deepEqual([childHours, childTeam, childDeadline], [72, own.length > 0 ? 'orders' : undefined, 72 * 3_600]);
    }
  });

  it('reach all children where the worker bundles, and begin at the first rollover of what a schedule starts', async () => {
    const { client, nativeConnection: connection, taskQueue, namespace } = server;
    const scheduleId = `schedule-${randomUUID()}`;
    const schedule = await client.schedule.create({
      scheduleId,
      spec: {},
      action: { type: 'startWorkflow', workflowType: chain, args: [1], taskQueue },
    });
    try {
      await schedule.trigger();
      const worker = await Worker.create({ connection, namespace, taskQueue, workflowsPath, plugins: [plugin] });
      await worker.runUntil(async () => {
        const [action] = await until(async () => (await schedule.describe()).info.recentActions);
        assert.ok(action);
        const { workflowId, firstExecutionRunId: runId } = action.action.workflow;
        await client.workflow.getHandle(workflowId).result();
        server.track({ workflowId, runId });
        assert.deepEqual(await attributesOf(workflowId, runId), [1.5, undefined, undefined]);
        const { startTime } = await client.workflow.getHandle(workflowId, runId).describe();
        const { typedSearchAttributes: last } = await client.workflow.getHandle(workflowId).describe();
        assert.equal(last.get(deadline)?.getTime(), startTime.getTime() + 1.5 * hourMs);
        const scheduled = defineSearchAttributeKey('TemporalScheduledById', SearchAttributeType.KEYWORD);
        assert.equal(last.get(scheduled), scheduleId);
        assert.deepEqual(await attributesOf(`${workflowId}/child`), ofJob);
      });
    } finally {
      await schedule.delete();
    }
  });

  it('are set by a plugin given to a connection, once, and every interceptor of the user is called', async () => {
    const called: string[] = [];
    const own: WorkflowClientInterceptor = {
      startWithDetails: (input, next) => {
        called.push('own');
        return next(input);
      },
    };
    const interceptors: NonNullable<ClientOptions['interceptors']>[] = [
      { workflow: [own], schedule: [{}], activity: [{}], nexus: [{}] },
      { workflow: { calls: [() => own] } },
    ];
    for (const given of interceptors) {
      const client = new Client({
        connection: server.connection,
        plugins: [plugin, new LonghaulPlugin({ catalog })],
        interceptors: given,
      });
      const handle = await client.workflow.start(job, { taskQueue: server.taskQueue, workflowId: randomUUID() });
      server.track({ workflowId: handle.workflowId, runId: handle.firstExecutionRunId, leaveOpen: 'no matter' });
      assert.deepEqual(await attributesOf(handle.workflowId), ofJob);
      assert.deepEqual(client.options.interceptors.schedule?.length, given.schedule ? 2 : 1);
      assert.deepEqual(client.options.interceptors.nexus, given.nexus ?? []);
    }
    assert.deepEqual(called, ['own', 'own']);
  });
});

describe('where the server lacks the search attributes', () => {
  const warnings: string[] = [];
  const plugin = new LonghaulPlugin({ catalog, warn: (message) => warnings.push(message) });
  const server = useServer(workflowsPath, {
    plugins: [plugin],
    server: { reuse: false },
    searchAttributes: { TeamOwner: 'Text' },
  });

  it('workflows, schedules and children start without them, with one warning that has the command', async () => {
    const { client, taskQueue, namespace } = server;
    const handle = await server.start(chain, [1]);
    await server.start('job', [], { leaveOpen: 'no matter' });
    const schedule = await client.schedule.create({
      scheduleId: randomUUID(),
      spec: {},
      action: { type: 'startWorkflow', workflowType: job, taskQueue },
    });
    await schedule.delete();
    assert.deepEqual(warnings, [
      "longhaul: workflows start without the search attributes ExpectedMaxDurationHours, TeamOwner, LonghaulDeadline in namespace 'default': " +
        'TeamOwner is there as Text. Add them with: temporal operator search-attribute create --namespace default ' +
        '--name ExpectedMaxDurationHours --type Double --name TeamOwner --type Keyword --name LonghaulDeadline --type Datetime ' +
        '(on Temporal Cloud: tcld namespace search-attributes add --namespace default ' +
        '--search-attribute "ExpectedMaxDurationHours=Double" --search-attribute "TeamOwner=Keyword" --search-attribute "LonghaulDeadline=Datetime")',
    ]);
    const connection = await NativeConnection.connect({ address: server.address });
    try {
      const worker = await Worker.create({ connection, namespace, taskQueue, workflowsPath, plugins: [plugin] });
      await worker.runUntil(() => handle.result());
    } finally {
      await connection.close();
    }
    // Of another connection.
    assert.equal(warnings.length, 2);
  });

  it('a start that is refused because of them is sent again without', async () => {
    warnings.length = 0;
    const { connection, taskQueue, namespace } = server;
    // As with a key that may not ask.
    const refuse = () => Promise.reject(new Error('PERMISSION_DENIED'));
    const silent = overlaid(connection, {
      operatorService: { listSearchAttributes: refuse },
      workflowService: overlaid(connection.workflowService, { describeNamespace: refuse }),
    });
    const client = new Client({ connection: silent, namespace, plugins: [plugin] });
    for (let time = 0; time < 2; time += 1) {
      const handle = await client.workflow.start(job, { taskQueue, workflowId: randomUUID() });
      server.track({ workflowId: handle.workflowId, runId: handle.firstExecutionRunId, leaveOpen: 'no matter' });
    }
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /the server refused them: .*search attribute/i);
  });

  it('a start that is refused for another reason fails as it would', async () => {
    const { client, taskQueue } = server;
    const bad = client.workflow.start(job, {
      taskQueue,
      workflowId: randomUUID(),
      typedSearchAttributes: [{ key: defineSearchAttributeKey('NoSuchKey', SearchAttributeType.KEYWORD), value: 'x' }],
    });
    await assert.rejects(bad);
  });
});

const overlaid = <T extends object>(target: T, over: object): T =>
  new Proxy(target, { get: (_, name) => Reflect.get(name in over ? over : target, name) as unknown });

async function until<T>(look: () => Promise<readonly T[]>): Promise<readonly T[]> {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = await look();
    if (found.length > 0) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail('nothing came');
}
