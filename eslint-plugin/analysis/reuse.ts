import ts from 'typescript';
import type { Linked } from './linked-program.js';
import type { Modules } from './modules.js';
import { summaryOf } from './summary.js';
import { fileOf } from './syntax.js';

/** What the analysis of one program leaves to that of the next: it holds files, and a program only where one has to be made here. */
interface Lineage {
  /** The project's own files, with the files that each depends on directly. */
  own: ReadonlyMap<ts.SourceFile, Dependencies>;
  /** What the compiler keeps of where imports lead. */
  resolutions: object | undefined;
  /** Declarations and code of packages. */
  outside: ReadonlySet<ts.SourceFile>;
  /** The files of the bundle, and the names of their members. */
  bundle: ReadonlySet<ts.SourceFile>;
  names: ReadonlySet<string>;
  /** What the bundler is told to leave out. */
  ignored: string;
  activities: ReadonlySet<ts.Node>;
  /** Another object whenever a file that did not change came into the bundle or left it, or its functions the activities. */
  era: object;
  /** Files that changed since the bundle was looked at, or depend on one that did, as they were and as they are. */
  touched: Set<ts.SourceFile>;
  /** The one program that is kept: with the sources of linked packages, for the next of that kind to be made out of. */
  linked?: Linked;
  /** Of the programs, which one this is: what is still asked of an earlier one is not kept. */
  version: number;
}

/** What was found in one file, by topic. */
interface Found {
  lineage: Lineage;
  topics: Map<string, unknown>;
  /** The names of members whose implementations were asked for. */
  asked: Set<string>;
}

const codeTopic = 'names of code';

const records = new WeakMap<ts.SourceFile, Map<string, Found>>();

/**
 * Spares what an edit can't have changed.
 *
 * What is found in a file depends on the file, on all that it imports directly or not, and on the global scope. A program
 * after an edit has the same objects for the files that did not change: what was found in a file whose imports lead to no
 * other file than before still holds. Anything that speaks to the global scope, a file of a package that comes or goes, or
 * other compiler options have all of it found anew. Implementations of an interface are in files that nobody needs to import:
 * who asked for a member is asked again when a file that has one of that name changes.
 */
export class Reuse {
  private readonly found = new Map<ts.SourceFile, Found>();
  private readonly lineage: Lineage;
  private readonly version: number;
  /** The files that were touched when the bundle was looked at. */
  private touched: ReadonlySet<ts.SourceFile> = new Set();

  constructor(
    program: ts.Program,
    checker: ts.TypeChecker,
    modules: Modules,
    private readonly key: string,
  ) {
    const files = program.getSourceFiles();
    const [inside, outside] = [new Array<ts.SourceFile>(), new Set<ts.SourceFile>()];
    for (const file of files) {
      if (modules.isOutside(file)) outside.add(file);
      else inside.push(file);
    }
    const last = lineageOf(inside, key);
    const { resolvedModules: resolutions } = program as InnerProgram;
    // The same object as long as no import of any file leads to another path.
    const known = resolutions !== undefined && last?.resolutions === resolutions ? last.own : undefined;
    const own = allDependencies(inside, known, program, checker, modules);
    if (last !== undefined && isSameWorld(last, own, outside)) {
      const clean = new Set([...unchanged(last.own, own)].filter((file) => recordOf(file, key)?.lineage === last));
      const changed = [...last.own.keys(), ...own.keys()].filter((file) => !clean.has(file));
      for (const file of changed) last.touched.add(file);
      for (const file of clean) this.found.set(file, recordOf(file, key) ?? newRecord(last));
      this.lineage = Object.assign(last, { own, outside, resolutions, version: last.version + 1 });
    } else {
      const nothing = { bundle: new Set<ts.SourceFile>(), names: new Set<string>(), touched: new Set<ts.SourceFile>() };
      const fresh = { activities: new Set<ts.Node>(), era: {}, ignored: '', version: 1 };
      this.lineage = { own, outside, resolutions, ...nothing, ...fresh };
    }
    this.version = this.lineage.version;
    for (const file of own.keys()) if (!this.found.has(file)) this.renew(file);
  }

  /** What `find` finds in a file, or found in it for an earlier program. */
  once<T>(file: ts.SourceFile, topic: string, find: () => T): T {
    const topics = this.found.get(file)?.topics;
    if (topics === undefined || this.version !== this.lineage.version) return find();
    if (!topics.has(topic)) topics.set(topic, find());
    return topics.get(topic) as T;
  }

  /** The same of a node in a file. */
  onceFor<T>(node: ts.Node, topic: string, find: () => T): T {
    const kept = this.once(fileOf(node), topic, () => new Map<ts.Node, T>());
    if (!kept.has(node)) kept.set(node, find());
    return kept.get(node) as T;
  }

