import ts from 'typescript';
import { mutators } from '../mutations.js';
import { bare, type FunctionNode, isFunctionNode, nameText } from '../syntax.js';
import { every, functionAround, isWithin } from './syntax.js';

/** A local of a workflow that changes while it runs. */
export interface Local {
  name: string;
  declaration: ts.VariableDeclaration;
  /** Every mention of it but the declaration, functions within included. */
  uses: readonly ts.Identifier[];
}

/** A local, or a member of an object that a local holds; a field is a member of `this`. */
export interface Variable {
  name: string;
  member?: string;
  declaration: ts.VariableDeclaration | ts.PropertyAssignment | ts.PropertyDeclaration;
  uses: readonly Use[];
}

export type Use = ts.Identifier | ts.PropertyAccessExpression;

/** The variables at the top of a body, before anything loops. */
export function declaredIn(body: ts.Block): readonly Local[] {
  return declaredBy(body.statements, body);
}

/** The variables of a module: each run has its own. */
export function declaredAround(node: FunctionNode): readonly Local[] {
  const file = node.getSourceFile();
  if (functionAround(node) !== file || node.body === undefined) return [];
  const own = new Set(
    every(node, (inner) => ts.isVariableDeclaration(inner) || ts.isParameter(inner) || ts.isBindingElement(inner)).map(
      (inner) => (inner as ts.VariableDeclaration).name.getText(),
    ),
  );
  return declaredBy(file.statements, file).filter(({ name }) => !own.has(name));
}

/** @param scope Where their uses count. */
function declaredBy(statements: readonly ts.Statement[], scope: ts.Node): readonly Local[] {
  return statements
    .flatMap((statement) => (ts.isVariableStatement(statement) ? [...statement.declarationList.declarations] : []))
    .flatMap((declaration): readonly Local[] => {
      const { name } = declaration;
      if (!ts.isIdentifier(name)) return [];
      const uses = every(
        scope,
        (node) => ts.isIdentifier(node) && node.text === name.text && node !== name && !isMember(node),
      );
      return [{ name: name.text, declaration, uses: uses as readonly ts.Identifier[] }];
    });
}

/** What an object is made with, each by itself, where nobody gets it as a whole who might set any of it. */
export function membersOf({ name, declaration, uses }: Local): readonly Variable[] {
  const made = declaration.initializer && bare(declaration.initializer);
  const isExported = (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Export) !== 0;
  if (made === undefined || !ts.isObjectLiteralExpression(made) || isExported) return [];
  const accesses = uses.flatMap(({ parent }) => (ts.isPropertyAccessExpression(parent) ? [parent] : []));
  if (uses.some((use) => !ts.isPropertyAccessExpression(use.parent) && !isGivenBack(use))) return [];
  return made.properties.filter(ts.isPropertyAssignment).flatMap((property): readonly Variable[] => {
    const member = nameText(property.name);
    if (member === undefined) return [];
    return [{ name, member, declaration: property, uses: accesses.filter((access) => access.name.text === member) }];
  });
}

/** `return state`, and `() => state` of a query. */
function isGivenBack(use: ts.Identifier): boolean {
  return ts.isReturnStatement(use.parent) || (ts.isArrowFunction(use.parent) && use.parent.body === use);
}

function isMember(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return ts.isPropertyAssignment(parent) && parent.name === node;
}

/** Made empty: what is put in is all that is in it. */
export function isBuffer({ declaration }: Local): boolean {
  return declaration.initializer !== undefined && isEmpty(declaration.initializer);
}

export function isEmpty(initializer: ts.Expression): boolean {
  const value = bare(initializer);
  if (ts.isArrayLiteralExpression(value)) return value.elements.length === 0;
  return (
    ts.isNewExpression(value) &&
    /^(Array|Map|Set)$/.test(value.expression.getText()) &&
    (value.arguments?.length ?? 0) === 0
  );
}

export function isEmptyObject({ declaration }: Local): boolean {
  const value = declaration.initializer && bare(declaration.initializer);
  return value !== undefined && ts.isObjectLiteralExpression(value) && value.properties.length === 0;
}

/** `buffer.push(item)` */
export function isFill(use: ts.Node): boolean {
  const { parent } = use;
  return (
    ts.isPropertyAccessExpression(parent) &&
    /^(push|unshift|add|set)$/.test(parent.name.text) &&
    ts.isCallExpression(parent.parent) &&
    parent.parent.expression === parent
  );
}

export function fillsIn({ uses }: Local): readonly ts.Node[] {
  return uses.filter(isFill);
}

export function isFilledIn({ uses }: Local, handlers: readonly ts.Node[]): boolean {
  return uses.some((use) => isFill(use) && handlers.some((handler) => isWithin(use, handler)));
}

/** `list = [...list, item]`, `totals[id] = sum` */
export function isGrowth(use: ts.Identifier): boolean {
  const { parent } = use;
  if (ts.isElementAccessExpression(parent) && parent.expression === use) {
    return ts.isBinaryExpression(parent.parent) && parent.parent.left === parent && isAssigning(parent.parent);
  }
  if (!ts.isBinaryExpression(parent) || parent.left !== use || !isAssigning(parent)) return false;
  return every(parent, (node) => node !== use && ts.isIdentifier(node) && node.text === use.text).length > 0;
}

export function isAssigning({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** A `let` that adds up: `count += 1`, `count = next(count)`. */
export function isSum(local: Local): boolean {
  const { initializer } = local.declaration;
  if (initializer === undefined || (ts.getCombinedNodeFlags(local.declaration) & ts.NodeFlags.Const) !== 0)
    return false;
  const value = bare(initializer);
  const isPlain = ts.isNumericLiteral(value) || ts.isStringLiteralLike(value) || ts.isBigIntLiteral(value);
  return isPlain && changesOf(local).length > 0;
}

export function changesOf({ name, uses }: Local): readonly ts.Node[] {
  return uses.filter((use) => {
    if (!isChange(use)) return false;
    const { parent } = use;
    if (!ts.isBinaryExpression(parent) || parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return true;
    return every(parent, (node) => node !== use && ts.isIdentifier(node) && node.text === name).length > 0;
  });
}

export function isChange(use: ts.Node): boolean {
  const { parent } = use;
  if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent)) {
    return parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken;
  }
  if (ts.isPropertyAccessExpression(parent)) return mutators.has(parent.name.text) && isFill(use);
  return ts.isBinaryExpression(parent) && parent.left === use && isAssigning(parent);
}

/** `batch.add(item)` around `batch` */
export function callOn(use: ts.Identifier): ts.Node {
  const { parent } = use;
  return ts.isPropertyAccessExpression(parent) && ts.isCallExpression(parent.parent) ? parent.parent : use;
}

/** `await save(list)`: somebody else keeps it. */
export function isHandedOn(use: ts.Identifier): boolean {
  const inner = ts.isSpreadElement(use.parent) ? use.parent.parent : use;
  const call = ts.findAncestor(
    inner,
    (outer) => ts.isCallExpression(outer) || ts.isStatement(outer) || isFunctionNode(outer),
  );
  if (call === undefined || !ts.isCallExpression(call)) return false;
  return call.arguments.some((argument) => isWithin(use, argument));
}

export function loopsAround(node: ts.Node, body: ts.Node): readonly ts.IterationStatement[] {
  const found: ts.IterationStatement[] = [];
  for (let at = node; at !== body; at = at.parent) if (ts.isIterationStatement(at, false)) found.push(at);
  return found;
}
