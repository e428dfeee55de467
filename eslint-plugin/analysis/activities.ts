import ts from 'typescript';
import type { CallGraph } from './call-graph.js';
import type { Referent } from './referents.js';
import { summaryOf } from './summary.js';
import { isFunctionNode, nameText } from './syntax.js';
import { walk } from './walk.js';

/**
 * The functions that workers run as activities, as far as workflow code could call them: named by the type of a
 * `proxyActivities<typeof activities>`, or handed to a worker.
 *
 * Only those that return a promise count: an activities module also exports plain helpers and constants.
 */
export function activityFunctions(
  program: ts.Program,
  checker: ts.TypeChecker,
  graph: CallGraph,
): ReadonlySet<ts.Node> {
  const found = new Set<ts.Node>();
  for (const file of program.getSourceFiles()) {
    if (graph.referents.modules.isOutside(file)) continue;
    if (graph.files.has(file)) {
      for (const type of summaryOf(file).proxied)
        if (!ofType(type)) walk(type, (node) => (ofType(node) ? 'skip' : undefined));
    }
    if (/\bWorker\.create\b/.test(file.text)) walk(file, ofWorkers);
  }
  return new Set([...found].filter((node) => isAsync(node, checker)));

  /** Whether a type names activities. */
  function ofType(type: ts.Node): boolean {
    if (ts.isTypeQueryNode(type) && ts.isIdentifier(type.exprName)) {
      const symbol = checker.getSymbolAtLocation(type.exprName);
      // A factory makes activities: it is none itself.
      for (const referent of symbol === undefined ? [] : graph.referents.ofSymbol(symbol)) {
        if (referent.kind !== 'function') members(referent);
      }
      return true;
    }
    if (!ts.isImportTypeNode(type) || !type.isTypeOf || !ts.isLiteralTypeNode(type.argument)) return false;
    const { literal } = type.argument;
    const file = ts.isStringLiteral(literal) ? graph.referents.modules.resolve(literal) : undefined;
    if (file !== undefined) members({ kind: 'module', file });
    return true;
  }

  function ofWorkers(node: ts.Node): undefined {
    if (ts.isPropertyAssignment(node) && nameText(node.name) === 'activities') {
      for (const referent of graph.referents.of(node.initializer)) members(referent);
    } else if (ts.isShorthandPropertyAssignment(node) && node.name.text === 'activities') {
      for (const referent of graph.referents.of(node.name)) members(referent);
    }
  }

  function members(referent: Referent): void {
    if (referent.kind === 'module') {
      for (const symbol of graph.referents.modules.exportsOf(referent.file)) {
        for (const exported of graph.referents.ofSymbol(symbol)) take(exported);
      }
    } else if (referent.kind === 'object') {
      for (const property of referent.node.properties) {
        if (ts.isPropertyAssignment(property)) graph.referents.of(property.initializer).forEach(take);
        else if (ts.isShorthandPropertyAssignment(property)) graph.referents.of(property.name).forEach(take);
        else if (ts.isSpreadAssignment(property)) graph.referents.of(property.expression).forEach(members);
        else found.add(property);
      }
    }
  }

  function take(referent: Referent): void {
    if (referent.kind === 'function') found.add(referent.node);
  }
}

function isAsync(node: ts.Node, checker: ts.TypeChecker): boolean {
  if (!isFunctionNode(node)) return false;
  if (ts.getModifiers(node)?.some((m) => m.kind === ts.SyntaxKind.AsyncKeyword)) return true;
  const signature = checker.getSignatureFromDeclaration(node);
  return signature !== undefined && checker.getReturnTypeOfSignature(signature).getSymbol()?.name === 'Promise';
}
