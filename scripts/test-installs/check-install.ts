import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readManifest } from '../support/manifest';
import { type CommandResult, runCommand } from '../support/run-command';
import type { Install } from './installs';

interface Step {
  title: string;
  args: string[];
  /** What is wrong with how it ended; undefined where it is as it must be. */
  wrong: (result: CommandResult) => boolean;
}

/** What a user does first. @returns What does not work, each with what it printed. */
export async function checkInstall(install: Install, folder: string): Promise<string[]> {
  const { run, env, twice } = install;
  const problems: string[] = [];
  if (twice !== undefined) {
    const versions = await versionsOf(twice, join(folder, 'node_modules'));
    const majors = new Set(versions.map((version) => version.split('.')[0]));
    if (majors.size < 2) problems.push(`${twice} is there in ${versions.join(', ')} alone, so that this shows nothing`);
  }
  await writeFile(join(folder, 'src/clock.ts'), clock);
  for (const { title, args, wrong } of steps) {
    const [command, ...first] = run;
    const result = await runCommand(command, [...first, ...args], { cwd: folder, env });
    if (wrong(result)) problems.push(`${title}: status ${result.status}\n${result.output.trim()}`);
  }
  return problems;
}

const clock =
  "import { sleep } from '@temporalio/workflow';\n" +
  'export async function ticking(): Promise<Date> {\n  await sleep(1);\n  return new Date(2026, 1, 1);\n}\n';
const workflows = ['--workflows', 'src/workflows.ts'];

const steps: readonly Step[] = [
  {
    title: 'longhaul --version',
    args: ['longhaul', '--version'],
    wrong: ({ status, stdout }) => status !== 0 || !/^\d+\.\d+\.\d+/m.test(stdout),
  },
  {
    title: 'longhaul replay of binary histories',
    args: ['longhaul', 'replay', ...workflows],
    wrong: ({ status, stdout }) => status !== 0 || !/5 histories: 5 passed/.test(stdout),
  },
  {
    title: "longhaul replay of the CLI's JSON",
    args: ['longhaul', 'replay', 'json/order.json', ...workflows],
    wrong: ({ status, stdout }) => status !== 0 || !/1 history: 1 passed/.test(stdout),
  },
  {
    title: 'longhaul replay on other code',
    args: ['longhaul', 'replay', '--workflows', 'src/changed.ts', 'json/order.json'],
    wrong: ({ status, stdout }) => status !== 1 || !/nondeterminism/.test(stdout) || !/changed\.ts:\d+/.test(stdout),
  },
  {
    title: 'longhaul lint',
    args: ['longhaul', 'lint', 'src/clock.ts'],
    wrong: ({ status, output }) => status !== 1 || !/no-host-time-zone/.test(output),
  },
  {
    title: 'longhaul doctor',
    args: ['longhaul', 'doctor', '--offline'],
    wrong: ({ status, stdout }) => status !== 0 || /PROBLEM|skipped +(?:native-core|protobufjs)/.test(stdout),
  },
];

async function versionsOf(name: string, modules: string): Promise<string[]> {
  const found = (await readdir(modules, { recursive: true }).catch(() => [])).filter((path) =>
    `/${path}`.endsWith(`node_modules/${name}`),
  );
  const folders = [name, ...found].map((path) => join(modules, path));
  return [...new Set(folders.flatMap((folder) => versionAt(folder) ?? []))];
}

function versionAt(folder: string): string | undefined {
  try {
    return readManifest(folder).version;
  } catch {
    return undefined;
  }
}
