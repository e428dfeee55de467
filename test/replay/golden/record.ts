import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { WorkflowRunOperationHandler, startWorkflow } from '@temporalio/nexus';
import { NativeConnection, Worker } from '@temporalio/worker';
import { serviceHandler } from 'nexus-rpc';
import { saveHistory } from '../../../replay';
import type { History } from '../../../replay/proto';
import { startServer } from '../../../testing';
import { root } from '../support';
import { approve, auditor, deskService, ledger, order, rename, survey } from './order';

// Records the histories of the golden suite, once: node dist/test/replay/golden/record.js
const folder = join(root, 'test/replay/golden/histories');
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function main(): Promise<void> {
  const server = await startServer({ searchAttributes: { CustomKeywordField: 'Keyword' } });
  const connection = await Connection.connect({ address: server.address });
  const nativeConnection = await NativeConnection.connect({ address: server.address });
  const client = new Client({ connection });
  await connection.operatorService.createNexusEndpoint({
    spec: { name: 'golden-desk', target: { worker: { namespace: server.namespace, taskQueue: 'golden' } } },
  });
  const quick = ['priceOf', 'reserveStock', 'checkFraud', 'chargeCard', 'packParcel', 'refund'];
  const activities = Object.fromEntries(quick.map((name) => [name, (id: string) => Promise.resolve(`${name} ${id}`)]));
  const worker = await Worker.create({
    connection: nativeConnection,
    taskQueue: 'golden',
    workflowsPath: join(root, 'test/replay/golden/order.ts'),
    activities: { ...activities, printLabel: () => wait(60_000) },
    nexusServices: [
      serviceHandler(deskService, {
        assess: (_, id) => Promise.resolve(`assessed ${id}`),
        survey: new WorkflowRunOperationHandler((context, id) =>
          startWorkflow(context, survey, { workflowId: `survey-of-${id}-${context.requestId}`, args: [id] }),
        ),
      }),
    ],
  });
  await worker.runUntil(async () => {
    const { workflow } = client;
    const start = (workflowId: string) =>
      workflow.start(order, { taskQueue: 'golden', workflowId, args: [{ id: workflowId, run: 1 }] });
    await workflow.start(ledger, { taskQueue: 'golden', workflowId: 'ledger' });
    await workflow.start(auditor, { taskQueue: 'golden', workflowId: 'auditor' });
    const closed = await start('order-closed');
    await closed.executeUpdate(rename, { args: ['another name'] });
    await wait(2_000);
    await closed.signal(approve, 'ann');
    await wait(3_000);
    await workflow.getHandle('order-closed').signal(approve, 'bob');
    await closed.result();
    const open = await start('order-open');
    const cancelled = await start('order-cancelled');
    await wait(3_000);
    await cancelled.cancel();
    await cancelled.result().catch(() => undefined);

    let runId: string | undefined = closed.firstExecutionRunId;
    for (const what of ['first run', 'second run']) {
      const history: History = await workflow.getHandle('order-closed', runId).fetchHistory();
      await saveHistory(folder, { history, workflowId: 'order-closed', runId, what });
      const last: { newExecutionRunId?: string | null } | null | undefined =
        history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes;
      runId = last?.newExecutionRunId ?? undefined;
    }
    await saveHistory(folder, { history: await open.fetchHistory(), workflowId: 'order-open', what: 'open' });
    await saveHistory(folder, {
      history: await cancelled.fetchHistory(),
      workflowId: 'order-cancelled',
      what: 'cancelled',
    });
    await open.terminate();
    await workflow.getHandle('ledger').terminate();
    await workflow.getHandle('auditor').terminate();
  });
  await connection.close();
  await nativeConnection.close();
  await server.stop();
}

void main();
