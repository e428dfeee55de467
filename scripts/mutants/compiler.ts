import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import * as ts from 'typescript';

/** A mutant that is no valid TypeScript: no test ever saw it. */
export class CompileError extends Error {
  override readonly name = 'CompileError';
}

/**
 * Compiles changed files of a copy of the tree, against the unchanged rest.
 *
 * A `tsc` for each copy takes longer than most of the tests do; this one parses and binds the rest once.
 */
export class Compiler {
  private readonly host: ts.CompilerHost;
  private readonly parsed = new Map<string, ts.SourceFile | undefined>();
  private readonly base: ts.Program;
  private readonly rootNames: string[];
  private readonly options: ts.CompilerOptions;
  private overlay = new Map<string, ts.SourceFile>();

  constructor(
    private readonly root: string,
    private readonly project = 'tsconfig.json',
  ) {
    const unreadable = (diagnostic: ts.Diagnostic) => {
      throw new CompileError(messageOf(diagnostic));
    };
    const config = ts.getParsedCommandLineOfConfigFile(
      join(root, project),
      { incremental: false, tsBuildInfoFile: undefined },
      { ...ts.sys, onUnRecoverableConfigFileDiagnostic: unreadable },
    );
    this.rootNames = config?.fileNames ?? [];
    this.options = config?.options ?? {};
    this.host = ts.createCompilerHost(this.options);
    const read = this.host.getSourceFile.bind(this.host);
    this.host.getSourceFile = (file, ...rest) => {
      if (!this.parsed.has(file)) this.parsed.set(file, read(file, ...rest));
      return this.overlay.get(file) ?? this.parsed.get(file);
    };
    this.base = this.program();
  }

  /**
   * Compiles `files` of the copy in `folder` into its `dist`.
   *
   * @throws CompileError with the first error.
   */
  compile(folder: string, files: readonly string[]): void {
    const sources = files.map((file) => [join(this.root, file), this.parse(join(folder, file), file)] as const);
    this.overlay = new Map(sources);
    const program = this.program(this.base);
    for (const [, source] of sources) {
      const [first] = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      if (first) throw new CompileError(`it does not compile: ${messageOf(first)}`);
      program.emit(source, (file, text) => {
        const out = join(folder, relative(this.root, file));
        mkdirSync(dirname(out), { recursive: true });
        writeFileSync(out, text);
      });
    }
    this.overlay = new Map();
  }

  private program(oldProgram?: ts.Program): ts.Program {
    const { rootNames, options, host } = this;
    return ts.createProgram({ rootNames, options, host, ...(oldProgram && { oldProgram }) });
  }

  private parse(path: string, file: string): ts.SourceFile {
    const now = this.base.getSourceFile(join(this.root, file));
    const text = ts.sys.readFile(path);
    if (!now || text === undefined) throw new CompileError(`it does not compile: ${file} is no part of ${this.project}`);
    // With the module format of the file that it stands for; a parser can't know it from the text.
    const { languageVersion, impliedNodeFormat } = now;
    const format = impliedNodeFormat === undefined ? {} : { impliedNodeFormat };
    return ts.createSourceFile(now.fileName, text, { languageVersion, ...format }, true);
  }
}

/** The compilers of both packages; that of the linter is made with the first mutant of it. */
export class Compilers {
  private readonly main: Compiler;
  private linter: Compiler | undefined;

  constructor(private readonly root: string) {
    this.main = new Compiler(root);
  }

  /** @throws CompileError with the first error. */
  compile(folder: string, files: readonly string[]): void {
    const isOfLinter = (file: string): boolean => file.startsWith('eslint-plugin/');
    this.main.compile(
      folder,
      files.filter((file) => !isOfLinter(file)),
    );
    if (!files.some(isOfLinter)) return;
    this.linter ??= new Compiler(this.root, 'eslint-plugin/tsconfig.json');
    this.linter.compile(folder, files.filter(isOfLinter));
  }
}

function messageOf({ messageText, file, start }: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(messageText, ' ');
  if (!file || start === undefined) return text;
  return `${file.fileName.split('/').at(-1) ?? ''}:${file.getLineAndCharacterOfPosition(start).line + 1}: ${text}`;
}
