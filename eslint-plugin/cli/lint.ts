import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { relative, resolve } from 'node:path';
import type { ESLint as ESLintClass, Linter } from 'eslint';
import type { Link, LostCall } from '../analysis/index.js';
import plugin from '../index.js';
import { addCommand } from '../package-manager.js';
import { observe, type Reported, type Spot } from '../rules/observer.js';
import { forgetting } from './forgetting-parser.js';
import { lenient } from './lenient-parser.js';
import type { LintCliOptions } from './options.js';
import { Seen, type Workflows } from './seen.js';
import { asSingleRun } from './single-run.js';

/** One finding, as `--json` prints it. */
export interface LintFinding {
  rule: string;
  file: string;
  line: number;
  column: number;
  message: string;
  chain: readonly Link[];
}

/** A finding with each line that its way passes. */
export interface PlacedFinding extends LintFinding {
  spots: readonly Spot[];
}

/** What a run looked at and found. */
export interface LintResult {
  /** The modules whose exports are workflows. */
  roots: readonly string[];
  /** The files that were linted. */
  files: readonly string[];
  summary: { files: number; reached: number; functions: number; findings: number; fixed: number };
  findings: readonly PlacedFinding[];
  /** Functions of packages at which workflow code was lost: nothing is known of what they do. */
  unknown: readonly UnknownFunction[];
}

/** A package's function that workflows call, with the first place. */
export interface UnknownFunction {
  name: string;
  file: string;
  line: number;
  calls: number;
}

/** Something that the run needs is not there, told in one line. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

const sources = ['**/*.{ts,tsx,mts,cts}', '**/*.{js,jsx,mjs,cjs}'];

/** Runs the rules over `options.paths` with ESLint, without any configuration of the user's. */
export async function lint(options: LintCliOptions, cwd: string): Promise<LintResult> {
  const { ESLint, parser, forget } = await loadTools(cwd);
  const seen = new Seen();
  const reported: Reported[] = [];
  const stop = observe({
    analysed: (analysis) => seen.add(analysis),
    reported: (report) => reported.push(report),
  });
  const leaveBehind = (): void => {
    seen.settle();
    forget();
  };
  // With one program for everything there is nothing to leave behind.
  const thrifty = options.project === undefined ? forgetting(parser, leaveBehind) : parser;
  try {
    const eslint = new ESLint({
      cwd,
      overrideConfigFile: true,
      overrideConfig: configuration(lenient(thrifty), typesOf(options, cwd)),
      fix: options.fix,
      errorOnUnmatchedPattern: false,
    });
    const run = (): Promise<ESLintClass.LintResult[]> => eslint.lintFiles([...options.paths]);
    // A project that is named is parsed once in a single run: its types would be those from before the fixes.
    const results = (await (options.project === undefined ? asSingleRun(run) : run())).filter(isSource);
    if (options.fix) await ESLint.outputFixes(results);
    return summarize(results, seen.settle(), reported, cwd);
  } finally {
    stop();
    forget();
  }
}

interface Tools {
  ESLint: typeof ESLintClass;
  parser: Linter.Parser;
  /** Lets go of the projects read, a quarter of a gigabyte each with its libraries, which the parser keeps as long as the process. */
  forget: () => void;
}

async function loadTools(cwd: string): Promise<Tools> {
  try {
    const [{ ESLint }, tseslint] = await Promise.all([
      import('eslint'),
      import('typescript-eslint'),
      import('typescript'),
    ]);
    // The package gives its parser without that function; another copy of the parser would have caches of its own.
    const { clearCaches } = createRequire(require.resolve('typescript-eslint'))('@typescript-eslint/parser') as {
      clearCaches: () => void;
    };
    return { ESLint, parser: tseslint.parser, forget: clearCaches };
  } catch (error) {
    const missing = /Cannot find (?:package|module) '([^']+)'/.exec(error instanceof Error ? error.message : '')?.[1];
    if (missing === undefined) throw error;
    throw new EnvironmentError(
      `the package ${missing} is missing: ${addCommand(cwd, ['eslint', 'typescript', 'typescript-eslint'], { dev: true })}`,
    );
  }
}

