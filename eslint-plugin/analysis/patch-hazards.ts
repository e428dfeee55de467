import ts from 'typescript';
import type { CallGraph, HazardSite } from './call-graph.js';
import type { Unit } from './summary.js';
import { bare, isFunctionNode } from './syntax.js';
import { findNode } from './walk.js';
import { wayFrom } from './way.js';

/** Uses of `patched()` that a replay may see otherwise than the run did. */
export function patchHazards(unit: Unit, graph: CallGraph): readonly HazardSite[] {
  const own = graph.from(unit).hazards.filter((hazard) => hazard.effect === 'patches');
  return [...own.flatMap((site) => ofCall(site, graph)), ...ofCallbacks(unit, graph)];
}

function ofCall({ node, unit }: HazardSite, graph: CallGraph): readonly HazardSite[] {
  if (!ts.isCallExpression(node)) return [];
  const text = node.expression.getText();
  const hazard = (what: string, remedy: string): readonly HazardSite[] => [
    { unit, node, effect: 'patch', label: `${text}() ${what}`, remedy },
  ];
  if (unit.kind === 'module') return hazard('at the top of a module', 'Ask in the workflow function.');
  const [id] = node.arguments;
  if (id !== undefined && isComputed(id, graph)) {
    return hazard('with an id made at run time', 'Each id is one change to the code: write it out.');
  }
  return isBehindMoving(node, graph)
    ? hazard('behind a condition that moves', 'Ask first, in a constant of its own, then combine.')
    : [];
}

/** Patches asked in callbacks that the SDK runs as often as it likes. */
function ofCallbacks(unit: Unit, graph: CallGraph): readonly HazardSite[] {
  const asked = [
    ...unit.sites.flatMap((site) => predicates(site.node, graph)).map((handler) => ({ handler, where: 'a condition' })),
    ...graph.registrations
      .in(unit)
      .flatMap(({ kind, callbacks, validators }) => [
        ...(kind === 'query' ? callbacks : []).map((handler) => ({ handler, where: 'a query' })),
        ...validators.map((handler) => ({ handler, where: 'an update validator' })),
      ]),
  ];
  return asked.flatMap(({ handler, where }) =>
    graph.unitsOf(handler).flatMap((start): readonly HazardSite[] => {
      const way = wayFrom(start, graph, 'patches', (at) => graph.hazards(at, 'patches')[0]);
      if (way === undefined) return [];
      const label = `${way.hazard.label.replace(/ of @temporalio\/workflow$/, '')} in ${where}`;
      const remedy = `Ask before, and use the answer in ${where}.`;
      const isInline = start.node === (ts.isExpression(handler) ? bare(handler) : handler);
      const at = isInline ? (way.edges[0]?.node ?? way.hazard.node) : handler;
      return [{ unit, node: at, effect: 'patch', label, remedy, onward: way.edges }];
    }),
  );
}

function predicates(node: ts.Node, graph: CallGraph): readonly ts.Expression[] {
  if (!ts.isCallExpression(node)) return [];
  const isCondition = graph.referents
    .of(node.expression)
    .some((r) => r.kind === 'package' && r.module === '@temporalio/workflow' && r.path.at(-1) === 'condition');
  return isCondition ? node.arguments.slice(0, 1) : [];
}

/** An id put together from what the source does not fix; a parameter may still be fixed by its callers. */
function isComputed(id: ts.Expression, graph: CallGraph): boolean {
  const value = bare(id);
  if (ts.isTemplateExpression(value)) return value.templateSpans.some((span) => moves(span.expression, graph));
  if (ts.isBinaryExpression(value))
    return (
      isComputed(value.left, graph) ||
      isComputed(value.right, graph) ||
      [value.left, value.right].some((part) => moves(part, graph))
    );
  return false;
}

function moves(node: ts.Expression, graph: CallGraph): boolean {
  const value = bare(node);
  if (ts.isCallExpression(value) || ts.isAwaitExpression(value)) return true;
  if (!ts.isIdentifier(value)) return false;
  const declaration = graph.declarationOf(value);
  if (declaration === undefined) return false;
  // A workflow gets its arguments from outside; a helper may get the same from each caller.
  if (ts.isParameter(declaration)) return isAsyncExport(declaration.parent) || getsMoving(declaration, graph);
  return ts.isVariableDeclaration(declaration) && (isLoopVariable(declaration) || !isConstant(declaration));
}

/** Whether some caller hands a parameter what the source does not fix. */
function getsMoving(parameter: ts.ParameterDeclaration, graph: CallGraph, depth = 0): boolean {
  const unit = graph.unitOf(parameter.parent);
  const index = parameter.parent.parameters.indexOf(parameter);
  if (unit === undefined || depth > 3) return false;
  return graph.to(unit).some(({ node }) => {
    const given = ts.isCallExpression(node) ? node.arguments[index] : undefined;
    const value = given && bare(given);
    if (value === undefined) return false;
    const declaration = ts.isIdentifier(value) ? graph.declarationOf(value) : undefined;
    if (declaration === undefined || !ts.isParameter(declaration)) return moves(value, graph);
    return isAsyncExport(declaration.parent) || getsMoving(declaration, graph, depth + 1);
  });
}

function isAsyncExport(node: ts.Node): boolean {
  const kinds = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []).map(({ kind }) => kind) : [];
  return kinds.includes(ts.SyntaxKind.ExportKeyword) && kinds.includes(ts.SyntaxKind.AsyncKeyword);
}

function isLoopVariable(node: ts.VariableDeclaration): boolean {
  return ts.isForOfStatement(node.parent.parent) || ts.isForInStatement(node.parent.parent);
}

function isConstant(node: ts.VariableDeclaration): boolean {
  return (ts.getCombinedNodeFlags(node) & ts.NodeFlags.Const) !== 0;
}

/** `ready && patched('x')` where what stands left may change while the workflow runs. */
function isBehindMoving(node: ts.Node, graph: CallGraph): boolean {
  for (let at = node; ; at = at.parent) {
    const { parent } = at;
    if (ts.isParenthesizedExpression(parent) || ts.isPrefixUnaryExpression(parent)) continue;
    if (!ts.isBinaryExpression(parent)) return false;
    const kind = parent.operatorToken.kind;
    if (kind !== ts.SyntaxKind.AmpersandAmpersandToken && kind !== ts.SyntaxKind.BarBarToken) return false;
    if (parent.right === at && readsMoving(parent.left, graph)) return true;
  }
}

function readsMoving(node: ts.Expression, graph: CallGraph): boolean {
  const value = bare(node);
  if (ts.isPrefixUnaryExpression(value)) return readsMoving(value.operand, graph);
  if (ts.isBinaryExpression(value)) return readsMoving(value.left, graph) || readsMoving(value.right, graph);
  if (!ts.isIdentifier(value)) return false;
  if (isReassigned(value)) return true;
  // A helper that is called again may be given something else.
  const declaration = graph.declarationOf(value);
  return declaration !== undefined && ts.isParameter(declaration) && getsMoving(declaration, graph);
}

/** Whether a name is a `let` that an inner function, such as a signal handler, sets. */
function isReassigned(name: ts.Identifier): boolean {
  const file = name.getSourceFile();
  const home = ts.findAncestor(name, isFunctionNode);
  const sets = (node: ts.Node): boolean =>
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
    ts.isIdentifier(node.left) &&
    node.left.text === name.text &&
    ts.findAncestor(node, isFunctionNode) !== home;
  return findNode(file, sets) !== undefined;
}
