import ts from 'typescript';
import type { Bundle } from './bundle.js';
import type { CallGraph } from './call-graph.js';
import { defaultsOf } from './defaults.js';
import type { Reuse } from './reuse.js';
import type { Roots } from './roots.js';
import { summaryOf, type Unit } from './summary.js';
import { bare } from './syntax.js';

/** Code that the SDK runs by itself, and the name messages give it. */
export interface Entry {
  unit: Unit;
  name: string;
  kind: 'workflow' | 'module';
}

/**
 * The entries in tiers: a later tier only counts for what no earlier one reaches.
 *
 * Where roots are guessed by their imports, a helper of another workflow module looks like a workflow too: those that
 * others load come second, so that a chain starts at the workflow.
 */
export function entryUnits(
  roots: Roots,
  bundle: Bundle,
  graph: CallGraph,
  reuse: Reuse | undefined,
): readonly (readonly Entry[])[] {
  const { workflows, interceptors } = roots;
  const first = bundle.workflowModules;
  const second = workflows.filter((file) => !first.includes(file));
  return [
    first.flatMap((file) => exportedUnits(file, graph, reuse)),
    [...first, ...interceptors].map(moduleEntry),
    [...interceptors.flatMap(everyUnit), ...calledBySdk(interceptors, graph)],
    second.flatMap((file) => exportedUnits(file, graph, reuse)),
    second.map(moduleEntry),
  ];
}

function exportedUnits(file: ts.SourceFile, graph: CallGraph, reuse: Reuse | undefined): readonly Entry[] {
  const find = (): readonly ExportedFunction[] => exportedFunctions(file, graph, reuse);
  const exported = reuse === undefined ? find() : reuse.once(file, 'exports', find);
  return exported.flatMap(({ node, name, exportedAs }): readonly Entry[] => {
    const unit = graph.unitOf(node);
    if (unit === undefined) return [];
    // Who starts it may leave out arguments.
    const defaults = defaultsOf(node).flatMap((one) => graph.unitOf(one) ?? []);
    const shownAs = name ?? (exportedAs === 'default' ? unit.name : exportedAs) ?? exportedAs;
    return [unit, ...defaults].map((one) => ({ unit: one, name: shownAs, kind: 'workflow' }));
  });
}

interface ExportedFunction {
  node: ts.Node;
  /** What the code itself says that it is called. */
  name: string | undefined;
  exportedAs: string;
}

function exportedFunctions(
  file: ts.SourceFile,
  graph: CallGraph,
  reuse: Reuse | undefined,
): readonly ExportedFunction[] {
  return graph.referents.modules.exportsOf(file).flatMap((symbol): readonly ExportedFunction[] => {
    const find = (): readonly ExportedFunction[] => functionsOf(symbol, graph);
    const [declaration] = symbol.declarations ?? [];
    if (declaration === undefined || reuse === undefined) return find();
    // With `export *` it is declared in a file of its own, which may not have changed.
    const kept = reuse.once(
      declaration.getSourceFile(),
      'exported',
      () => new Map<ts.Node, readonly ExportedFunction[]>(),
    );
    let known = kept.get(declaration);
    if (known === undefined) kept.set(declaration, (known = find()));
    return known;
  });
}

function functionsOf(symbol: ts.Symbol, graph: CallGraph): readonly ExportedFunction[] {
  return graph.referents.ofSymbol(symbol).flatMap((referent): readonly ExportedFunction[] => {
    if (referent.kind !== 'function') return [];
    const { node } = referent;
    return [{ node, name: longRunningName(node, graph), exportedAs: symbol.name }];
  });
}

/** Interceptors are objects and classes that the SDK calls by members: all of their code counts. */
function everyUnit(file: ts.SourceFile): readonly Entry[] {
  return [...summaryOf(file).units.values()].map((unit) => ({
    unit,
    name: unit.name ?? 'interceptors',
    kind: 'workflow',
  }));
}

/** The members of the SDK's classes and interfaces that these modules make instances of, wherever their code is. */
function calledBySdk(files: readonly ts.SourceFile[], graph: CallGraph): readonly Entry[] {
  const found: Entry[] = [];
  const seen = new Set(files.flatMap((file) => [...summaryOf(file).units.values()]));
  for (const unit of seen) {
    for (const { to } of graph.from(unit).edges) {
      if (to.kind === 'function') seen.add(to);
      if (to.kind !== 'class' || seen.has(to) || !isOfSdk(to.node, graph)) continue;
      for (const member of summaryOf(to.file).units.values()) {
        if (member.node.pos < to.node.pos || member.node.end > to.node.end) continue;
        seen.add(member);
        found.push({ unit: member, name: member.name ?? 'interceptors', kind: 'workflow' });
      }
    }
  }
  return found;
}

/** Whether a class extends or implements what a package of the SDK declares, over classes and interfaces between. */
function isOfSdk(node: ts.Node, graph: CallGraph, depth = 0): boolean {
  if (depth > 10 || !(ts.isClassLike(node) || ts.isInterfaceDeclaration(node))) return false;
  const named = (node.heritageClauses ?? []).flatMap(({ types }) => types.map(({ expression }) => expression));
  return named
    .flatMap((name) => graph.typeDeclarations(name))
    .some((one) => one.getSourceFile().fileName.includes('/@temporalio/') || isOfSdk(one, graph, depth + 1));
}

function moduleEntry(file: ts.SourceFile): Entry {
  return { unit: summaryOf(file).module, name: '', kind: 'module' };
}

/** The workflow type in `longRunning('order', …)`. */
function longRunningName(node: ts.Node, graph: CallGraph): string | undefined {
  if (!ts.isVariableDeclaration(node) || node.initializer === undefined) return undefined;
  const call = bare(node.initializer);
  if (!ts.isCallExpression(call)) return undefined;
  const [name] = call.arguments;
  const isLongRunning = graph.referents
    .of(call.expression)
    .some((referent) => referent.kind === 'package' && referent.path.at(-1) === 'longRunning');
  return isLongRunning && name !== undefined && ts.isStringLiteralLike(name) ? name.text : undefined;
}