/** A single run of it parses the libraries anew for each project; with an option that names no file it shares them. */
const projectService = { allowDefaultProject: ['longhaul-lint/none.ts'] };

function typesOf({ project }: LintCliOptions, cwd: string): object {
  return project === undefined ? { projectService, tsconfigRootDir: cwd } : { project: [resolve(cwd, project)] };
}

const output = '{dist,build,coverage}';

function configuration(parser: Linter.Parser, parserOptions: object): Linter.Config[] {
  return [
    // A folder of such a name below `src` is source, unless it is in a copy of `src` that a compiler made.
    { ignores: [`**/${output}/**`, `!**/src/**/${output}/**`, `**/${output}/src/**`, '**/*.d.ts'] },
    // The user's comments may name rules that do not run here.
    { linterOptions: { reportUnusedDisableDirectives: 'off' } },
    { ...plugin.configs.typed, files: sources, languageOptions: { parser, parserOptions } },
  ];
}

/** Video streams have the ending .ts too, be they there or only what Git LFS has in their place. */
function isSource({ messages, filePath }: ESLintClass.LintResult): boolean {
  if (!messages.some(({ fatal }) => fatal === true)) return true;
  const content = readFileSync(filePath);
  return !content.includes(0) && !content.toString('utf8', 0, 40).startsWith('version https://git-lfs.');
}

/** Of what does not parse and has nothing to do with workflows the compiler tells. */
function namesWorkflows(path: string): boolean {
  return /@temporalio\/workflow|longhaul\/workflows/.test(readFileSync(path, 'utf8'));
}

function summarize(
  results: readonly ESLintClass.LintResult[],
  { reached, roots, functions, lost }: Workflows,
  reported: readonly Reported[],
  cwd: string,
): LintResult {
  const isReached = new Set([...reached].map((file) => shown(file, cwd)));
  const findings = results.flatMap(({ filePath, messages }) =>
    messages.flatMap((message): readonly PlacedFinding[] => {
      if (message.ruleId?.startsWith('longhaul/') === false || isUnknownRule(message)) return [];
      if (message.fatal === true && !isReached.has(shown(filePath, cwd)) && !namesWorkflows(filePath)) return [];
      const { line, column } = message;
      const rule = message.ruleId?.replace('longhaul/', '') ?? 'parse-error';
      // With --fix a file is linted again and again: the last report of a place is the one that stands.
      const match = reported.findLast(
        (r) => r.file === filePath && r.rule === rule && r.line === line && r.column === column,
      );
      const file = shown(filePath, cwd);
      const { chain = [], spots = [] } = match ?? {};
      return [{ rule, file, line, column, message: message.message, chain, spots: [...spots, { file, line }] }];
    }),
  );
  return {
    roots: [...roots].map((file) => shown(file, cwd)).sort(),
    files: results.map(({ filePath }) => shown(filePath, cwd)),
    summary: {
      files: results.length,
      reached: reached.size,
      functions,
      findings: findings.length,
      fixed: results.filter(({ output }) => output !== undefined).length,
    },
    findings,
    unknown: unknownFunctions(lost),
  };
}

function unknownFunctions(lost: readonly LostCall[]): readonly UnknownFunction[] {
  const found = new Map<string, UnknownFunction>();
  for (const { module, name, file, line } of lost) {
    const key = `${module}#${name}`;
    const known = found.get(key);
    found.set(key, known === undefined ? { name: key, file, line, calls: 1 } : { ...known, calls: known.calls + 1 });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** ESLint's own complaint about a comment that names a rule of a plugin not loaded here. */
function isUnknownRule({ message }: Linter.LintMessage): boolean {
  return message.startsWith('Definition for rule');
}

function shown(path: string, cwd: string): string {
  return relative(cwd, path).replaceAll('\\', '/');
}
