import { mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { startServer } from 'longhaul/testing';
import { rollOverSignal } from 'longhaul/workflows';
import * as activities from '../examples/inventory/activities';
import { progress } from '../examples/inventory/messages';
import { inventory } from '../examples/inventory/workflows';
import { saveChain } from './save-chain';

const taskQueue = 'inventory';

/** What the tree goes through, a day an entry; and on which days the run is made to roll over. */
interface Scenario {
  what: string;
  days: number;
  rollOverOnDays: number[];
}

const scenarios: Scenario[] = [
  { what: 'four days of rescans', days: 4, rollOverOnDays: [] },
  { what: 'rolls over on the second of six days', days: 6, rollOverOnDays: [2] },
];

/** Records the example over days of virtual time: its rests are skipped, its activities are real. */
export async function recordExample(folder: string, codeVersion: string): Promise<void> {
  for (const scenario of scenarios) {
    // A server each: its clock never goes back.
    const server = await startServer({ kind: 'time-skipping' });
    // The same path each time: it is part of what is recorded.
    const scratch = join(await realpath(tmpdir()), 'longhaul-record');
    await rm(scratch, { recursive: true, force: true });
    const nativeConnection = await NativeConnection.connect({ address: server.address });
    const connection = await Connection.connect({ address: server.address });
    // A history is committed with its identities: not those of this machine.
    const client = new Client({ connection, identity: 'recorder' });
    const worker = await Worker.create({
      connection: nativeConnection,
      taskQueue,
      workflowsPath: require.resolve('../examples/inventory/workflows'),
      activities,
      identity: 'worker',
    });
    try {
      await worker.runUntil(async () => {
        const root = await makeTree(scratch);
        const { days, rollOverOnDays, what } = scenario;
        const handle = await client.workflow.start(inventory, {
          args: [{ root, store: join(scratch, 'store'), batchSize: 3, rescans: { times: days, everyDays: 1 } }],
          taskQueue,
          workflowId: `inventory-${what.replaceAll(' ', '-')}`,
        });
        const latest = client.workflow.getHandle(handle.workflowId);
        for (let day = 1; day <= days; day += 1) {
          for (;;) {
            const { pass, restsUntil } = await latest.query(progress);
            if (pass === day - 1 && restsUntil !== undefined) break;
            await setTimeout(50);
          }
          await changeTree(root, day);
          if (rollOverOnDays.includes(day)) await latest.signal(rollOverSignal);
          await server.time.skip('1 day');
        }
        await handle.result();
        await saveChain(folder, { client, handle, what, codeVersion, source: 'time-skipping' });
      });
    } finally {
      await connection.close();
      await nativeConnection.close();
      await server.stop();
      await rm(scratch, { recursive: true, force: true });
    }
  }
  await recordScan(folder, codeVersion);
}

/** Records the child that hosts a scan, which its parent gives an id of its own. */
async function recordScan(folder: string, codeVersion: string): Promise<void> {
  const server = await startServer();
  const scratch = join(await realpath(tmpdir()), 'longhaul-record');
  await rm(scratch, { recursive: true, force: true });
  const nativeConnection = await NativeConnection.connect({ address: server.address });
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection, identity: 'recorder' });
  try {
    const worker = await Worker.create({
      connection: nativeConnection,
      taskQueue,
      workflowsPath: require.resolve('../examples/inventory/workflows'),
      activities,
      identity: 'worker',
    });
    await worker.runUntil(async () => {
      const root = await makeTree(scratch);
      const handle = await client.workflow.start(inventory, {
        args: [{ root, store: join(scratch, 'store'), batchSize: 3 }],
        taskQueue,
        workflowId: 'inventory-in-one-look',
      });
      await handle.result();
      const { events } = await handle.fetchHistory();
      const child = events
        ?.map((event) => event.childWorkflowExecutionStartedEventAttributes?.workflowExecution)
        .find((execution) => execution !== undefined && execution !== null);
      const { workflowId, runId: firstExecutionRunId } = child ?? {};
      if (!workflowId || !firstExecutionRunId) throw new Error('the inventory has started no scan');
      await saveChain(folder, { client, handle: { workflowId, firstExecutionRunId }, what: 'one look', codeVersion });
    });
  } finally {
    await connection.close();
    await nativeConnection.close();
    await server.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function makeTree(scratch: string): Promise<string> {
  const root = join(scratch, 'tree');
  await mkdir(join(root, 'src'), { recursive: true });
  await writeFile(join(root, 'package.json'), JSON.stringify({ name: 'sample', version: '1.0.0', license: 'MIT' }));
  for (let at = 0; at < 10; at += 1) await writeFile(join(root, 'src', `file-${at}.txt`), `content ${at}`);
  return root;
}

/** A new file, a changed one, and one that goes. */
async function changeTree(root: string, day: number): Promise<void> {
  await writeFile(join(root, 'src', `day-${day}.txt`), `day ${day}`);
  await writeFile(join(root, 'src', 'file-0.txt'), `changed on day ${day}`);
  await rm(join(root, 'src', `file-${day}.txt`), { force: true });
}
