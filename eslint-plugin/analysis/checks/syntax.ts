import ts from 'typescript';
import { isFunctionNode } from '../syntax.js';
import { walk } from '../walk.js';

/** Whether some node of a function's own code, functions within it aside, is what `test` looks for. */
export function own(code: ts.Node, test: (node: ts.Node) => boolean): boolean {
  return find(code, test) !== undefined;
}

/** The first such node. */
export function find(code: ts.Node, test: (node: ts.Node) => boolean): ts.Node | undefined {
  let found: ts.Node | undefined;
  walk(code, (node) => {
    if (test(node)) found = node;
    return found !== undefined ? 'stop' : isFunctionNode(node) ? 'skip' : undefined;
  });
  return found;
}

/** Every node, functions within included, that is what `test` looks for. */
export function every(code: ts.Node, test: (node: ts.Node) => boolean): readonly ts.Node[] {
  const found: ts.Node[] = [];
  walk(code, (node) => {
    if (test(node)) found.push(node);
    return undefined;
  });
  return found;
}

/** Whether code names something, in a word of its own rather than in a comment or a text. */
export function names(code: ts.Node, word: RegExp): boolean {
  return every(code, (node) => ts.isIdentifier(node) && word.test(node.text)).length > 0;
}

export function isWaiting(node: ts.Node): boolean {
  return ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined);
}

export function isWithin(node: ts.Node, outer: ts.Node): boolean {
  return node.getSourceFile() === outer.getSourceFile() && outer.pos <= node.pos && node.end <= outer.end;
}

/** The function whose own code a node is part of. */
export function functionAround(node: ts.Node): ts.Node {
  return ts.findAncestor(node.parent, (outer) => isFunctionNode(outer) || ts.isSourceFile(outer)) ?? node;
}

/** Climbs over parentheses, assertions and `!` to what uses a value. */
export function userOf(node: ts.Node): ts.Node {
  let at = node.parent;
  while (
    ts.isParenthesizedExpression(at) ||
    ts.isAsExpression(at) ||
    ts.isSatisfiesExpression(at) ||
    ts.isNonNullExpression(at)
  ) {
    at = at.parent;
  }
  return at;
}

/** Whether a function is declared `async`. */
export function isAsync(node: ts.Node): boolean {
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);
}
