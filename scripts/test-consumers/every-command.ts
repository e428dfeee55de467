import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { type CommandResult, runCommand } from '../support/run-command';
import type { Consumer } from './consumers';

interface Project {
  consumer: Consumer;
  /** The package in which commands run. */
  folder: string;
  /** The folder that has `.github`. */
  root: string;
  address: string;
  client: Client;
}

/** Does all that a team does, in the order in which it would. @returns What does not work, each with what it printed. */
export async function everyCommand(project: Project): Promise<string[]> {
  const { consumer, folder, root, address, client } = project;
  const problems: string[] = [];
  const bin = join(folder, 'node_modules/.bin/longhaul');
  const env = { TEMPORAL_ADDRESS: address, CI: '' };
  const judge = (title: string, result: CommandResult, wanted: number, shows?: RegExp): CommandResult => {
    const isRight = result.status === wanted && (shows?.test(result.output) ?? true) && !/^ +at .*:\d+:\d+\)?$/m.test(result.output); // prettier-ignore
    if (!isRight)
      problems.push(`${title}: status ${result.status} for ${wanted}\n${result.output.trim().slice(-3_000)}`);
    return result;
  };
  const longhaul = async (args: string, wanted = 0, shows?: RegExp): Promise<CommandResult> =>
    judge(`longhaul ${args}`, await runCommand(bin, args.split(' '), { cwd: folder, env }), wanted, shows);

  await longhaul('--version', 0, /^\d+\.\d+\.\d+/);
  await longhaul('review', 1, /Verdict: unknown/); // before any configuration
  await longhaul('init', 0, /Nothing is written/);
  await longhaul('init --write', 0, /^Written: /m);
  await longhaul('init --write', 0, /Nothing to add/);
  await completeConfiguration(project, problems);
  for (const [command = '', ...args] of consumer.own) {
    judge([command, ...args].join(' '), await runCommand(command, args, { cwd: folder, env }), 0);
  }
  await longhaul('doctor --offline', 0, /0 problems/);
  await longhaul('lint', 0, /No findings/);

  const worker = background(bin, ['worker'], folder, env);
  if (!(await worker.says(/Worker polls task queue/))) problems.push(`longhaul worker:\n${worker.output()}`);
  const queue = await client.workflow.start('orderQueue', { taskQueue: 'orders', workflowId: consumer.name, args: [] });
  await queue.signal('addOrder', { id: 'a', parcels: 1 });
  await queue.signal('addOrder', { id: 'a', parcels: 1 });
  await sleep(2_000);
  await longhaul('doctor', 1, /search-attributes[^]*1 problem/);
  await longhaul(`run ${consumer.name} status --json`, 0, /longhaul\.run\/1/);
  await longhaul(`run ${consumer.name} pause`);
  await longhaul(`run ${consumer.name} resume`);
  await longhaul(`run ${consumer.name} dead-letters list`);
  await longhaul(`inspect ${consumer.name} --payloads --html page.html`, 0, /wrote page\.html/);
  await longhaul('watch', 0, /Nothing is wrong/);
  await queue.signal('addOrder', { id: 'b', parcels: 2 });
  const parcels: unknown = await Promise.race([
    queue.result(),
    sleep(60_000, 'nothing within a minute', { ref: false }),
  ]);
  if (parcels !== 3) problems.push(`orderQueue gave ${JSON.stringify(parcels)} for 3`);
  judge('longhaul worker at SIGTERM', await worker.end(), 0);

  await longhaul('record', 0, /[1-9]\d* recorded/);
  await longhaul('replay', 0, /[1-9]\d* passed/);
  await longhaul('prune --dry-run', 0, /would be moved/);
  await longhaul(
    'drill --activity ship --workflow shipOne --input input.json --out drills',
    0,
    /It resumes as it should/,
  );
  await longhaul('review --html review.html', 1, /wrote review\.html/);
  await longhaul('review --workflow shipOne', 1, /drill|Verdict/);
  for (const line of await stepsOfCi(root)) {
    judge(`the CI step ${line}`, await runCommand('sh', ['-c', `PATH="$PWD/node_modules/.bin:$PATH" ${line}`], { cwd: folder, env }), 0); // prettier-ignore
  }
  const dev = background(bin, ['dev'], folder, env);
  if (!(await dev.says(/^Worker +ready/m))) problems.push(`longhaul dev:\n${dev.output()}`);
  judge('longhaul dev at SIGTERM', await dev.end(), 0);
  return problems;
}

/** What a user fills in by hand: the hints of `longhaul init` say where. */
async function completeConfiguration({ consumer, folder, address }: Project, problems: string[]): Promise<void> {
  const name = (await readdir(folder)).find((file) => file.startsWith('longhaul.config.')) ?? 'longhaul.config.ts';
  const file = join(folder, name);
  const text = await readFile(file, 'utf8').catch(() => '');
  const hint = /\n {2}\/\/ Make the activities[^]*?\n {2}\/\/ \},/;
  if (consumer.activities !== undefined && !hint.test(text))
    problems.push(`${name} has no hint for activities:\n${text}`);
  const more = `  drillTargets: [{ address: '${address}' }],\n  catalog: { orderQueue: { expectedMaxDuration: '1 day', team: 'orders' },`;
  await writeFile(
    file,
    (consumer.imports ?? '') +
      text
        .replace(hint, () => `\n  activities: ${consumer.activities ?? ''},`)
        .replace(/^ {2}catalog: \{/m, () => more),
  );
  await writeFile(join(folder, 'input.json'), JSON.stringify({ id: 'drilled', parcels: 100_000 }));
}

/** The commands of the workflow that `longhaul init` wrote, but for the installation. */
async function stepsOfCi(root: string): Promise<string[]> {
  const folder = join(root, '.github/workflows');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('longhaul'));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const lines = texts.flatMap((text) => [...text.matchAll(/run: (.*)/g)].map(([, line = '']) => line));
  const own = lines.filter((line) => /longhaul (?:lint|replay)/.test(line));
  if (own.length < 2) throw new Error(`The CI workflow has ${own.length} steps of longhaul`);
  return own.map((line) => line.replace(/^(?:npx|pnpm exec|yarn) /, ''));
}

function background(bin: string, args: readonly string[], cwd: string, env: Record<string, string>) {
  const child = spawn(bin, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return {
    output: (): string => text.slice(-3_000),
    async says(words: RegExp): Promise<boolean> {
      for (let tries = 0; tries < 600 && !words.test(text) && child.exitCode === null; tries += 1) await sleep(100);
      return words.test(text);
    },
    async end(): Promise<CommandResult> {
      child.kill('SIGTERM');
      const impatient = setTimeout(() => child.kill('SIGKILL'), 30_000);
      const [status] = await exited;
      clearTimeout(impatient);
      return { status: status ?? 1, stdout: text, output: text };
    },
  };
}
