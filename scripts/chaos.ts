import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseNumber, UsageError } from '../cli/parse';
import { seedFromEnvironment } from '../testing/random';
import { drill } from './chaos/drill';
import { kinds } from './chaos/kinds';
import type { Kind } from './chaos/kinds';
import type { DrillSize } from './chaos/plan';
import { markdownTable } from './support/markdown-table';
import { runScript } from './support/run-script';
import { ScriptError } from './support/script-error';
import { verdictOn } from './chaos/verdict';
import type { Outcome } from './chaos/verdict';

const defaults: DrillSize = {
  signals: 10_000,
  kills: 20,
  serverKills: 3,
  rollOvers: 20,
  keys: 48,
  queues: 4,
  clients: 3,
  workers: 3,
};

const usage = `Usage: npm run chaos -- [options]

Sends signals, a tenth of them duplicates, from several client processes to queues on several worker processes and one server on a
database file, kills workers and the server with SIGKILL meanwhile, and counts in Postgres what became of each item. Plain queues
get the same beside it.

  --signals N       to each kind of queue; default: ${defaults.signals}
  --kills N         SIGKILLs of workers; default: ${defaults.kills}
  --server-kills N  SIGKILLs of the server; default: ${defaults.serverKills}
  --roll-overs N    forced rollovers, and how many there must be; default: ${defaults.rollOvers}
  --alone           leaves the plain queues out
  --seed N          repeats a schedule; default: LONGHAUL_SEED, else a new one
  --keep            keeps the databases and histories of a drill that passed, too
  --json            prints one object
  --help            show this

Exit status: 0 nothing lost or reordered, 1 something was or the drill was too weak, 2 wrong use, 3 the environment failed.
A failed drill keeps its seed, databases and histories.`;

const options = {
  signals: { type: 'string' },
  kills: { type: 'string' },
  'server-kills': { type: 'string' },
  'roll-overs': { type: 'string' },
  seed: { type: 'string' },
  alone: { type: 'boolean' },
  keep: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv, options);
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (positionals[0] !== undefined) throw new UsageError(`takes no argument '${positionals[0]}'. See --help.`);
  const number = (
    name: 'signals' | 'kills' | 'server-kills' | 'roll-overs',
    least: number,
    otherwise: number,
  ): number => parseNumber(`--${name}`, values[name], least, 1_000_000) ?? otherwise;
  const size: DrillSize = {
    ...defaults,
    signals: number('signals', defaults.keys, defaults.signals),
    kills: number('kills', 0, defaults.kills),
    serverKills: number('server-kills', 0, defaults.serverKills),
    rollOvers: number('roll-overs', 0, defaults.rollOvers),
  };
  const seed = parseNumber('--seed', values.seed, 0, 2 ** 31) ?? seedFromEnvironment();
  console.error(`chaos: seed ${seed}`);
  const to = values.alone ? kinds.slice(0, 1) : kinds;
  return await run({ seed, size, to }, { keep: values.keep ?? false, json: values.json ?? false });
}

async function run(
  order: { seed: number; size: DrillSize; to: readonly Kind[] },
  { keep, json }: { keep: boolean; json: boolean },
): Promise<number> {
  const { seed, size } = order;
  const folder = await mkdtemp(join(tmpdir(), `longhaul-chaos-${seed}-`));
  await writeFile(join(folder, 'seed.json'), JSON.stringify({ seed, size }));
  const kept = `Its seed, databases and histories are in ${folder}; repeat it with --seed ${seed}.`;
  let result;
  try {
    result = await drill(order, folder, (line) => console.error(`chaos: ${line}`));
  } catch (error) {
    console.error(`chaos: the drill did not come to its end. ${kept}`);
    throw error;
  }
  const { outcomes, blows, seconds, saveHistories, close } = result;
  const [ours] = outcomes;
  if (ours === undefined) throw new Error('There is no outcome.');
  const { passed, reasons } = verdictOn(ours, blows, size);
  if (json)
    console.log(JSON.stringify({ schema: 'longhaul.chaos/1', ok: passed, seed, reasons, blows, outcomes, seconds }));
  else {
    console.log(tableOf(outcomes));
    const { kills, serverKills, rollOvers } = blows;
    console.log(
      `\n${kills} worker kills, ${serverKills} server kills, ${rollOvers} rollovers, ${Math.round(seconds)} s, seed ${seed}`,
    );
  }
  if (!passed || keep) await saveHistories(join(folder, 'histories'));
  await close();
  if (!passed) console.error(`chaos: ${reasons.join('; ')}. ${kept}`);
  else if (keep) console.error(`chaos: ${kept}`);
  else await rm(folder, { recursive: true, force: true });
  return passed ? 0 : 1;
}

function tableOf(outcomes: readonly Outcome[]): string {
  const head = [
    'queue',
    'items',
    'lost',
    'reordered',
    'attempts',
    'suppressed effects',
    'dropped signals',
    'rollovers',
  ];
  const rows = outcomes.map(({ kind, sent, lost, reordered, attempts, suppressed, droppedSignals, runs }) =>
    [kind, sent, lost, reordered, attempts, suppressed, droppedSignals, runs - defaults.queues].map(String),
  );
  return markdownTable(head, rows);
}

runScript((argv) =>
  main(argv).catch((error: unknown) => {
    if (error instanceof UsageError) throw new ScriptError(`chaos: ${error.message}`);
    throw error instanceof ScriptError
      ? error
      : new ScriptError(error instanceof Error ? (error.stack ?? '') : String(error), 3);
  }),
);
