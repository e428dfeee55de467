import { setTimeout as sleep } from 'node:timers/promises';

import { messageOf, ScheduleError } from './errors';
import { planSchedule, type ScheduleCounts, type ScheduleStep } from './plan-schedule';
import { seedFromEnvironment } from './random';
import type { WorkerProcess } from './start-worker-process';

export interface ScheduledItem {
  /** From 1, in the order of their first sending. */
  number: number;
  /** Whether it has been sent before. */
  again: boolean;
  /** Whether nothing is sent after it. */
  last: boolean;
}

export interface ScheduleOptions extends ScheduleCounts {
  /** @default the one in `LONGHAUL_SEED`, else a new one */
  seed?: number;

  /** Sends one item, in most cases as a signal. It must await the server's answer, or the order is not the schedule's. */
  send: (item: ScheduledItem) => Promise<unknown>;

  /** Makes the workflow roll over: `() => handle.signal(rollOverSignal)`. Needed where `rollOvers` is not 0. */
  rollOver?: () => Promise<unknown>;

  /** Starts a worker, as `startWorkerProcess` does. One is started at once and after each crash, and killed at the end. */
  worker?: () => Promise<WorkerProcess>;

  /** What must hold at the end, while the worker still runs: await the workflow's result here. */
  check?: (ran: ScheduleRun) => Promise<unknown>;

  /** How long the whole may take, in milliseconds. @default no limit, which leaves it to the test runner */
  withinMs?: number;
}

export interface ScheduleRun {
  readonly seed: number;
  readonly steps: readonly ScheduleStep[];
}

/**
 * Runs a seeded schedule of signals, duplicates, rollovers and crashes: the body of a property test.
 *
 * The bugs that lose a signal need a crash, a rollover and a duplicate in an order that nobody writes down. Chance does; the seed
 * in the message repeats what it found.
 *
 * @throws ScheduleError with the seed and the step, for whatever `send`, `rollOver`, `worker` or `check` throws.
 * @throws TypeError when a count makes no sense, or the function that it needs is missing.
 */
export async function runSchedule(options: ScheduleOptions): Promise<ScheduleRun> {
  const { seed = seedFromEnvironment(), rollOver, worker: start, rollOvers = 0, crashes = 0, withinMs } = options;
  if (rollOvers > 0 && rollOver === undefined) throw new TypeError('A schedule with rollOvers needs rollOver().');
  if (crashes > 0 && start === undefined) throw new TypeError('A schedule with crashes needs worker().');
  const run: ScheduleRun = { seed, steps: planSchedule(seed, options) };
  let at = 'before the first step';
  const late = new AbortController();
  const inTime =
    withinMs === undefined
      ? new Promise<never>(() => undefined)
      : sleep(withinMs, undefined, { signal: late.signal }).then(() => {
          throw new Error(`it took longer than ${withinMs} ms`);
        });
  inTime.catch(() => undefined);
  const workers = new Workers(start);
  try {
    const all = async (): Promise<void> => {
      await workers.start();
      for (const [index, step] of run.steps.entries()) {
        late.signal.throwIfAborted();
        at = `at step ${index + 1} of ${run.steps.length} (${describe(step)})`;
        await take(step, options, workers);
      }
      at = 'in check()';
      await options.check?.(run);
    };
    await Promise.race([all(), inTime]);
    return run;
  } catch (error) {
    throw new ScheduleError(
      `The schedule with seed ${seed} failed ${at}: ${messageOf(error)}\nRepeat it with LONGHAUL_SEED=${seed}, or with { seed: ${seed} }.${workers.lastWords}`,
      seed,
      { cause: error },
    );
  } finally {
    late.abort();
    await workers.end();
  }
}

async function take(step: ScheduleStep, { send, rollOver }: ScheduleOptions, workers: Workers): Promise<void> {
  switch (step.do) {
    case 'send':
      await send({ number: step.item, again: false, last: step.last });
      break;
    case 'send-again':
      await send({ number: step.item, again: true, last: false });
      break;
    case 'roll-over':
      await rollOver?.();
      break;
    case 'crash':
      await workers.crash();
      break;
    case 'pause':
      await sleep(step.ms);
  }
}

/** The one worker that runs at a time. */
class Workers {
  #current: WorkerProcess | undefined;
  /** The next one comes up while items are sent on: they reach a workflow that no worker runs. */
  #starting: Promise<void> | undefined;
  #ended = false;

  constructor(private readonly make: (() => Promise<WorkerProcess>) | undefined) {}

  async start(): Promise<void> {
    const worker = await this.make?.();
    this.#current = worker;
    if (this.#ended) await worker?.kill();
    await worker?.ready;
  }

  async crash(): Promise<void> {
    await this.#starting;
    await this.#current?.kill();
    this.#starting = this.start();
    // It is awaited by the next crash or by the end; a worker that can't start fails there.
    this.#starting.catch(() => undefined);
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#starting?.catch(() => undefined);
    await this.#current?.kill();
  }

  get lastWords(): string {
    const output = this.#current?.output.trim();
    return output ? `\nThe worker's output ends with:\n${output.slice(-1_000)}` : '';
  }
}

function describe(step: ScheduleStep): string {
  const { do: what, ...rest } = step;
  return [what, ...Object.values(rest).filter((value) => typeof value === 'number')].join(' ');
}
