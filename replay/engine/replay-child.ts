import { once } from 'node:events';
import type { ReplayWorkerOptions } from '@temporalio/worker';
import type { ValueOptions } from './find-drift';
import { LineWatch } from './line-coverage';
import { moveClock } from './move-clock';
import { type EngineJob, ReplayEngine } from './replay-engine';
import { switchOffPromiseStacks } from './sdk-internals';

export interface ChildStart {
  bundleCode: string;
  replayOptions: ReplayWorkerOptions;
  values: ValueOptions;
  plain: boolean;
  lines: boolean;
  /** Milliseconds by which this process's clock is ahead. */
  aheadMs: number;
}

// The process behind `ReplayProcess`: takes the bundle, then one history after the other, and ends with its parent.
async function main(): Promise<void> {
  const [start] = (await once(process, 'message')) as [ChildStart];
  const { bundleCode, replayOptions, values, plain, lines, aheadMs } = start;
  const watch = lines ? new LineWatch(bundleCode) : undefined;
  if (aheadMs !== 0) moveClock(aheadMs);
  const promiseStacks = plain ? undefined : switchOffPromiseStacks();
  const engine = new ReplayEngine({ bundleCode, replayOptions, promiseStacks, plain, values });
  process.on('message', (job: EngineJob | 'lines') => {
    if (job === 'lines') return void process.send?.(watch?.take() ?? {});
    void engine.replay(job).then((result) => process.send?.(result));
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.('ready');
}

void main();
