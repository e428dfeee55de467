import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { taskQueue, workflowIdOf } from './kinds';
import type { Kind } from './kinds';
import { queueOf, signalsOf } from './plan';
import type { DrillSize, Item } from './plan';
import { add } from './workflows';

// A process of its own: sends its share of the signals, each key's in order, until the server has acknowledged all.

export interface ClientOrder {
  address: string;
  seed: number;
  size: DrillSize;
  client: number;
  /** The queues that get the load. */
  to: readonly Kind[];
}

async function main({ address, seed, size, client: number, to }: ClientOrder): Promise<void> {
  const client = new Client({ connection: Connection.lazy({ address }) });
  const send = async (item: Item): Promise<void> => {
    await Promise.all(
      to.map((kind) =>
        untilAcknowledged(() =>
          client.workflow.signalWithStart(kind, {
            taskQueue,
            workflowId: workflowIdOf(kind, queueOf(item, size)),
            workflowTaskTimeout: '3 seconds',
            signal: add,
            signalArgs: [item],
          }),
        ),
      ),
    );
  };
  const left = signalsOf(seed, size, number);
  // A few keys at a time in each lane's hand, by turns: no key overtakes itself, and the server is not flooded.
  const lane = async (keys: Item[][]): Promise<void> => {
    while (keys.some((signals) => signals.length > 0)) {
      for (const signals of keys) {
        const item = signals.shift();
        if (item) await send(item);
      }
    }
  };
  const lanes = 2;
  await Promise.all(Array.from({ length: lanes }, (_, n) => lane(left.filter((_, key) => key % lanes === n))));
  await client.connection.close();
}

/** The server may be dead at any moment. What it had received by then comes twice, as from any client that does its work. */
async function untilAcknowledged(send: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await send();
      return;
    } catch {
      await sleep(100);
    }
  }
}

main(JSON.parse(process.argv[2] ?? '') as ClientOrder).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
