import ts from 'typescript';
import { isLeftOut } from './frameworks.js';
import type { Modules } from './modules.js';
import { isTestPath, shown } from './paths.js';
import type { Reuse } from './reuse.js';
import type { Roots } from './roots.js';
import { summaryOf, type Import } from './summary.js';

/** `owned`: only workflows reach it; `tested`: tests call it too; `shared`: other code does, or it is another package's. */
export type Ownership = 'owned' | 'tested' | 'shared';

/** The files that end in the workflow bundle: nothing else can run in a workflow. */
export class Bundle {
  readonly files: ReadonlySet<ts.SourceFile>;

  /** The modules of workflows. Where they are guessed by their imports, one that another loads is taken for its helper. */
  readonly workflowModules: readonly ts.SourceFile[];

  /** What the bundler is told to leave out. */
  private readonly ignored: ReadonlySet<string>;
  private readonly rootFiles: ReadonlySet<ts.SourceFile>;
  private packages: ReadonlySet<string | undefined> | undefined;
  private ownership: Map<ts.SourceFile, Ownership> | undefined;

  constructor(
    private readonly program: ts.Program,
    private readonly modules: Modules,
    roots: Roots,
    private readonly cwd: string,
    private readonly reuse?: Reuse,
  ) {
    this.ignored = new Set(roots.ignored);
    this.rootFiles = new Set([
      ...roots.workflows,
      ...roots.interceptors,
      ...roots.workflows.flatMap((file) => this.reexported(file)),
    ]);
    this.files = this.closure([...roots.workflows, ...roots.interceptors, ...roots.preloaded]);
    const loaded = this.closure(roots.guessed ? roots.workflows.flatMap((file) => this.loadedBy(file)) : []);
    const first = roots.workflows.filter((file) => !loaded.has(file));
    this.workflowModules = first.length > 0 ? first : roots.workflows;
  }

  ownershipOf(file: ts.SourceFile): Ownership {
    this.ownership ??= this.findOwnership();
    return this.ownership.get(file) ?? 'owned';
  }

  /** A barrel of workflows makes the files it names workflow modules. */
  private reexported(file: ts.SourceFile): readonly ts.SourceFile[] {
    return summaryOf(file)
      .imports.filter((entry) => entry.reexport)
      .map((entry) => this.modules.resolve(entry.specifier))
      .filter((target) => target !== undefined);
  }

  /** Everything that files load, and the files themselves. */
  closure(start: readonly ts.SourceFile[]): ReadonlySet<ts.SourceFile> {
    const reached = new Set(start);
    for (const file of reached) {
      for (const target of this.loadedBy(file)) reached.add(target);
    }
    return reached;
  }

  /** The project's modules that a file loads when it runs. */
  private loadedBy(file: ts.SourceFile): readonly ts.SourceFile[] {
    const find = (): readonly ts.SourceFile[] => this.findLoaded(file);
    return this.reuse === undefined ? find() : this.reuse.once(file, 'loads', find);
  }

  private findLoaded(file: ts.SourceFile): readonly ts.SourceFile[] {
    const sites = [...summaryOf(file).units.values()].flatMap((unit) => unit.sites);
    return sites
      .flatMap((site) =>
        site.kind === 'load' && !this.ignored.has(site.node.text) ? [this.modules.resolve(site.node)] : [],
      )
      .filter((target) => target !== undefined)
      .filter((target) => !isLeftOut(target));
  }

  private findOwnership(): Map<ts.SourceFile, Ownership> {
    const marks = new Map<ts.SourceFile, Ownership>();
    const own = new Set(this.program.getRootFileNames());
    for (const file of this.files) if (!own.has(file.fileName) && this.isForeign(file)) marks.set(file, 'shared');
    const outsiders = this.program
      .getSourceFiles()
      .filter((file) => !this.files.has(file) && !this.modules.isOutside(file));
    for (const file of outsiders) {
      const level = isTestPath(shown(this.cwd, file.fileName)) ? 'tested' : 'shared';
      for (const target of this.usedBy(file, true)) this.mark(target, level, marks);
    }
    return marks;
  }

  /** A file that only another package's project lists is linted there, where no workflow is seen. */
  private isForeign(file: ts.SourceFile): boolean {
    const folder = packageFolder(file.fileName);
    this.packages ??= new Set([...this.rootFiles].map((root) => packageFolder(root.fileName)));
    return !this.packages.has(folder);
  }

  private mark(start: ts.SourceFile, level: Ownership, marks: Map<ts.SourceFile, Ownership>): void {
    const queue = [start];
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      const wanted = level === 'shared' && !this.rootFiles.has(file) ? 'shared' : 'tested';
      const current = marks.get(file);
      if (current === 'shared' || current === wanted) continue;
      marks.set(file, wanted);
      if (!this.rootFiles.has(file)) queue.push(...this.usedBy(file, false));
    }
  }

  /** The bundle's files that declare what `file` imports. */
  private *usedBy(file: ts.SourceFile, outsider: boolean): Iterable<ts.SourceFile> {
    for (const entry of summaryOf(file).imports) {
      const target = entry.live ? this.targetOf(entry) : undefined;
      if (target === undefined || !this.files.has(target)) continue;
      if (entry.bindings.length === 0) yield target;
      for (const binding of entry.bindings) {
        for (const declaring of this.declaring(entry, binding.imported, target)) {
          if (!this.files.has(declaring)) continue;
          // A client that starts a workflow names it; only a call runs its code outside the sandbox.
          if (this.rootFiles.has(declaring) && !(outsider && this.calls(file, entry, binding.local))) continue;
          yield declaring;
        }
      }
    }
  }

  private calls(file: ts.SourceFile, entry: Import, local: string): boolean {
    return !entry.reexport && summaryOf(file).calledNames.has(local);
  }

  private targetOf(entry: Import): ts.SourceFile | undefined {
    const find = (): ts.SourceFile | undefined => this.modules.resolve(entry.specifier);
    return this.reuse === undefined ? find() : this.reuse.onceFor(entry.specifier, 'target', find);
  }

  private declaring(entry: Import, imported: string, target: ts.SourceFile): readonly ts.SourceFile[] {
    const find = (): readonly ts.SourceFile[] => this.findDeclaring(target, imported);
    return this.reuse === undefined ? find() : this.reuse.onceFor(entry.specifier, `declares ${imported}`, find);
  }

  private findDeclaring(target: ts.SourceFile, imported: string): readonly ts.SourceFile[] {
    if (imported === '*')
      return [target, ...this.modules.exportsOf(target).flatMap((symbol) => this.modules.filesOf(symbol))];
    const symbol = this.modules.exportOf(target, imported);
    const files = symbol === undefined ? [] : this.modules.filesOf(symbol);
    return files.length > 0 ? files : [target];
  }
}

function packageFolder(path: string): string | undefined {
  return ts.findConfigFile(path.slice(0, path.lastIndexOf('/')), (name) => ts.sys.fileExists(name), 'package.json');
}
