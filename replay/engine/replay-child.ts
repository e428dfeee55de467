import { once } from 'node:events';
import type { ReplayWorkerOptions } from '@temporalio/worker';
import { installQuietRuntime } from './quiet-runtime';
import { type EngineJob, ReplayEngine } from './replay-engine';
import { switchOffPromiseStacks } from './sdk-internals';

// The process behind `ReplayProcess`: takes the bundle, then one history after the other, and ends with its parent.
async function main(): Promise<void> {
  const [{ bundleCode, replayOptions }] = (await once(process, 'message')) as [
    { bundleCode: string; replayOptions: ReplayWorkerOptions },
  ];
  installQuietRuntime();
  const engine = new ReplayEngine({ bundleCode, replayOptions, promiseStacks: switchOffPromiseStacks() });
  process.on('message', (job: EngineJob) => {
    void engine.replay(job).then((result) => process.send?.(result));
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.('ready');
}

void main();
