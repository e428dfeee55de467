import { parse, parseNumber, UsageError } from '../cli/parse';
import { Bench } from './bench/bench';
import { commitLatency } from './bench/commits';
import { cost, costTable } from './bench/cost';
import { loadCurve } from './bench/load';
import { memory } from './bench/memory';
import { coldReplay } from './bench/replay';
import { signals } from './bench/signals';
import { runScript } from './support/run-script';
import { ScriptError } from './support/script-error';

const parts = ['cost', 'signals', 'memory', 'replay', 'commits', 'load'] as const;

const usage = `Usage: npm run bench -- [part ...] [options]

Measures longhaul against plain SDK code of the same behaviour, interleaved, on a server of its own.

Parts: ${parts.join(', ')}; default: all

  --pairs N      interleaved pairs of CPU and of activities a second; default: 20
  --rounds N     rounds of all else; default: 10
  --items N      items of each workflow of a pair; default: 60
  --workflows N  workflows at once; default: 8
  --steady       cost under the default limits: no rollover before some 570 items
  --signals N    signals of a round; default: 4000
  --sizes A,B,C  items after which a queue is replayed cold; default: 1000,10000
  --help         show this

Exit status: 0 done, 1 a goal was missed, 2 wrong use, 3 the environment failed.`;

const options = {
  pairs: { type: 'string' },
  rounds: { type: 'string' },
  items: { type: 'string' },
  workflows: { type: 'string' },
  signals: { type: 'string' },
  steady: { type: 'boolean' },
  sizes: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv, options);
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const unknown = positionals.find((name) => !parts.some((part) => part === name));
  if (unknown !== undefined) throw new UsageError(`knows no part '${unknown}'; use ${parts.join(', ')}.`);
  const number = (name: 'pairs' | 'rounds' | 'items' | 'workflows' | 'signals', otherwise: number): number =>
    parseNumber(`--${name}`, values[name], 1, 1_000_000) ?? otherwise;
  const [pairs, rounds, items] = [number('pairs', 20), number('rounds', 10), number('items', 60)];
  const [workflows, signalCount] = [number('workflows', 8), number('signals', 4_000)];
  const sizes = (values.sizes ?? '1000,10000')
    .split(',')
    .map((size) => parseNumber('--sizes', size, 1, 1_000_000) ?? 1);
  const wanted = (part: (typeof parts)[number]): boolean => positionals.length === 0 || positionals.includes(part);
  const missed: string[] = [];
  const show = (text: string): void => console.log(`${text}\n`);
  const bench = await Bench.start((line) => console.error(`bench: ${line}`));
  try {
    if (wanted('cost')) {
      const result = await cost(bench, { pairs, items, workflows, steady: values.steady === true });
      show(costTable(result));
      missed.push(...result.missed);
    }
    if (wanted('signals')) show(await signals(bench, { rounds, signals: signalCount, workflows }));
    if (wanted('memory')) {
      const { table, difference } = await memory(bench, { rounds, few: 50, many: 450 });
      show(table);
      if (difference.median > 5)
        missed.push(`a workflow takes ${difference.median.toFixed(1)} % more memory, of at most 5 %`);
    }
    if (wanted('replay')) show(await coldReplay(bench, sizes));
    if (wanted('commits')) show(await commitLatency(bench, { rounds, commits: 100 }));
    if (wanted('load'))
      show(await loadCurve(bench, { pairs: Math.min(rounds, 3), items: Math.min(items, 30), loads: [1, 4, 16] }));
  } finally {
    await bench.stop();
  }
  for (const what of missed) console.log(`Missed: ${what}.`);
  return missed.length === 0 ? 0 : 1;
}

runScript((argv) =>
  main(argv).catch((error: unknown) => {
    if (error instanceof UsageError) throw new ScriptError(`bench: ${error.message}`);
    throw error;
  }),
);
