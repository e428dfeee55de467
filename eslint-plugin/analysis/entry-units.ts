import ts from 'typescript';
import type { Bundle } from './bundle.js';
import type { CallGraph } from './call-graph.js';
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
export function entryUnits(roots: Roots, bundle: Bundle, graph: CallGraph): readonly (readonly Entry[])[] {
  const { workflows, interceptors } = roots;
  const first = bundle.workflowModules;
  const second = workflows.filter((file) => !first.includes(file));
  return [
    first.flatMap((file) => exportedUnits(file, graph)),
    [...first, ...interceptors].map(moduleEntry),
    interceptors.flatMap(everyUnit),
    second.flatMap((file) => exportedUnits(file, graph)),
    second.map(moduleEntry),
  ];
}

function exportedUnits(file: ts.SourceFile, graph: CallGraph): readonly Entry[] {
  return graph.referents.modules.exportsOf(file).flatMap((symbol) =>
    graph.referents.ofSymbol(symbol).flatMap((referent): readonly Entry[] => {
      if (referent.kind !== 'function') return [];
      const unit = graph.unitOf(referent.node);
      if (unit === undefined) return [];
      const own = longRunningName(unit.node, graph) ?? (symbol.name === 'default' ? unit.name : symbol.name);
      return [{ unit, name: own ?? symbol.name, kind: 'workflow' }];
    }),
  );
}

/** Interceptors are objects and classes that the SDK calls by members: all of their code counts. */
function everyUnit(file: ts.SourceFile): readonly Entry[] {
  return [...summaryOf(file).units.values()].map((unit) => ({
    unit,
    name: unit.name ?? 'interceptors',
    kind: 'workflow',
  }));
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
