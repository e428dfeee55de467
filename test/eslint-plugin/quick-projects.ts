import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Linter } from 'eslint';
import longhaul from 'eslint-plugin-longhaul';
import ts from 'typescript';
import tseslint from 'typescript-eslint';

/** A report as `file:line rule`, with what it says. */
export interface QuickReport {
  at: string;
  text: string;
}

const defaults: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts'],
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  strict: true,
  types: [],
  skipLibCheck: true,
};

/** Stands for longhaul, which the repository itself has as source only. */
const longhaulTypes = `export declare function workflowNow(): number;
export declare function random(): number;
export declare function longRunning(name: string, options: object, body: (...args: any[]) => Promise<any>): (...args: any[]) => Promise<any>;
export declare function inbox<T>(name: string): any;
`;

/**
 * Small projects, linted one after the other with all rules.
 *
 * Two hundred of them take minutes where each has a service of its own: these share the parsed declarations of the library and of the SDK.
 */
export class QuickProjects {
  private readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'longhaul-quick-')));
  private readonly library = new Map<string, ts.SourceFile | undefined>();
  private count = 0;

  constructor(root: string) {
    const modules = join(this.folder, 'node_modules');
    write(join(this.folder, 'package.json'), JSON.stringify({ name: 'orders', dependencies: { longhaul: '*' } }));
    const exports = { './workflows': './workflows.d.ts' };
    write(join(modules, 'longhaul/package.json'), JSON.stringify({ name: 'longhaul', exports }));
    write(join(modules, 'longhaul/workflows.d.ts'), longhaulTypes);
    symlinkSync(join(root, 'node_modules/@temporalio'), join(modules, '@temporalio'));
  }

  lint(files: Readonly<Record<string, string>>): readonly QuickReport[] {
    const folder = join(this.folder, String((this.count += 1)));
    for (const [path, text] of Object.entries(files)) write(join(folder, path), text);
    const paths = Object.keys(files).filter((path) => path.endsWith('.ts') && !path.startsWith('node_modules/'));
    const options = optionsOf(files['tsconfig.json'], folder);
    const rootNames = paths.map((path) => join(folder, path));
    const program = ts.createProgram({ rootNames, options, host: this.hostOf(options, folder) });
    const linter = new Linter({ cwd: folder });
    const config = {
      files: ['**/*.ts'],
      ...longhaul.configs.all,
      languageOptions: { parser: tseslint.parser, parserOptions: { programs: [program] } },
    } as Linter.Config;
    return paths.flatMap((path) =>
      linter.verify(files[path] ?? '', [config], { filename: join(folder, path) }).map(({ line, ruleId, message }) => ({
        at: `${path}:${line} ${ruleId?.replace('longhaul/', '') ?? 'fatal'}`,
        text: message,
      })),
    );
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true });
  }

  private hostOf(options: ts.CompilerOptions, folder: string): ts.CompilerHost {
    const host = ts.createCompilerHost(options, true);
    return {
      ...host,
      getSourceFile: (path, language) => {
        if (path.startsWith(folder)) return host.getSourceFile(path, language);
        if (!this.library.has(path)) this.library.set(path, host.getSourceFile(path, language));
        return this.library.get(path);
      },
    };
  }
}

function optionsOf(tsconfig: string | undefined, folder: string): ts.CompilerOptions {
  if (tsconfig === undefined) return defaults;
  const { compilerOptions } = JSON.parse(tsconfig) as { compilerOptions: object };
  return { ...defaults, ...ts.convertCompilerOptionsFromJson(compilerOptions, folder).options };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
