import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { submit } from 'longhaul/client';
import { answerUpdate, callbackSignal } from 'longhaul/recipes';
import { useServer } from 'longhaul/testing';
import { pauseSignal, redriveDeadLetters, resumeSignal, rollOverSignal, statusQuery } from 'longhaul/workflows';
import { seededRandom } from '../../testing/random';
import * as flows from './workflows';
import type { Job } from './workflows';

// Every inbox and every recipe in one workflow, with what a random seed does to it: npm run fuzz:run-time.

const first = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const count = Number(process.env['SEEDS'] ?? 4);
const steps = 120;
const kinds = ['addJob', 'addNote', 'addLine', 'addPick', 'ask', 'tell'] as const;
type Kind = (typeof kinds)[number];
type Sent = Record<Kind, Job[]>;

const reasonOf = (error: unknown): string => String((error as Error).cause ?? error);

describe('everything at once', function () {
  this.timeout(240_000);
  const server = useServer(require.resolve('./workflows'));

  for (let seed = first; seed < first + count; seed += 1) {
    it(`loses nothing and does nothing twice under seed ${seed}`, async () => {
      const random = seededRandom(seed);
      const below = (most: number): number => Math.floor(random() * most);
      const cancels = random() < 0.4;
      const maxCachedWorkflows = [0, 1, 100][below(3)] ?? 0;
      const reuseV8Context = random() < 0.5;
      const start = async () => {
        const worker = server.startWorkerProcess({
          activitiesPath: require.resolve('./activities'),
          workerOptions: {
            maxCachedWorkflows,
            reuseV8Context,
            stickyQueueScheduleToStartTimeout: '150ms',
            ...(maxCachedWorkflows > 0 && { maxConcurrentWorkflowTaskPolls: 2 }),
          },
          env: { TZ: ['UTC', 'Asia/Kathmandu', 'America/St_Johns'][below(3)] ?? 'UTC' },
        });
        await (
          await worker
        ).ready;
        return worker;
      };
      let worker = await start();
      const handle = await server.start(flows.everything, [{ cancels }], { workflowTaskTimeout: '2 seconds' });
      const now = () => server.client.workflow.getHandle(handle.workflowId);
      const sent: Sent = { addJob: [], addNote: [], addLine: [], addPick: [], ask: [], tell: [] };
      const bad: string[] = [];
      const answers: Promise<unknown>[] = [];

      const asked = (kind: 'ask' | 'tell', job: Job): Promise<void> =>
        (kind === 'ask' ? submit(handle, flows.ask, job) : submit(handle, flows.tell, job)).then(
          (answer) => {
            if (kind === 'ask' && (job.poison || answer !== `${job.id} ok`)) bad.push(`${job.id}: ${String(answer)}`);
          },
          (error: unknown) => {
            const expected = job.poison && kind === 'ask' && reasonOf(error).includes('is poison');
            if (!expected) bad.push(`${job.id} failed: ${reasonOf(error)}`);
          },
        );
      const callIn = (name: string): void => {
        if (name === 'x' || name === 'y') {
          answers.push(now().signal(callbackSignal, { item: name, payload: `called ${name}` }));
          return;
        }
        answers.push(
          submit(handle, answerUpdate, { by: name, decision: 'approve' }).then(
            ({ counts }) => (counts ? undefined : bad.push(`${name} does not count`)),
            (error: unknown) => bad.push(`${name}: ${reasonOf(error)}`),
          ),
        );
      };
      const send = async (): Promise<void> => {
        const kind = kinds[below(kinds.length)] ?? 'addJob';
        const earlier = sent[kind];
        const again = earlier.length > 0 && random() < 0.15;
        const job = again ? earlier[below(earlier.length)] : newJob(kind, earlier.length, random);
        if (!job) return;
        if (!again) earlier.push(job);
        if (kind === 'ask' || kind === 'tell') answers.push(asked(kind, job));
        else await now().signal(kind, job);
      };

      const cancelAt = cancels ? 10 + below(steps - 20) : -1;
      const calls = new Map(['ann', 'bob', 'x', 'y'].map((name) => [name, below(steps)]));
      for (let step = 0; step < steps; step += 1) {
        const dice = random();
        if (step === cancelAt) await now().cancel();
        for (const [name, at] of calls) if (at === step) callIn(name);
        if (dice < 0.72) await send();
        else if (dice < 0.8) await now().signal(rollOverSignal);
        else if (dice < 0.85) {
          await now().signal(pauseSignal);
          await setTimeout(below(120));
          await now().signal(resumeSignal);
        } else if (dice < 0.88) {
          await worker.kill();
          worker = await start();
        } else if (dice < 0.92) {
          // A run that is leaving turns it away.
          const redriven = now().executeUpdate(redriveDeadLetters, { args: [{ all: true }] });
          answers.push(redriven.catch(() => undefined));
        } else await setTimeout(below(150));
      }
      await Promise.all(answers);
      await untilEmpty(async () => (await now().query(statusQuery)).inboxes);
      await now().signal(flows.addNote, { id: 'end', key: 'end', n: 0, last: true });
      const outcome = await handle.result().then(String, reasonOf);
      assert.match(outcome, cancels ? /cancel/i : /ended/);

      const { state, letters } = await now().query(flows.dump);
      await worker.kill();
      assert.deepEqual([...bad, ...wrongIn(state, letters, sent)], []);
      const { fan, batch, ...others } = state.results as Record<string, Record<string, unknown>>;
      assert.deepEqual([fan?.['value'], fan?.['succeeded']], [{ sum: 1_770 }, 60]);
      assert.deepEqual([batch?.['items'], batch?.['failed']], [sent.addLine.length, 0]);
      assert.deepEqual(others, {
        approval: 'approved',
        stages: 8,
        'callback x': 'called x',
        'callback y': 'called y',
      });
      assert.equal(state.tokens, 1);
    });
  }
});