  /** The program that was made for the one before, with sources that it lacks. */
  get linked(): Linked | undefined {
    return this.version === this.lineage.version ? this.lineage.linked : undefined;
  }

  keepLinked(linked: Linked): void {
    if (this.version === this.lineage.version) this.lineage.linked = linked;
  }

  /** What holds for all files that did not change while it is the same; nothing where a later program was asked since. */
  get era(): object | undefined {
    return this.version === this.lineage.version ? this.lineage.era : undefined;
  }

  /** Notes that what is found in a file depends on who implements a member of that name. */
  ask(file: ts.SourceFile, member: string): void {
    this.found.get(file)?.asked.add(member);
  }

  /** Has all be found anew where the bundler is told to leave out something else than before. */
  leaveOut(ignored: readonly string[]): void {
    const text = ignored.join('\n');
    if (this.lineage.ignored !== text) for (const file of this.found.keys()) this.renew(file);
    this.lineage.ignored = text;
  }

  /**
   * Tells which files are bundled now, and what their members are called, before anything is asked of their code.
   *
   * @param names Members that may have code or are accessors, with a letter in front that says which.
   * @param codeNames The names of the members of a file that do have code.
   */
  bundled(
    files: ReadonlySet<ts.SourceFile>,
    names: ReadonlySet<string>,
    codeNames: (file: ts.SourceFile) => ReadonlySet<string>,
  ): void {
    const { lineage } = this;
    if (this.version !== lineage.version) return;
    const [touched, changes] = [new Set(lineage.touched), difference(files, lineage.bundle)];
    this.touched = touched;
    if ([...changes].some((file) => !touched.has(file))) lineage.era = {};
    const moved = new Set([...touched, ...changes]);
    // A first look at everything has nothing to compare.
    const isFirst = lineage.bundle.size === 0;
    // Elsewhere nothing is looked for.
    const counting = [...moved].filter((file) => files.has(file) || lineage.bundle.has(file));
    const coded = new Set(isFirst ? [] : counting.flatMap((file) => [...this.codeNamesOf(file, codeNames)]));
    lineage.touched.clear();
    const renamed = [...difference(names, lineage.names)].map((name) => name.slice(name.indexOf(' ') + 1));
    for (const [file, { asked, topics }] of this.found) {
      if (topics.size === 0 && asked.size === 0) continue;
      if ([...asked].some((name) => coded.has(name)) || renamed.some((name) => file.text.includes(name)))
        this.renew(file);
    }
    lineage.bundle = files;
    lineage.names = names;
  }

  /** Tells which functions workers run as activities, after `bundled`. */
  run(activities: ReadonlySet<ts.Node>): void {
    const { lineage, touched } = this;
    if (this.version !== lineage.version) return;
    if ([...difference(activities, lineage.activities)].some((node) => !touched.has(fileOf(node)))) lineage.era = {};
    lineage.activities = activities;
  }

  /** A file of before can't be asked any more: it is known what it said, or each of its members counts. */
  private codeNamesOf(file: ts.SourceFile, find: (file: ts.SourceFile) => ReadonlySet<string>): ReadonlySet<string> {
    if (this.found.has(file)) return this.once(file, codeTopic, () => find(file));
    const known = recordOf(file, this.key)?.topics.get(codeTopic) as ReadonlySet<string> | undefined;
    return known ?? summaryOf(file).members;
  }

  private renew(file: ts.SourceFile): void {
    let byKey = records.get(file);
    if (byKey === undefined) records.set(file, (byKey = new Map<string, Found>()));
    const record = newRecord(this.lineage);
    byKey.set(this.key, record);
    this.found.set(file, record);
  }
}

function newRecord(lineage: Lineage): Found {
  return { lineage, topics: new Map(), asked: new Set() };
}

function recordOf(file: ts.SourceFile, key: string): Found | undefined {
  return records.get(file)?.get(key);
}

function lineageOf(files: Iterable<ts.SourceFile>, key: string): Lineage | undefined {
  for (const file of files) {
    const record = recordOf(file, key);
    if (record !== undefined) return record.lineage;
  }
  return undefined;
}

/** Whether the global scope is the same, and the packages are. */
function isSameWorld(last: Lineage, own: Lineage['own'], outside: Lineage['outside']): boolean {
  if (difference(last.outside, outside).size > 0) return false;
  return ![...difference(new Set(last.own.keys()), new Set(own.keys()))].some(isGlobal);
}

/** What is in one set alone. */
function difference<T>(one: ReadonlySet<T>, other: ReadonlySet<T>): ReadonlySet<T> {
  const found = new Set<T>();
  for (const item of one) if (!other.has(item)) found.add(item);
  for (const item of other) if (!one.has(item)) found.add(item);
  return found;
}

