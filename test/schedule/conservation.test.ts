import assert from 'node:assert/strict';
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { runSchedule, useServer } from 'longhaul/testing';
import { rollOverSignal, statusQuery } from 'longhaul/workflows';
import { seededRandom } from '../../testing/random';
import { add, conserving, processed, type Reading } from './workflows';

const items = 30;
const duplicates = 5;
const readings: Reading[] = [{ concurrency: 1 }, { concurrency: 3 }, { batch: 1 }, { batch: 4 }];

describe('items in are items processed, carried and dead-lettered', () => {
  const server = useServer(require.resolve('./workflows'));

  const first = process.env.LONGHAUL_SEED ? Number(process.env.LONGHAUL_SEED) : 1;
  const rounds = process.env.LONGHAUL_SEED ? 1 : 24;

  it(`with rollovers, failures and cancellations at random points, in ${rounds} rounds`, async () => {
    const totals = await server.work(() =>
      Promise.all(Array.from({ length: rounds }, (_, round) => conserves(first + round))),
    );
    if (rounds === 1) return;
    // What was never there was not tested.
    const sum = (what: keyof Totals): number => totals.reduce((all, total) => all + Number(total[what]), 0);
    assert.ok(
      sum('dead') >= 10 && sum('waiting') >= 5 && sum('cancelled') >= 3 && sum('runs') >= 60,
      JSON.stringify(totals),
    );
  });

  interface Totals {
    dead: number;
    waiting: number;
    runs: number;
    cancelled: boolean;
  }

  async function conserves(seed: number): Promise<Totals> {
    const random = seededRandom(seed);
    const reading = readings[seed % readings.length] ?? { concurrency: 1 };
    const failing = new Set(Array.from({ length: items - 1 }, (_, n) => n + 1).filter(() => random() < 0.1));
    const cancelBefore = random() < 0.4 ? 1 + Math.floor(random() * items) : undefined;
    const handle = await server.start(conserving, [reading]);
    const newest = server.client.workflow.getHandle(handle.workflowId);
    let [unique, again, over] = [0, 0, false];
    const unlessOver = async (send: () => Promise<unknown>): Promise<boolean> => {
      try {
        if (!over) await send();
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
        over = true;
      }
      return !over;
    };
    let totals: Totals | undefined;
    await runSchedule({
      seed,
      items,
      duplicates,
      rollOvers: 4,
      pauses: 10,
      pauseMs: 30,
      async send({ number, again: repeated, last }) {
        if (number === cancelBefore && !repeated) {
          // Answered by a worker that has the workflow in hand: cancelled before that, it would have done nothing yet.
          await unlessOver(() => newest.query(processed));
          await unlessOver(() => newest.cancel());
        }
        const sent = await unlessOver(() => newest.signal(add, { id: number, fails: failing.has(number), last }));
        if (sent && repeated) again += 1;
        else if (sent) unique += 1;
      },
      rollOver: () => unlessOver(() => newest.signal(rollOverSignal)),
      async check() {
        const cancelled = await handle.result().then(
          () => false,
          (error: unknown) => {
            // A failure of the last item, or the cancellation.
            if (error instanceof WorkflowFailedError && error.cause?.name === 'CancelledFailure') return true;
            throw error;
          },
        );
        const { inboxes, deadLetters, run } = await newest.query(statusQuery);
        const done = await newest.query(processed);
        const inbox = inboxes['items'] ?? assert.fail();
        const waiting = inbox.depth + inbox.leases;
        assert.equal(new Set(done).size, done.length, 'an item was processed twice');
        assert.equal(inbox.received, unique + again, 'received');
        assert.equal(inbox.duplicates, again, 'duplicates');
        assert.equal(done.length + deadLetters.length + waiting, unique, 'processed, dead and waiting');
        if (!cancelled) assert.equal(waiting, 0, 'an end with items left');
        totals = { dead: deadLetters.length, waiting, runs: run, cancelled };
      },
    });
    return totals ?? assert.fail();
  }
});
