import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { fromHistory, type LoadedHistory, replayHistories, saveHistory } from 'longhaul/replay';
import { parse, parseNumber } from '../cli/parse';
import { installQuietRuntime } from '../replay/engine/quiet-runtime';
import { decodeHistory, encodeHistory, type History } from '../replay/proto';
import { edit, generate, type Program, render } from './fuzz-replay/program';
import { Random } from './fuzz-replay/random';
import { recordRuns } from './fuzz-replay/record';
import { repositoryRoot } from './support/manifest';
import { runScript } from './support/run-script';

const usage = `Usage: npm run fuzz:replay -- [options]

Generates workflows, records them, edits them at random, and replays what was recorded on the edited code: with the SDK's plain
Worker.runReplayHistories, with longhaul's switches, and with --fast, for which the unedited code is replayed first. Fails where
they do not give the same verdict.

  --edits N      default: 1000
  --workflows N  to edit; default: 40
  --seed N       repeats the workflows and the edits, if not the server's timing; default: by the clock
  --keep         leave the generated files in .longhaul/fuzz
  --help         show this`;

const options = {
  edits: { type: 'string' },
  workflows: { type: 'string' },
  seed: { type: 'string' },
  keep: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** How many edited workflows are one bundle. */
const batch = 200;
const folder = join(repositoryRoot(), '.longhaul/fuzz');
const quiet = () => undefined;
const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };

interface Case {
  type: string;
  what: string;
  workflowId: string;
  history: History;
}

async function main(argv: readonly string[]): Promise<number> {
  const { values } = parse(argv, options);
  if (values.help) return (console.log(usage), 0);
  const edits = parseNumber('--edits', values.edits, 1, 1_000_000) ?? 1_000;
  const count = parseNumber('--workflows', values.workflows, 1, 10_000) ?? 40;
  const seed = parseNumber('--seed', values.seed, 0, 2 ** 32 - 1) ?? Date.now() % 2 ** 32;
  installQuietRuntime();
  const random = new Random(seed);
  console.log(`seed ${seed}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });

  const programs = Array.from({ length: count }, () => generate(random));
  const base = await write('base', programs);
  const recorded = await recordRuns(base.path, base.types, random);
  const sum = { edits: 0, histories: 0, pass: 0, nondeterminism: 0, failed: 0, withoutCore: 0, disagree: 0 };
  for (let from = 0; from < edits; from += batch) {
    const edited = Array.from({ length: Math.min(batch, edits - from) }, () => {
      const index = random.whole(0, programs.length - 1);
      return { index, ...edit(programs[index] as Program, random) };
    });
    const made = await write(
      `batch${from}`,
      edited.map(({ program }) => program),
    );
    const cases = edited.flatMap(({ index, what }, at) =>
      (recorded.get(base.types[index] ?? '') ?? []).flatMap(({ workflowId, history }) =>
        [history, beginning(history, random)].map((one): Case => ({
          type: made.types[at] ?? '',
          what: what.join(', '),
          workflowId,
          history: renamed(one, made.types[at] ?? ''),
        })),
      ),
    );
    const { code } = await bundleWorkflowCode({ workflowsPath: made.path, logger });
    const theirs = await asTheSdk(code, cases);
    const ours = await asLonghaul(code, cases);
    const unedited = await write(
      `unedited${from}`,
      edited.map(({ index }) => programs[index] as Program),
    );
    const { code: was } = await bundleWorkflowCode({ workflowsPath: unedited.path, logger });
    await asLonghaul(was, cases, { fast: true });
    const fast = await asLonghaul(code, cases, { fast: true, onEngine: (count) => (sum.withoutCore += count) });
    for (const [at, one] of cases.entries()) {
      const [mine, quick, plain] = [ours[at], fast[at], theirs[at]];
      if (plain) sum[plain] += 1;
      if (mine === plain && quick === plain) continue;
      sum.disagree += 1;
      console.log(
        `${one.type} of ${made.path} (${one.what}): longhaul says ${mine ?? ''}, with --fast ${quick ?? ''}, the SDK ${plain ?? ''}`,
      );
      const { history, workflowId } = one;
      await saveHistory(join(folder, 'disagreements'), { history, workflowId, what: `${from} ${at}` });
    }
    sum.edits += edited.length;
    sum.histories += cases.length;
    console.log(JSON.stringify(sum));
  }
  if (!values.keep && sum.disagree === 0) await rm(folder, { recursive: true });
  return sum.disagree === 0 ? 0 : 1;
}

async function write(name: string, programs: readonly Program[]): Promise<{ path: string; types: string[] }> {
  await mkdir(join(folder, name), { recursive: true });
  const types = programs.map((_, index) => `flow${index}`);
  for (const [index, program] of programs.entries()) {
    await writeFile(join(folder, name, `flow${index}.ts`), render(program));
  }
  const path = join(folder, name, 'all.ts');
  const names = types.map((type) => `export { flow as ${type} } from './${type}';`);
  await writeFile(path, `${names.join('\n')}\n${others}`);
  return { path, types };
}

/** Whom the generated workflows call. */
const others = `import * as wf from '@temporalio/workflow';
export async function receipt(ms: number): Promise<string> {
  await wf.sleep(1 + ms);
  return 'receipt';
}
export async function ledger(): Promise<void> {
  wf.setHandler(wf.defineSignal('entry'), () => undefined);
  wf.setHandler(wf.defineSignal('note'), () => undefined);
  await wf.condition(() => false);
}
`;

/** A part of a history up to a workflow task, as it was while the workflow was open. */
function beginning({ events }: History, random: Random): History {
  const all = events ?? [];
  const ends = all.flatMap(({ workflowTaskCompletedEventAttributes: completed }, at) => (completed ? [at + 1] : []));
  return { events: ends.length === 0 ? all : all.slice(0, random.pick(ends)) };
}

function renamed(history: History, type: string): History {
  const copy = decodeHistory(encodeHistory(history));
  const started = copy.events?.[0]?.workflowExecutionStartedEventAttributes;
  if (started?.workflowType) started.workflowType.name = type;
  return copy;
}

type Verdict = 'pass' | 'nondeterminism' | 'failed';

async function asTheSdk(code: string, cases: readonly Case[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const histories = cases.map(({ workflowId, history }) => ({ workflowId, history }));
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: { code } }, histories)) {
    const differs = error?.name === 'DeterminismViolationError';
    verdicts.push(error === undefined ? 'pass' : differs ? 'nondeterminism' : 'failed');
  }
  return verdicts;
}

async function asLonghaul(
  code: string,
  cases: readonly Case[],
  { fast = false, onEngine }: { fast?: boolean; onEngine?: (withoutCore: number) => void } = {},
): Promise<string[]> {
  const histories = cases.map(({ history, workflowId }, at): LoadedHistory =>
    fromHistory(history, { workflowId, name: `${at}` }),
  );
  const { engine, histories: results } = await replayHistories({
    workflowBundle: { code },
    histories,
    lineCoverage: false,
    fast,
  });
  const reason = engine.reason ?? engine.notFast;
  if (reason !== undefined) throw new Error(`longhaul did not take the fast path: ${reason}`);
  onEngine?.(engine.withoutCore ?? 0);
  return results.map(({ status }) => (status === 'drift' ? 'pass' : status));
}

runScript(main);