/** What the compiler knows of a file beyond its public types. */
interface Inner {
  path?: string;
  imports?: readonly ts.Node[];
  moduleAugmentations?: readonly ts.Node[];
  ambientModuleNames?: readonly string[];
  commonJsModuleIndicator?: unknown;
}

/** Whether a file has a say in what others see without importing it. */
function isGlobal(file: ts.SourceFile): boolean {
  const { imports, moduleAugmentations, ambientModuleNames, commonJsModuleIndicator } = file as Inner;
  if (imports === undefined || (moduleAugmentations?.length ?? 0) > 0 || (ambientModuleNames?.length ?? 0) > 0)
    return true;
  if (
    file.referencedFiles.length > 0 ||
    file.typeReferenceDirectives.length > 0 ||
    file.text.includes('declare global')
  ) {
    return true;
  }
  return !ts.isExternalModule(file) && commonJsModuleIndicator === undefined && !file.fileName.endsWith('.json');
}

/** Where an import leads, as the compiler keeps it. */
interface Resolution {
  resolvedModule?: { resolvedFileName: string };
}

/** What the compiler's program knows beyond its public types, since 5.4. */
interface InnerProgram {
  /** By the paths of files, what they import. */
  resolvedModules?: ReadonlyMap<string, { forEach: (see: (resolution: Resolution) => void) => void }>;
}

type Imported = (file: ts.SourceFile) => Dependencies;

/** The program has looked all imports up already; to have the checker do so again for each is most of the cost of an edit. */
function importedBy(program: ts.Program, checker: ts.TypeChecker): Imported {
  const { resolvedModules } = program as InnerProgram;
  if (resolvedModules === undefined) {
    return (file) =>
      specifiersIn(file).map((node) => checker.getSymbolAtLocation(node)?.declarations?.find(ts.isSourceFile));
  }
  const byName = new Map<string, ts.SourceFile | undefined>();
  const find = (name: string | undefined): ts.SourceFile | undefined => {
    if (name === undefined) return undefined;
    let found = byName.get(name);
    if (found === undefined) byName.set(name, (found = program.getSourceFile(name)));
    return found;
  };
  return (file) => {
    const found: (ts.SourceFile | undefined)[] = [];
    resolvedModules.get((file as Inner).path ?? '')?.forEach(({ resolvedModule }) => {
      found.push(find(resolvedModule?.resolvedFileName));
    });
    return found;
  };
}

function specifiersIn(file: ts.SourceFile): readonly ts.StringLiteralLike[] {
  return ((file as Inner).imports ?? []).filter(ts.isStringLiteralLike);
}

type Dependencies = readonly (ts.SourceFile | undefined)[];

/** @param before Those of an earlier program, where all imports lead to the same paths still. */
function allDependencies(
  files: readonly ts.SourceFile[],
  before: ReadonlyMap<ts.SourceFile, Dependencies> | undefined,
  program: ts.Program,
  checker: ts.TypeChecker,
  modules: Modules,
): ReadonlyMap<ts.SourceFile, Dependencies> {
  const imported = importedBy(program, checker);
  const present = before && new Set(program.getSourceFiles());
  const isPresent = (file: ts.SourceFile | undefined): boolean => file === undefined || present?.has(file) === true;
  return new Map(
    files.map((file) => {
      const earlier = summaryOf(file).required.length === 0 ? before?.get(file) : undefined;
      if (earlier === undefined) return [file, dependencies(file, imported, modules)];
      if (earlier.every(isPresent)) return [file, earlier];
      return [
        file,
        earlier.map((target) => (isPresent(target) ? target : program.getSourceFile(target?.fileName ?? ''))),
      ];
    }),
  );
}

/** The files that a file imports, for values or types, in a stable order. */
function dependencies(file: ts.SourceFile, imported: Imported, modules: Modules): Dependencies {
  const required = summaryOf(file).required.map((node) => modules.resolve(node));
  return [...imported(file), ...required];
}

/** The files that are the same as before, and all that they import, near and far. */
function unchanged(last: Lineage['own'], next: Lineage['own']): ReadonlySet<ts.SourceFile> {
  const importers = new Map<ts.SourceFile, ts.SourceFile[]>();
  const changed = new Set<ts.SourceFile>();
  for (const [file, targets] of next) {
    const before = last.get(file);
    const isSame =
      before === targets || (before?.length === targets.length && before.every((target, i) => target === targets[i]));
    if (!isSame) changed.add(file);
    for (const target of targets) {
      if (target === undefined) continue;
      const list = importers.get(target);
      if (list === undefined) importers.set(target, [file]);
      else list.push(file);
    }
  }
  for (const file of changed) for (const importer of importers.get(file) ?? []) changed.add(importer);
  return new Set([...next.keys()].filter((file) => !changed.has(file)));
}