function newJob(kind: Kind, n: number, random: () => number): Job {
  const job: Job = { id: `${kind} ${n}`, key: `${kind} ${Math.floor(random() * 3)}`, n };
  if (random() < 0.6) job.ms = Math.floor(random() * 60);
  if (kind === 'addJob' || kind === 'ask' || kind === 'tell') {
    if (random() < 0.25) job.fails = random() < 0.5 ? 1 : 2;
    if (random() < 0.1) job.poison = true;
  }
  return job;
}

async function untilEmpty(
  look: () => Promise<Readonly<Record<string, { depth: number; leases: number }>>>,
): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const inboxes = Object.values(await look());
    if (inboxes.every(({ depth, leases }) => depth === 0 && leases === 0)) return;
    await setTimeout(100);
  }
}

/** What was lost, done twice or out of order. */
function wrongIn(state: flows.State, letters: readonly string[], sent: Sent): string[] {
  const wrong: string[] = [];
  for (const kind of kinds) {
    for (const { id, poison } of sent[kind]) {
      const times = (kind === 'addLine' ? state.lines : state.count)[id] ?? 0;
      const buried = letters.filter((letter) => letter === id).length;
      if (times !== (poison ? 0 : 1) || buried !== (poison ? 1 : 0)) {
        wrong.push(`${id}${poison ? ', poison,' : ''} was done ${times} times and is ${buried} dead letters`);
      }
    }
  }
  for (let page = 0; page < 40; page += 1) {
    const times = state.count[`page ${page}`] ?? 0;
    if (times !== 1) wrong.push(`page ${page} was done ${times} times`);
  }
  for (const [key, ids] of Object.entries(state.order)) {
    const numbers = ids.map((id) => Number(id.split(' ')[1]));
    if (key.startsWith('addJob') && numbers.some((n, at) => at > 0 && n < (numbers[at - 1] ?? 0))) {
      wrong.push(`${key} out of order: ${ids.join()}`);
    }
  }
  return wrong;
}
