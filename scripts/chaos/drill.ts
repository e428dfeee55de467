import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { rollOverSignal, statusQuery } from 'longhaul/workflows';
import { bundleOnce } from 'longhaul/testing';
import { supervise } from '../../testing/supervised';
import { startPostgres } from '../support/postgres';
import type { ClientOrder } from './client';
import { Crew } from './crew';
import { EffectsDatabase } from './database';
import { DurableServer } from './durable-server';
import { taskQueue, workflowIdOf } from './kinds';
import type { Kind } from './kinds';
import { blowsOf, itemsOf } from './plan';
import type { Blow, DrillSize } from './plan';
import { saveRuns } from './save-runs';
import type { Blows, Outcome } from './verdict';
import { add } from './workflows';

export interface DrillResult {
  outcomes: Outcome[];
  blows: Blows;
  seconds: number;
  /** Saves every run of every queue into a folder; the parts of the drill are up until `close`. */
  saveHistories: (folder: string) => Promise<void>;
  close: () => Promise<void>;
}

interface Parts {
  to: readonly Kind[];
  seed: number;
  size: DrillSize;
  server: DurableServer;
  crew: Crew;
  database: EffectsDatabase;
  client: Client;
  log: (line: string) => void;
}

/** Runs one drill on the queues `to` in `folder`, which keeps its databases. */
export async function drill(
  { seed, size, to }: { seed: number; size: DrillSize; to: readonly Kind[] },
  folder: string,
  log: (line: string) => void,
): Promise<DrillResult> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  try {
    const postgres = await startPostgres(folder);
    closers.push(() => postgres.stop());
    const database = await EffectsDatabase.create(postgres.connectionString);
    closers.push(database.close);
    const server = await DurableServer.start(join(folder, 'temporal.db'));
    closers.push(server.stop);
    const { address } = server;
    const client = new Client({ connection: Connection.lazy({ address }) });
    closers.push(() => client.connection.close());
    const workflowBundlePath = join(folder, 'workflows.js');
    await writeFile(workflowBundlePath, (await bundleOnce(require.resolve('./workflows'))).code);
    const crew = await Crew.start(
      {
        address,
        taskQueue,
        workflowBundlePath,
        activitiesPath: require.resolve('./activities'),
        // A dead worker's queues are given up after a second, not after ten.
        workerOptions: { stickyQueueScheduleToStartTimeout: '1 second' },
        env: { LONGHAUL_CHAOS_DATABASE: postgres.connectionString },
      },
      size.workers,
    );
    closers.push(() => crew.close());
    const begun = Date.now();
    const parts: Parts = { to, seed, size, server, crew, database, client, log };
    const blows = await load(parts).catch(async (error: unknown) => {
      await saveRuns(client, size, join(folder, 'histories')).catch(() => log('the histories could not be saved'));
      throw error;
    });
    const outcomes = await Promise.all(to.map((kind) => outcomeOf(kind, parts)));
    const [ours] = outcomes;
    return {
      outcomes,
      blows: { ...blows, rollOvers: ours === undefined ? 0 : ours.runs - size.queues },
      seconds: (Date.now() - begun) / 1_000,
      saveHistories: (to) => saveRuns(client, size, to),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Sends everything, strikes every blow, and waits until the queues are empty. */
async function load(parts: Parts): Promise<Blows> {
  const { to, seed, size, server, database } = parts;
  const { address } = server;
  const senders = await Promise.all(
    Array.from({ length: size.clients }, (_, client) => {
      const order: ClientOrder = { address, seed, size, client, to };
      return supervise(process.execPath, [join(__dirname, 'client.js'), JSON.stringify(order)], { graceMs: 0 });
    }),
  );
  const sent = Promise.all(
    senders.map(async ({ exited, output }) => {
      const { code } = await exited;
      if (code !== 0) throw new Error(`A client ended with status ${String(code)}:\n${output.tail()}`);
    }),
  );
  sent.catch(() => undefined);
  try {
    let serverKills = 0;
    for (const blow of blowsOf(seed, size)) {
      await untilApplied(database, blow.afterApplied, sent);
      await strike(blow, parts);
      if (blow.kind === 'server') serverKills += 1;
    }
    await sent;
    await end(parts);
    return { kills: parts.crew.kills, serverKills, rollOvers: 0 };
  } finally {
    await Promise.all(senders.map((sender) => sender.stop()));
  }
}

async function strike(blow: Blow, { crew, server, client, log }: Parts): Promise<void> {
  if (blow.kind === 'worker') await crew.kill(blow.victim, blow.where);
  if (blow.kind === 'server') await server.kill();
  if (blow.kind === 'roll-over') {
    await askToRollOver(client.workflow.getHandle(workflowIdOf('longhaul', blow.queue)));
  }
  const { afterApplied, kind, ...rest } = blow;
  log(
    `after ${afterApplied} items: ${kind === 'roll-over' ? 'rollover' : `${kind} killed`} ${Object.values(rest).join(' ')}`,
  );
}

/** Until the server has it: it may be down as it is asked, or the queue not begun. One that has ended needs no rollover any more. */
async function askToRollOver(handle: WorkflowHandle): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    try {
      await handle.signal(rollOverSignal);
      return;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError && (await hasEnded(handle))) return;
      if (Date.now() > until) throw error;
      await sleep(200);
    }
  }
}

