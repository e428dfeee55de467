import ts from 'typescript';
import type { Site } from './summary.js';
import { bare } from './syntax.js';

// Where the language turns a value into a text or a number: it asks an object's own members for that.

type Take = (site: Site) => void;

/** `String(value)`, `Number(value)`, `Math.max(one, other)` */
export function conversionsBy({ expression, arguments: args }: ts.CallExpression, take: Take): void {
  if (ts.isIdentifier(expression)) {
    const [only] = args;
    if (only === undefined || args.length > 1) return;
    if (expression.text === 'String') take({ kind: 'text', node: only, hint: 'string' });
    if (expression.text === 'Number') numberOf(only, take);
  } else if (ts.isPropertyAccessExpression(expression) && ts.isIdentifier(expression.expression)) {
    if (expression.expression.text === 'Math') for (const argument of args) numberOf(argument, take);
  }
}

/** A value that becomes a number: what shows that it is one, or a text, asks nothing of anybody. */
export function numberOf(node: ts.Expression, take: Take): void {
  const value = bare(node);
  const isOne =
    ts.isLiteralExpression(value) ||
    ts.isTemplateExpression(value) ||
    ts.isPrefixUnaryExpression(value) ||
    ts.isPostfixUnaryExpression(value) ||
    (ts.isBinaryExpression(value) && converting.has(value.operatorToken.kind));
  if (!isOne) take({ kind: 'number', node });
}

/** `one + other`, `one < other`, `one ** other`, `one in other` */
export function operationOf(node: ts.BinaryExpression, take: Take): void {
  const { left, operatorToken, right } = node;
  const kind = operatorToken.kind;
  if (kind === ts.SyntaxKind.AsteriskAsteriskToken) take({ kind: 'power', node });
  if (kind === ts.SyntaxKind.InKeyword) take({ kind: 'in', node });
  if (kind === ts.SyntaxKind.PlusToken) {
    // A sum is no date, and to ask for the type of each part of a long one takes the square of its length.
    if (isText(right) && !isSum(bare(left))) take({ kind: 'text', node: left, hint: 'default' });
    if (isText(left)) take({ kind: 'text', node: right, hint: 'default' });
  }
  if (converting.has(kind)) {
    if (!isText(right)) numberOf(left, take);
    if (!isText(left)) numberOf(right, take);
  }
}

/** `value += right`: its target is a place that is written to. */
export function assignmentOf(
  target: ts.Expression,
  { operatorToken: { kind }, right }: ts.BinaryExpression,
  take: Take,
): void {
  if (ts.isObjectLiteralExpression(target)) take({ kind: 'pattern', node: target, from: right });
  take({ kind: 'write', node: target, value: right });
  if (kind >= ts.SyntaxKind.PlusEqualsToken && kind <= ts.SyntaxKind.PercentEqualsToken) numberOf(right, take);
}

/** `+value`, `value++` */
export function unaryOf({ operator, operand }: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression, take: Take): void {
  if (operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken) {
    take({ kind: 'write', node: operand, value: undefined });
  } else if (operator !== ts.SyntaxKind.ExclamationToken) numberOf(operand, take);
}

/** Operators that make numbers, or texts, of what they are given. */
const converting = new Set<ts.SyntaxKind>([
  ts.SyntaxKind.PlusToken,
  ts.SyntaxKind.MinusToken,
  ts.SyntaxKind.AsteriskToken,
  ts.SyntaxKind.SlashToken,
  ts.SyntaxKind.PercentToken,
  ts.SyntaxKind.AsteriskAsteriskToken,
  ts.SyntaxKind.LessThanToken,
  ts.SyntaxKind.LessThanEqualsToken,
  ts.SyntaxKind.GreaterThanToken,
  ts.SyntaxKind.GreaterThanEqualsToken,
]);

function isSum(node: ts.Expression): boolean {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
}

function isText(node: ts.Expression): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}
