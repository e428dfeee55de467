import { setTimeout } from 'node:timers/promises';
import { join, relative } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { ServerUnavailableError, startServer } from 'longhaul/testing';
import type { Server } from 'longhaul/testing';
import { statusQuery } from 'longhaul/workflows';
import { recordsOf } from './activities';
import { crash } from './crashes';
import type { Crash, CrashKind } from './crashes';
import { compare } from './files/compare';
import type { Comparison } from './files/compare';
import { FolderError } from './files/folder-error';
import { plainInventory } from './files/plain-inventory';
import { snapshot } from './files/snapshot';
import { openStore } from './files/store';
import { Fleet } from './fleet';
import { progress } from './messages';
import type { Progress } from './messages';
import { readOptions, usage, UsageError } from './options';
import type { StartOptions } from './options';
import { bytes, ProgressLine, seconds } from './progress-line';
import { runReport } from './run-report';
import type { CrashCost } from './run-report';
import { inventory } from './workflows';

const taskQueue = 'inventory';
/** As `inventory` declares it. */
const rollOverAt = 500;

/** The whole example: a server, workers, an inventory under fire, and the proof that nothing was lost. */
async function main(argv: readonly string[]): Promise<number> {
  const options = await readOptions(argv);
  if (!options) {
    console.log(usage);
    return 0;
  }
  const server = await startServer({ ui: true, dbFilename: join(options.store, 'temporal.db') });
  const connection = await Connection.connect({ address: server.address });
  const fleet = await Fleet.start({
    address: server.address,
    taskQueue,
    size: 2,
    logFile: join(options.store, 'workers.log'),
  });
  const interrupted = new Promise<number>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(130));
  });
  try {
    const work = inventoryUnderFire({ ...options, server, client: new Client({ connection }), fleet });
    const status = await Promise.race([work, interrupted]);
    if (options.keep && status !== 130) {
      console.log(`\nThe Web UI stays up at ${server.uiUrl ?? server.address} until Ctrl-C.`);
      await interrupted;
    }
    return status;
  } finally {
    await fleet.stop();
    await server.stop();
  }
}

interface Scene extends StartOptions {
  server: Server;
  client: Client;
  fleet: Fleet;
}

async function inventoryUnderFire({ root, store, server, client, fleet }: Scene): Promise<number> {
  const before = await snapshot(root);
  console.log(`Inventory of ${root}: ${before.files.size} files. Store: ${store}. Web UI: ${server.uiUrl ?? 'none'}`);
  const handle = await client.workflow.start(inventory, {
    args: [{ root, store }],
    taskQueue,
    workflowId: `inventory-${Date.now()}`,
  });
  const ended = new AbortController();
  const crashes: Crash[] = [];
  const [result] = await Promise.all([
    handle.result().finally(() => ended.abort()),
    showProgress(client, handle, { total: before.files.size, crashes, signal: ended.signal }),
    killWorkers(client, handle, { total: before.files.size, fleet, crashes, signal: ended.signal }),
  ]);
  const { summary } = result;
  console.log(
    `\n${summary.files} files, ${bytes(summary.bytes)}, ${summary.packages.count} packages, ` +
      `${summary.duplicates.groups} groups of duplicates (${bytes(summary.duplicates.wastedBytes)} wasted)`,
  );
  console.log(`The whole of it: ${join(store, 'inventory')}`);

  const report = await runReport({
    client,
    workflowId: handle.workflowId,
    firstRunId: handle.firstExecutionRunId,
    crashes,
    store,
  });
  console.log(`\nRuns: ${report.runs.length}, of ${report.runs.map(({ events }) => events).join(', ')} events`);
  printCrashes(report.crashes);
  console.log(`\nWeb UI: ${server.uiUrl ?? ''}/namespaces/default/workflows/${handle.workflowId}`);

  const comparison = await compare({
    before,
    store: await openStore(recordsOf(store)),
    plain: await plainInventory(root),
  });
  return printComparison(comparison, root);
}

