import ts from 'typescript';
import { fileOf } from './syntax.js';

/** Which file of the project a module specifier names. */
export class Modules {
  private readonly resolved = new Map<ts.SourceFile, Map<string, ts.SourceFile | undefined>>();

  constructor(
    private readonly program: ts.Program,
    private readonly checker: ts.TypeChecker,
  ) {}

  /** Whether a file is a declaration or belongs to an installed package: its code is not followed. */
  isOutside(file: ts.SourceFile): boolean {
    return (
      file.isDeclarationFile ||
      this.program.isSourceFileFromExternalLibrary(file) ||
      file.fileName.includes('/node_modules/')
    );
  }

  resolve(specifier: ts.StringLiteralLike): ts.SourceFile | undefined {
    const from = fileOf(specifier);
    let known = this.resolved.get(from);
    if (known === undefined) this.resolved.set(from, (known = new Map<string, ts.SourceFile | undefined>()));
    if (!known.has(specifier.text)) known.set(specifier.text, this.find(specifier, from));
    return known.get(specifier.text);
  }

  /** The file of a module named from `from`, also where the checker does not look: in `require.resolve('…')`. */
  resolveText(text: string, from: string): ts.SourceFile | undefined {
    const options = this.program.getCompilerOptions();
    // A program of one file has no other to find.
    if (options.noResolve === true) return undefined;
    const { resolvedModule } = ts.resolveModuleName(text, from, options, ts.sys);
    return resolvedModule === undefined
      ? undefined
      : this.own(this.program.getSourceFile(resolvedModule.resolvedFileName));
  }

  exportOf(file: ts.SourceFile, name: string): ts.Symbol | undefined {
    const module = this.symbolOf(file);
    return module && this.checker.tryGetMemberInModuleExports(name, module);
  }

  /** What a module is as a whole, where it says so. */
  wholeOf(file: ts.SourceFile): ts.Symbol | undefined {
    return this.symbolOf(file)?.exports?.get(ts.InternalSymbolName.ExportEquals);
  }

  exportsOf(file: ts.SourceFile): readonly ts.Symbol[] {
    const module = this.symbolOf(file);
    if (module === undefined) return [];
    const found = this.checker.getExportsOfModule(module);
    const whole = this.wholeOf(file);
    return whole === undefined ? found : [...found, ...this.membersOf(whole, new Set(found.map(({ name }) => name)))];
  }

  /** The members of an object that a module is as a whole, with those spread into it: `module.exports = { ...require('./a') }`. */
  private membersOf(whole: ts.Symbol, known: ReadonlySet<string>): readonly ts.Symbol[] {
    const type = this.checker.getTypeOfSymbol(whole);
    const isObject = type.getCallSignatures().length === 0 && type.getConstructSignatures().length === 0;
    return isObject ? type.getProperties().filter(({ name }) => !known.has(name)) : [];
  }

  /** The project's files that declare a symbol, behind whatever re-exports lead there. */
  filesOf(symbol: ts.Symbol): readonly ts.SourceFile[] {
    const target = (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : this.checker.getAliasedSymbol(symbol);
    const files = new Set((target.declarations ?? []).map((node) => node.getSourceFile()));
    return [...files].filter((file) => !this.isOutside(file));
  }

  /** The checker gives the symbol of a module with an `import` or `export` only; one with `module.exports` has one too. */
  private symbolOf(file: ts.SourceFile): ts.Symbol | undefined {
    return this.checker.getSymbolAtLocation(file) ?? (file as { symbol?: ts.Symbol }).symbol;
  }

  private find(specifier: ts.StringLiteralLike, from: ts.SourceFile): ts.SourceFile | undefined {
    const declarations = this.checker.getSymbolAtLocation(specifier)?.declarations;
    const file = declarations?.find(ts.isSourceFile);
    if (file !== undefined) return this.own(file);
    return ts.isCallExpression(specifier.parent) ? this.resolveText(specifier.text, from.fileName) : undefined;
  }

  private own(file: ts.SourceFile | undefined): ts.SourceFile | undefined {
    return file === undefined || this.isOutside(file) ? undefined : file;
  }
}
