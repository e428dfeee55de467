import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ESLint, type Linter } from 'eslint';
import { clearCaches } from '@typescript-eslint/parser';
import longhaul from 'eslint-plugin-longhaul';
import tseslint from 'typescript-eslint';

/** The repository, wherever the compiled tests stand. */
export const root = process.cwd();

export interface LintOptions {
  /** `settings.longhaul` */
  settings?: Readonly<Record<string, unknown>>;
  /** @default true */
  types?: boolean;
  fix?: boolean;
  /** Whether imports need no endings, as where a bundler resolves them. @default false */
  bundler?: boolean;
  /** Whether the project's package.json names longhaul. @default true */
  dependsOnLonghaul?: boolean;
}

/** Reports of a project by file, as `line rule`, with what the report says. */
export interface Linted {
  reports: readonly Report[];
  /** The files after `--fix`, as far as it changed them. */
  outputs: Readonly<Record<string, string>>;
  messages: readonly Linter.LintMessage[];
}

export interface Report {
  at: string;
  text: string;
}

const tsconfig = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['ES2022'],
    module: 'node16',
    strict: true,
    types: [],
    skipLibCheck: true,
    allowJs: true,
  },
  include: ['**/*'],
};

/** Writes a project of the given files to a folder of its own, which is gone after `use`. */
export async function withProject<T>(
  files: Readonly<Record<string, string>>,
  options: LintOptions,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'longhaul-lint-')));
  const { dependsOnLonghaul = true, bundler = false } = options;
  try {
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    write('package.json', JSON.stringify({ name: 'orders', dependencies: dependsOnLonghaul ? { longhaul: '*' } : {} }));
    const module = bundler ? { module: 'esnext', moduleResolution: 'bundler' } : {};
    // TypeScript shares no parsed file among projects that have these.
    const aliases = Object.values(files).some((text) => text.includes('@lib/'))
      ? { baseUrl: '.', ignoreDeprecations: '6.0', paths: { '@lib/*': ['./src/lib/*'] } }
      : {};
    write(
      'tsconfig.json',
      JSON.stringify({ ...tsconfig, compilerOptions: { ...tsconfig.compilerOptions, ...module, ...aliases } }),
    );
    write(
      'node_modules/longhaul/package.json',
      JSON.stringify({ name: 'longhaul', exports: { './workflows': './workflows.d.ts' } }),
    );
    write(
      'node_modules/longhaul/workflows.d.ts',
      'export declare function workflowNow(): number; export declare function random(): number; export declare function longRunning(name: string, options: object, body: (...args: any[]) => Promise<any>): (...args: any[]) => Promise<any>;',
    );
    symlinkSync(join(root, 'node_modules/@temporalio'), join(folder, 'node_modules/@temporalio'));
    for (const [path, text] of Object.entries(files)) write(path, text);
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
    forgetProjects();
  }
}

/** How many programs the parser remembers at once: some 40 MB each, of a heap that is 2 GB on a machine with 8. */
const mostProjects = 15;
let remembered = 0;

/**
 * The parser keeps each project's program for the life of the process, and all of a suite's do not fit. What several have in common,
 * the libraries' types, takes longer to parse than all else: so not after each one. Counted, since how full the heap is depends on
 * what else the process has tested.
 */
function forgetProjects(): void {
  remembered += 1;
  if (remembered < mostProjects) return;
  remembered = 0;
  clearCaches();
}

/** Lints a project with all rules, as ESLint runs them for a user. */
export function lintProject(files: Readonly<Record<string, string>>, options: LintOptions = {}): Promise<Linted> {
  return withProject(files, options, (folder) => lintFolder(folder, options));
}

/** Lints a folder that is there. */
export async function lintFolder(folder: string, options: LintOptions = {}): Promise<Linted> {
  const { settings = {}, types = true, fix = false } = options;
  const parserOptions = types ? { projectService: true, tsconfigRootDir: folder } : {};
  const eslint = new ESLint({
    cwd: folder,
    overrideConfigFile: true,
    fix,
    overrideConfig: [
      {
        files: ['**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}'],
        ...longhaul.configs.all,
        languageOptions: { parser: tseslint.parser, parserOptions },
        settings: { longhaul: settings },
      },
    ],
  });
  const results = await eslint.lintFiles(['.']);
  const messages = results.flatMap((result) => result.messages);
  const reports = results.flatMap(({ filePath, messages: own }) => {
    const path = filePath.slice(folder.length + 1).replaceAll('\\', '/');
    return own.map(({ line, ruleId, message }) => ({
      at: `${path}:${line} ${ruleId?.replace('longhaul/', '') ?? 'fatal'}`,
      text: message,
    }));
  });
  const outputs = Object.fromEntries(
    results.flatMap(({ filePath, output }) =>
      output === undefined ? [] : [[filePath.slice(folder.length + 1), output]],
    ),
  );
  return { reports: reports.sort((a, b) => (a.at < b.at ? -1 : 1)), outputs, messages };
}