interface Watched {
  total: number;
  crashes: Crash[];
  signal: AbortSignal;
}

type Handle = WorkflowHandleWithFirstExecutionRunId<typeof inventory>;

async function askProgress(client: Client, handle: Handle): Promise<Progress | undefined> {
  try {
    // With its worker just killed nobody answers a query for a while.
    return await client.withDeadline(Date.now() + 2_000, () =>
      client.workflow.getHandle(handle.workflowId).query(progress),
    );
  } catch {
    return undefined;
  }
}

async function showProgress(client: Client, handle: Handle, { total, crashes, signal }: Watched): Promise<void> {
  const line = new ProgressLine();
  const begun = Date.now();
  while (!signal.aborted) {
    const at = await askProgress(client, handle);
    if (at) {
      const status = await client
        .withDeadline(Date.now() + 2_000, () => client.workflow.getHandle(handle.workflowId).query(statusQuery))
        .catch(() => undefined);
      const elapsed = (Date.now() - begun) / 1_000;
      line.show(
        `${at.files}/${total} files, ${bytes(at.bytes)}, ${Math.round(at.files / elapsed)} files/s, ` +
          `inbox ${status?.inboxes['found']?.depth ?? '?'}, run ${status?.run ?? '?'}, crashes survived ${crashes.length}`,
      );
    }
    await setTimeout(250);
  }
  line.end();
}

/** Three kills at random moments, spread over the run, one of each kind. */
async function killWorkers(
  client: Client,
  handle: Handle,
  { total, fleet, crashes, signal }: Watched & { fleet: Fleet },
) {
  const kinds: CrashKind[] = ['between a commit and a rollover', 'in a hash batch', 'anywhere'];
  for (let index = 0; kinds.length > 0; index += 1) {
    const share = (index + Math.random() * 0.6) * 0.3;
    while (!signal.aborted && ((await askProgress(client, handle))?.files ?? 0) < share * total) await setTimeout(50);
    const done = await crash(kinds, { client, fleet, inventoryId: handle.workflowId, rollOverAt, signal });
    if (!done) return;
    crashes.push(done);
    kinds.splice(kinds.indexOf(done.kind), 1);
  }
}

function printCrashes(crashes: readonly CrashCost[]): void {
  for (const [index, { kind, pid, historyLength, held, secondsUntilResumed, filesDoneAgain }] of crashes.entries()) {
    const holding = held.length === 0 ? 'no activity' : held.map(({ type }) => type).join(', ');
    const resumed =
      secondsUntilResumed === undefined ? 'nothing had to be resumed' : `resumed after ${seconds(secondsUntilResumed)}`;
    console.log(
      `Crash ${index + 1}, ${kind}: worker ${pid} killed at event ${historyLength} of its run, in the middle of ${holding}; ` +
        `${resumed}, ${filesDoneAgain} files done again`,
    );
  }
  if (crashes.length < 3)
    console.log(`The work ended after ${crashes.length} of 3 crashes: too little was left to crash into.`);
}

function printComparison({ same, mismatches, ...listed }: Comparison, root: string): number {
  for (const [what, entries] of Object.entries(listed)) {
    for (const { path, reason } of entries) console.log(`${what}: ${path} (${reason})`);
  }
  for (const { path, kind, detail } of mismatches) console.log(`WRONG, ${kind}: ${path} (${detail})`);
  const where = relative(process.cwd(), root) || root;
  if (mismatches.length > 0) {
    console.log(`\nThe inventory of ${where} differs from a plain walk in ${mismatches.length} places.`);
    return 1;
  }
  console.log(`\nCompared with a plain walk of ${where}: ${same} files the same, none missing, none twice.`);
  return 0;
}

main(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error: unknown) => {
    const wrongUse = error instanceof UsageError || error instanceof FolderError;
    const expected = wrongUse || error instanceof ServerUnavailableError;
    console.error(expected ? `inventory: ${error.message}` : error);
    process.exit(wrongUse ? 2 : 3);
  },
);
