import { readFileSync } from 'node:fs';
import { loadHistories, replayHistories } from 'longhaul/replay';
import { decodeHistory } from '../../replay/proto';

// Replays one history many times in one of the ways that the benchmark compares, as a process of its own.

export const ways = ['loop', 'batch', 'cold 1', 'cold 2', 'warm 1', 'warm 2', 'fast 1', 'fast 2'] as const;
export type Way = (typeof ways)[number];

export interface Order {
  way: Way;
  /** A `.bin` file. */
  file: string;
  count: number;
}

const workflowsPath = require.resolve('./workflows');

async function main({ way, file, count }: Order): Promise<void> {
  if (way === 'loop' || way === 'batch') await asTheSdkDoes(way, file, count);
  else {
    const [history] = await loadHistories([file]);
    if (!history) throw new Error(`${file} holds no history`);
    const [kind, jobs] = way.split(' ');
    const histories = Array.from({ length: count }, () => ({ ...history }));
    // A CI server that runs the benchmark would have the core replay all.
    delete process.env['CI'];
    const report = await replayHistories({
      workflowsPath,
      histories,
      jobs: Number(jobs),
      cache: kind !== 'cold',
      fast: kind === 'fast',
    });
    if (!report.ok) throw new Error(JSON.stringify(report.failures));
    if (kind === 'fast' && count > 1 && report.engine.withoutCore !== count)
      throw new Error(JSON.stringify(report.engine));
  }
}

async function asTheSdkDoes(way: 'loop' | 'batch', file: string, count: number): Promise<void> {
  // longhaul's own process does not load it either: its children do.
  const { bundleWorkflowCode, DefaultLogger, Runtime, Worker } = await import('@temporalio/worker');
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  const history = decodeHistory(readFileSync(file));
  if (way === 'loop') {
    for (let at = 0; at < count; at += 1) await Worker.runReplayHistory({ workflowsPath }, history, 'bench');
    return;
  }
  const quiet = () => undefined;
  const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger });
  const histories = Array.from({ length: count }, () => ({ workflowId: 'bench', history }));
  for await (const { error } of Worker.runReplayHistories({ workflowBundle }, histories)) if (error) throw error;
}

if (require.main === module) {
  main(JSON.parse(process.argv[2] ?? '{}') as Order).then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}
