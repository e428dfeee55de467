import ts from 'typescript';
import { bare, type FunctionNode } from '../syntax.js';
import type { Use, Variable } from './locals.js';
import { isLogical } from './looked-at.js';

/** How a flag begins, and where it may go. */
export interface Course {
  /** The text of what it begins with. */
  start: string;
  /** Whether it only ever adds up. */
  grows: boolean;
}

/** A variable that handlers set, in a workflow that continues as new. */
export interface Flag extends Course {
  node: FunctionNode;
  /** Where the run continues as new though the flag may have changed. */
  late: readonly ts.CallExpression[];
  rollovers: readonly ts.CallExpression[];
}

/** What a test asks: whether a flag is still what it was at the start. */
export interface Test {
  asks: 'start' | 'set';
  /** The whole of the test, as far as `&&` and `||` put it together. */
  whole: ts.Node;
}

const falsy = new Set(['undefined', 'null', 'false', '0', `''`, '""']);

/** The text of what a variable begins with, where that is a plain value. */
export function startOf({ declaration }: Variable): string | undefined {
  return declaration.initializer === undefined ? 'undefined' : plainText(declaration.initializer);
}

/** The text of a plain value. */
export function plainText(initializer: ts.Expression): string | undefined {
  const value = bare(initializer);
  const isPlain =
    ts.isNumericLiteral(value) ||
    ts.isStringLiteralLike(value) ||
    value.kind === ts.SyntaxKind.TrueKeyword ||
    value.kind === ts.SyntaxKind.FalseKeyword ||
    value.kind === ts.SyntaxKind.NullKeyword ||
    (ts.isIdentifier(value) && value.text === 'undefined');
  return isPlain ? value.getText() : undefined;
}

/** What the test that a flag is part of asks of it. */
export function testOf(use: Use, { start, grows }: Course): Test | undefined {
  let asksForSet = falsy.has(start);
  let at: ts.Node = use;
  for (let { parent } = at; ; { parent } = at) {
    if (ts.isParenthesizedExpression(parent) || (ts.isBinaryExpression(parent) && isLogical(parent))) at = parent;
    else if (ts.isPrefixUnaryExpression(parent) && parent.operator === ts.SyntaxKind.ExclamationToken) {
      asksForSet = !asksForSet;
      at = parent;
    } else if (ts.isBinaryExpression(parent)) {
      if (at !== use) return undefined;
      const compared = comparison(parent, use, start, grows);
      if (compared === undefined) return undefined;
      asksForSet = compared === 'set';
      at = parent;
    } else return { asks: asksForSet ? 'set' : 'start', whole: at };
  }
}

/** Whether a value decides what is done, rather than being handed to it. */
export function isTested(use: Use): boolean {
  const test = ts.findAncestor(use, (outer) => {
    const { parent } = outer as { parent?: ts.Node };
    if (parent === undefined || ts.isStatement(outer)) return 'quit';
    if (
      ts.isIfStatement(parent) ||
      ts.isWhileStatement(parent) ||
      ts.isDoStatement(parent) ||
      ts.isSwitchStatement(parent)
    )
      return true;
    if (ts.isForStatement(parent)) return parent.condition === outer;
    return ts.isConditionalExpression(parent) && parent.condition === outer;
  });
  return test !== undefined;
}

/** `state === 'closed'`, `count >= 10` */
function comparison(node: ts.BinaryExpression, use: Use, start: string, grows: boolean): Test['asks'] | undefined {
  const isLeftHand = node.left === use;
  const other = bare(isLeftHand ? node.right : node.left);
  switch (node.operatorToken.kind) {
    case ts.SyntaxKind.EqualsEqualsEqualsToken:
    case ts.SyntaxKind.EqualsEqualsToken:
      return isFixed(other) ? (isSame(other, start) ? 'start' : 'set') : undefined;
    case ts.SyntaxKind.ExclamationEqualsEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsToken:
      return isFixed(other) ? (isSame(other, start) ? 'set' : 'start') : undefined;
    case ts.SyntaxKind.GreaterThanToken:
    case ts.SyntaxKind.GreaterThanEqualsToken:
      return grows ? (isLeftHand ? 'set' : 'start') : undefined;
    case ts.SyntaxKind.LessThanToken:
    case ts.SyntaxKind.LessThanEqualsToken:
      return grows ? (isLeftHand ? 'start' : 'set') : undefined;
    default:
      return undefined;
  }
}

function isFixed(node: ts.Expression): boolean {
  return (
    ts.isLiteralExpression(node) ||
    (ts.isIdentifier(node) && node.text === 'undefined') ||
    node.kind === ts.SyntaxKind.TrueKeyword ||
    node.kind === ts.SyntaxKind.FalseKeyword ||
    node.kind === ts.SyntaxKind.NullKeyword
  );
}

function isSame(node: ts.Expression, start: string): boolean {
  const text = node.getText();
  const isNone = (one: string): boolean => one === 'undefined' || one === 'null';
  return text === start || (isNone(text) && isNone(start));
}
