import ts from 'typescript';
import { bare, isAccess } from './syntax.js';

/**
 * Tells of functions whether they are given to a module that the bundler leaves out: there is nothing there that could
 * run them, so that they are for the other side of a module which holds both, such as a test beside its workflow.
 */
export function isGivenAway(node: ts.Node, ignored: readonly string[], checker: ts.TypeChecker): boolean {
  if (ignored.length === 0) return false;
  let value: ts.Node = node;
  while (isPart(value.parent)) value = value.parent;
  const { parent: call } = value;
  if (!(ts.isCallExpression(call) || ts.isNewExpression(call)) || call.expression === value) return false;
  let callee = bare(call.expression);
  while (isAccess(callee)) callee = bare(callee.expression);
  const module = ts.isIdentifier(callee) ? moduleOf(callee, checker) : undefined;
  // What a hook says of the SDK's own package leaves nothing of it out.
  return module !== undefined && ignored.includes(module) && module !== '@temporalio/workflow';
}

function isPart(node: ts.Node): boolean {
  return (
    ts.isObjectLiteralExpression(node) ||
    ts.isPropertyAssignment(node) ||
    ts.isShorthandPropertyAssignment(node) ||
    ts.isArrayLiteralExpression(node) ||
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node)
  );
}

/** The module that a name is imported from, as the import says it. */
function moduleOf(name: ts.Identifier, checker: ts.TypeChecker): string | undefined {
  const [declaration] = checker.getSymbolAtLocation(name)?.declarations ?? [];
  const imported = declaration && ts.findAncestor(declaration, ts.isImportDeclaration);
  return imported !== undefined && ts.isStringLiteral(imported.moduleSpecifier)
    ? imported.moduleSpecifier.text
    : undefined;
}
