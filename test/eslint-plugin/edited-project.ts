import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Linter } from 'eslint';
import longhaul from 'eslint-plugin-longhaul';
import ts from 'typescript';
import tseslint from 'typescript-eslint';
import { root } from './lint-project.js';

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  types: [],
  skipLibCheck: true,
};

const library = new Map<string, ts.SourceFile | undefined>();

/** A package that is linked into the project, and that no program of the project has by itself. */
const linked = 'packages/lib/';

/** A project whose unchanged files stay the same objects over an edit, as in an editor. */
export class EditedProject {
  private readonly texts = new Map<string, string>();
  private readonly sources = new Map<string, ts.SourceFile>();
  private program: ts.Program | undefined;
  /** An editor makes each program out of the one before. */
  private last: ts.Program | undefined;
  private readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'longhaul-edited-'))).replaceAll('\\', '/');

  constructor(files: Readonly<Record<string, string>>) {
    mkdirSync(join(this.folder, 'node_modules'));
    symlinkSync(join(root, 'node_modules/@temporalio'), join(this.folder, 'node_modules/@temporalio'));
    mkdirSync(join(this.folder, 'node_modules/@acme'));
    mkdirSync(join(this.folder, linked), { recursive: true });
    symlinkSync(join(this.folder, linked), join(this.folder, 'node_modules/@acme/lib'));
    this.edit(files);
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** Writes files, of the project or of `packages/lib`; a file without a text is gone. */
  edit(files: Readonly<Record<string, string | undefined>>): void {
    for (const [path, text] of Object.entries(files)) {
      const name = `${this.folder}/${path}`;
      this.sources.delete(name);
      if (text === undefined) {
        this.texts.delete(name);
        rmSync(name);
      } else {
        if (!path.startsWith(linked)) this.texts.set(name, text);
        mkdirSync(dirname(name), { recursive: true });
        writeFileSync(name, text);
      }
    }
    this.program = undefined;
  }

  /** The reports of all files, as `file:line rule`. */
  lint(): readonly string[] {
    this.program ??= this.last = this.compile(this.sources, this.last);
    return this.report(this.program);
  }

  /** The same of a project of which nothing is known yet. */
  lintAnew(): readonly string[] {
    return this.report(this.compile(new Map()));
  }

  private report(program: ts.Program): readonly string[] {
    const linter = new Linter({ cwd: this.folder });
    const config = {
      files: ['**/*.ts'],
      ...longhaul.configs.all,
      languageOptions: { parser: tseslint.parser, parserOptions: { programs: [program] } },
    } as Linter.Config;
    return [...this.texts].flatMap(([name, text]) =>
      linter.verify(text, [config], { filename: name }).map(({ line, ruleId, message }) => {
        const rule = ruleId?.replace('longhaul/', '') ?? message;
        return `${name.slice(this.folder.length + 1)}:${line} ${rule} ${/: (.*)$/.exec(message)?.[1] ?? ''}`;
      }),
    );
  }

  private compile(sources: Map<string, ts.SourceFile>, oldProgram?: ts.Program): ts.Program {
    const host = ts.createCompilerHost(options, true);
    const sourceOf = (name: string, text: string): ts.SourceFile => {
      let source = sources.get(name);
      if (source === undefined) {
        source = ts.createSourceFile(name, text, { languageVersion: ts.ScriptTarget.ES2022 }, true);
        sources.set(name, source);
      }
      return source;
    };
    return ts.createProgram({
      ...(oldProgram === undefined ? {} : { oldProgram }),
      rootNames: [...this.texts.keys()],
      options,
      host: {
        ...host,
        getSourceFile: (name, language) => {
          const text = this.texts.get(name);
          if (text !== undefined) return sourceOf(name, text);
          if (!library.has(name)) library.set(name, host.getSourceFile(name, language));
          return library.get(name);
        },
      },
    });
  }
}
