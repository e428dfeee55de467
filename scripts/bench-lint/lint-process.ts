import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { ESLint, type Linter } from 'eslint';
import longhaul from 'eslint-plugin-longhaul';
import tseslint from 'typescript-eslint';

/** What is switched on: each with the parser and its types. */
export const modes = ['parser', 'recommendedTypeChecked', 'both', 'recommended', 'typed', 'temporal'] as const;
export type Mode = (typeof modes)[number];

/** Figures of one run in a process of its own. */
export interface Figures {
  files: number;
  cpuSeconds: number;
  seconds: number;
  /** MiB of the heap that are alive after a collection: the most that a process held depends on when it collected. */
  megabytes: number;
  reports: number;
  /** The median CPU time to lint a file again after an edit of it, in a process that knows the project. */
  editMilliseconds: number;
}

async function measure(folder: string, mode: Mode, temporal: string | undefined): Promise<Figures> {
  const eslint = new ESLint({
    cwd: folder,
    overrideConfigFile: true,
    overrideConfig: [
      { ignores: ['**/dist/**', '**/build/**', '**/*.d.ts'] },
      { linterOptions: { reportUnusedDisableDirectives: 'off' } },
      ...(await configOf(mode, folder, temporal)),
    ],
  });
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const results = await eslint.lintFiles(['.']);
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  if (!globalThis.gc) throw new Error('run it with --expose-gc');
  await globalThis.gc({ execution: 'async' });
  const megabytes = process.memoryUsage().heapUsed / 2 ** 20;
  const reports = results.flatMap(({ messages }) => messages).filter(({ ruleId }) => ruleId !== null).length;
  const editMilliseconds = await edits(eslint, results);
  return { files: results.length, cpuSeconds: (user + system) / 1e6, seconds, megabytes, reports, editMilliseconds };
}

async function configOf(mode: Mode, folder: string, temporal: string | undefined): Promise<Linter.Config[]> {
  const files = ['**/*.{ts,tsx,mts,cts}'];
  const languageOptions = {
    parser: tseslint.parser,
    parserOptions: { projectService: true, tsconfigRootDir: folder },
  } as Linter.LanguageOptions;
  const checked = (): Linter.Config[] =>
    tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files }));
  const base: Linter.Config = { files, languageOptions };
  if (mode === 'parser') return [base];
  if (mode === 'recommendedTypeChecked') return [...checked(), base];
  if (mode === 'both') return [...checked(), { files, ...longhaul.configs.typed }, base];
  if (mode !== 'temporal') return [{ files, ...longhaul.configs[mode] }, base];
  const loaded = (await import(temporal ?? '')) as { default: ESLint.Plugin };
  const plugin = 'rules' in loaded.default ? loaded.default : (loaded.default as { default: ESLint.Plugin }).default;
  const rules = Object.keys(plugin.rules ?? {}).map((rule) => [`temporal/${rule}`, 'error'] as const);
  return [{ files, plugins: { temporal: plugin }, rules: Object.fromEntries(rules) }, base];
}

/** Edits the workflow file in the middle of the list, as somebody who types in an editor. */
async function edits(eslint: ESLint, results: readonly ESLint.LintResult[]): Promise<number> {
  const paths = results.map(({ filePath }) => filePath).filter((path) => /\.[cm]?ts$/.test(path));
  const workflows = paths.filter((path) => readFileSync(path, 'utf8').includes(`from '@temporalio/workflow'`));
  const filePath = workflows[Math.floor(workflows.length / 2)] ?? paths[0] ?? '';
  const text = readFileSync(filePath, 'utf8');
  const times: number[] = [];
  for (let i = 0; i < 9; i += 1) {
    const began = process.cpuUsage();
    await eslint.lintText(`${text}\nexport const edit = ${i};\n`, { filePath });
    const { user, system } = process.cpuUsage(began);
    // The first ones find the project as it was, and code that is not compiled yet.
    if (i > 1) times.push((user + system) / 1_000);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

if (require.main === module) {
  const [folder = '', mode = 'parser', temporal] = process.argv.slice(2);
  void measure(folder, mode as Mode, temporal).then((figures) => console.log(JSON.stringify(figures)));
}
