import ts from 'typescript';
import { isFunctionNode } from '../syntax.js';
import { every, isWithin } from './syntax.js';
import type { World } from './world.js';

/** What is known already may be found out again. */
export function isMemo(name: string): boolean {
  return /cache|memo/i.test(name);
}

/** Who waits, rather than what: nobody waits any more once the run ends, and no payload holds a function. */
export function isOfFunctions(name: ts.Node, { checker }: World): boolean {
  const type = checker.getTypeAtLocation(name);
  const isReference = (type.flags & ts.TypeFlags.Object) !== 0 && 'target' in type;
  const parts = isReference ? checker.getTypeArguments(type as ts.TypeReference) : [];
  return (parts.at(-1)?.getCallSignatures().length ?? 0) > 0;
}

/** Whether a run only continues when nothing is left: a loop before it, or the condition on it, looks at the buffer. */
export function isDrained(
  faces: ReadonlySet<string>,
  uses: readonly ts.Node[],
  rollovers: readonly ts.CallExpression[],
): boolean {
  return rollovers.every((call) => {
    for (let at: ts.Node = call; !isFunctionNode(at) && !ts.isSourceFile(at); at = at.parent) {
      const { parent } = at;
      if (ts.isIfStatement(parent) && parent.thenStatement === at && names(parent.expression, faces)) return true;
      if (!ts.isBlock(parent)) continue;
      const before = parent.statements.slice(0, parent.statements.indexOf(at as ts.Statement));
      if (before.some((statement) => empties(statement, uses))) return true;
    }
    return false;
  });
}

function names(code: ts.Node, faces: ReadonlySet<string>): boolean {
  const isFace = (node: ts.Node): boolean =>
    (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) && faces.has(node.text) && isWithin(node, code);
  return every(code.parent, isFace).length > 0;
}

/** A loop over all that there is, or a wait until nothing is. */
function empties(statement: ts.Statement, uses: readonly ts.Node[]): boolean {
  const looked = ts.isWhileStatement(statement)
    ? statement.expression
    : ts.isForOfStatement(statement)
      ? statement.expression
      : undefined;
  if (looked !== undefined) return uses.some((use) => isWithin(use, looked));
  if (!ts.isExpressionStatement(statement)) return false;
  return /===? *0|!\w|size *<|length *</.test(statement.getText()) && uses.some((use) => isWithin(use, statement));
}

/** The names that arguments are made of, through the variables and members that they name. */
export function mentionedIn(args: readonly ts.Expression[], body: ts.Block): ReadonlySet<string> {
  const found = new Set<string>();
  const take = (node: ts.Node): void => {
    for (const name of [node, ...every(node, ts.isIdentifier)]) if (ts.isIdentifier(name)) found.add(name.text);
  };
  args.forEach(take);
  // What is put into a thing that travels, travels.
  for (const name of found) {
    every(body, (node) => {
      if (ts.isVariableDeclaration(node) && node.initializer !== undefined) {
        if (new RegExp(`\\b${name}\\b`).test(node.name.getText())) take(node.initializer);
      }
      if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
        if (new RegExp(`^${name}\\b`).test(node.left.getText())) take(node.right);
      }
      if (ts.isCallExpression(node) && new RegExp(`^${name}\\.`).test(node.expression.getText()))
        node.arguments.forEach(take);
      return false;
    });
  }
  return found;
}