const hasEnded = (handle: WorkflowHandle): Promise<boolean> =>
  handle.describe().then(
    ({ status }) => status.name === 'COMPLETED',
    () => false,
  );

async function untilApplied(database: EffectsDatabase, items: number, sent: Promise<unknown>): Promise<void> {
  const stuck = new Watch();
  for (;;) {
    const applied = await database.applied('longhaul');
    if (applied >= items) return;
    await stuck.progress(applied, sent);
    await sleep(50);
  }
}

/** Closes our queues, which end by themselves when all is done, and waits until the plain ones stand still. */
async function end({ to, size, client, database }: Parts): Promise<void> {
  for (let queue = 0; queue < size.queues; queue += 1) {
    const handle = client.workflow.getHandle(workflowIdOf('longhaul', queue));
    await handle.signal(add, { last: true });
    await handle.result();
  }
  for (const kind of to.slice(1)) {
    let before = -1;
    for (let still = 0; still < 6; still += 1) {
      const now = (await database.effectsOf(kind)).attempts;
      if (now !== before) still = 0;
      before = now;
      await sleep(1_000);
    }
    for (let queue = 0; queue < size.queues; queue += 1) {
      // It may have ended, as that sample does.
      await client.workflow
        .getHandle(workflowIdOf(kind, queue))
        .terminate('the drill is over')
        .catch(() => undefined);
    }
  }
}

async function outcomeOf(kind: Kind, { seed, size, database, client }: Parts): Promise<Outcome> {
  const effects = await database.effectsOf(kind);
  const ids = itemsOf(seed, size).map(({ id }) => id);
  let droppedSignals = 0;
  let runs = 0;
  for (let queue = 0; kind === 'longhaul' && queue < size.queues; queue += 1) {
    const { inboxes, run } = await client.workflow.getHandle(workflowIdOf(kind, queue)).query(statusQuery);
    droppedSignals += inboxes.items?.duplicates ?? 0;
    runs += run;
  }
  const lost = (await database.missing(kind, ids)).length;
  const suppressed = effects.attempts - effects.applied;
  return { ...effects, runs: runs || effects.runs, kind, sent: ids.length, lost, droppedSignals, suppressed };
}

/** Gives up on a drill in which nothing happens any more. */
class Watch {
  private last = -1;
  private since = Date.now();

  async progress(value: number, sent: Promise<unknown>): Promise<void> {
    if (value !== this.last) this.since = Date.now();
    this.last = value;
    if (Date.now() - this.since < 180_000) return;
    // A client that failed is the better reason.
    await Promise.race([sent, sleep(1)]);
    throw new Error(`No item has been applied for 180 s, after ${value}.`);
  }
}
