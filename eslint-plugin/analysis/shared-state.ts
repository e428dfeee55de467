import ts from 'typescript';
import type { HazardSite } from './call-graph.js';
import type { Hazard } from './hazards.js';
import { mutationsIn, mutators } from './mutations.js';
import type { Referents } from './referents.js';
import type { Unit } from './summary.js';
import { bare, isAccess, isFunctionNode } from './syntax.js';
import { findNode } from './walk.js';

const definitions =
  /^(Object\.(defineProperty|defineProperties|assign|setPrototypeOf)|Reflect\.(defineProperty|set|setPrototypeOf))$/;

/** `Array.prototype.last = …`: the prototypes of built-ins are one for all workflows of a worker thread. */
export function ofBuiltInWrite(
  target: ts.Expression,
  value: ts.Expression | undefined,
  referents: Referents,
): readonly Hazard[] {
  const place = bare(target);
  if (!isAccess(place)) return [];
  // A method added while the module loads is the same for all, and carries nothing from run to run.
  if (value !== undefined && isFunctionNode(bare(value)) && isAtTop(target) && !keepsState(value)) return [];
  return referents.of(place.expression).flatMap((referent): readonly Hazard[] => {
    if (referent.kind !== 'global' || !isPrototype(referent.path)) return [];
    return [hazard(referent.path)];
  });
}

/** `Object.defineProperty(String.prototype, …)` and its kin. */
export function ofDefinition(call: ts.Node, callee: ts.Expression, referents: Referents): readonly Hazard[] {
  if (!ts.isCallExpression(call) || !definitions.test(callee.getText())) return [];
  const [target, ...given] = call.arguments;
  if (target === undefined || (isAtTop(call) && !given.some(keepsState))) return [];
  return referents.of(target).flatMap((referent): readonly Hazard[] => {
    return referent.kind === 'global' && isPrototype(referent.path) ? [hazard(referent.path)] : [];
  });
}

/** Writes to the state of a module that `preloadModules` loads once for all workflows. */
export function preloadedWrites(
  unit: Unit,
  checker: ts.TypeChecker,
  preloaded: ReadonlySet<ts.SourceFile>,
): readonly HazardSite[] {
  if (unit.kind === 'module' || unit.kind === 'wrapped') return [];
  return mutationsIn(unit, checker).flatMap((site): readonly HazardSite[] => {
    const { target, unit: writer, node } = site;
    if (target === undefined || !preloaded.has(target.getSourceFile()) || !ts.isVariableDeclaration(target)) return [];
    if (!isAtTop(target) || isWeak(target)) return [];
    const label = `writes ${target.name.getText()} of a preloaded module`;
    return [{ ...hazard(label), unit: writer, node }];
  });
}

/** Whether what it holds is reached only through keys, which a workflow makes itself. */
function isWeak({ initializer, parent }: ts.VariableDeclaration): boolean {
  if (initializer === undefined || (parent.flags & ts.NodeFlags.Const) === 0) return false;
  const made = bare(initializer);
  return ts.isNewExpression(made) && /^Weak(Map|Set)$/.test(made.expression.getText());
}

/** Whether code writes to a variable of its module, which then carries something from run to run. */
function keepsState(code: ts.Node): boolean {
  const kept = new Set(
    code
      .getSourceFile()
      .statements.flatMap((statement) =>
        ts.isVariableStatement(statement) ? statement.declarationList.declarations : [],
      )
      .map(({ name }) => name.getText()),
  );
  const writes = (node: ts.Node): boolean => {
    const target = writtenIn(node);
    return target !== undefined && kept.has(/^\w+/.exec(target.getText())?.[0] ?? '');
  };
  return writes(code) || findNode(code, writes) !== undefined;
}

function writtenIn(node: ts.Node): ts.Node | undefined {
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const { operator } = node;
    return operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken
      ? node.operand
      : undefined;
  }
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment ? node.left : undefined;
  }
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  return mutators.has(node.expression.name.text) ? node.expression.expression : undefined;
}

function hazard(path: string): Hazard {
  return { effect: 'shared-state', label: path, remedy: 'Keep it in the workflow, or pass it on as an argument.' };
}

function isPrototype(path: string): boolean {
  return /^[A-Z]\w*\.prototype$/.test(path);
}

function isAtTop(node: ts.Node): boolean {
  return ts.findAncestor(node, (outer) => isFunctionNode(outer) || ts.isClassLike(outer)) === undefined;
}
