import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { packageOf } from './facts.js';
import { linkedProgram, type SourceFor } from './linked-program.js';
import { Modules } from './modules.js';
import type { Reuse } from './reuse.js';
import { slashed, sourceOf } from './source-of.js';
import { summaryOf } from './summary.js';

/**
 * A program in which packages of the same workspace are their sources, where `program` has their declarations or, not built
 * yet, nothing; `program` itself where there is nothing of that.
 *
 * The files that both have are the same objects, so that what is known of them and where they are reported stays.
 */
export function withWorkspaceSources(program: ts.Program, reuse?: Reuse): ts.Program {
  if (program.getCompilerOptions().noResolve === true) return program;
  const modules = new Modules(program, program.getTypeChecker());
  const own = program.getSourceFiles().filter((file) => !modules.isOutside(file));
  const sourceFor = sourceFinder();
  const leaves = (file: ts.SourceFile): boolean => leavesToSources(file, program, sourceFor);
  const leaving = own.filter((file) =>
    reuse === undefined ? leaves(file) : reuse.once(file, 'leaves', () => leaves(file)),
  );
  if (leaving.length === 0) return program;
  const linked = linkedProgram(program, new Set(leaving), sourceFor, reuse?.linked);
  reuse?.keepLinked(linked);
  return linked.program;
}

/** Whether a file imports what is, or stands for, a source of the workspace. */
function leavesToSources(file: ts.SourceFile, program: ts.Program, sourceFor: SourceFor): boolean {
  const checker = program.getTypeChecker();
  return summaryOf(file).imports.some(({ specifier, live }) => {
    if (!live) return false;
    const target = checker.getSymbolAtLocation(specifier)?.declarations?.find(ts.isSourceFile);
    return sourceFor(specifier.text, file.fileName, target?.fileName) !== undefined;
  });
}

/** Looks for each source once. */
function sourceFinder(): SourceFor {
  const known = new Map<string, string | undefined>();
  const once = (key: string, find: () => string | undefined): string | undefined => {
    if (!known.has(key)) known.set(key, find());
    return known.get(key);
  };
  return (specifier, from, resolved) => {
    if (resolved === undefined) {
      if (!isPackage(specifier)) return undefined;
      return once(`${dirname(from)} ${specifier}`, () => unbuilt(specifier, from));
    }
    if (!/\.d\.[cm]?ts$/.test(resolved) || resolved.includes('/node_modules/')) return undefined;
    return once(resolved, () => sourceOf(resolved));
  };
}

function isPackage(specifier: string): boolean {
  return !/^[./#]|^node:/.test(specifier) && !builtinModules.includes(specifier);
}

/** The source of a package that is linked into `node_modules` and has not been built. */
function unbuilt(specifier: string, from: string): string | undefined {
  const name = packageOf(specifier);
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const link = join(folder, 'node_modules', name);
    if (ts.sys.fileExists(join(link, 'package.json'))) {
      const home = slashed(ts.sys.realpath?.(link) ?? link);
      if (home.includes('/node_modules/')) return undefined;
      for (const output of entriesOf(join(home, 'package.json'), `.${specifier.slice(name.length)}`)) {
        const source = sourceOf(slashed(join(home, output)));
        if (source !== undefined) return source;
      }
      return undefined;
    }
    if (folder === dirname(folder)) return undefined;
  }
}

/** The files that a package.json names for a path of the package, whatever the conditions. */
function entriesOf(manifest: string, path: string): readonly string[] {
  let content: unknown;
  try {
    content = JSON.parse(ts.sys.readFile(manifest) ?? '');
  } catch {
    return [];
  }
  const { exports, types, typings, main, module } = Object(content) as Record<string, unknown>;
  const named =
    typeof exports === 'object' && exports !== null && Object.keys(exports).some((key) => key.startsWith('.'));
  const table: Record<string, unknown> = named ? (exports as Record<string, unknown>) : { '.': exports };
  const found = Object.entries(table).flatMap(([key, value]) => {
    const rest = matched(key, path);
    return rest === undefined ? [] : texts(value).map((text) => text.replace('*', rest));
  });
  if (path !== '.') return exports === undefined ? [path] : found;
  return [...found, ...texts([types, typings, module, main]), './dist/index.js'];
}

/** What stands for the `*` of a key; empty where it has none. */
function matched(key: string, path: string): string | undefined {
  const [start = '', end] = key.split('*');
  if (end === undefined) return key === path ? '' : undefined;
  const fits = path.length >= start.length + end.length && path.startsWith(start) && path.endsWith(end);
  return fits ? path.slice(start.length, path.length - end.length) : undefined;
}

/** All texts in conditions: the order is theirs. */
function texts(value: unknown, depth = 0): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth > 5) return [];
  return Object.values(value).flatMap((inner) => texts(inner, depth + 1));
}
