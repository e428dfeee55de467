import ts from 'typescript';
import { bare, nameText } from '../syntax.js';
import type { World } from './world.js';

/** The values of an options object by name; a name that is not there is surely not set. */
export type Options = ReadonlyMap<string, ts.Expression>;

/** Reads an options object through constants, spreads and imports; nothing where any part of it can't be read. */
export function optionsOf(expression: ts.Expression, world: World, depth = 0): Options | undefined {
  if (depth > 10) return undefined;
  const value = bare(expression);
  if (!ts.isObjectLiteralExpression(value)) {
    if (!ts.isIdentifier(value) || !isConstant(value, world)) return undefined;
    const referents = world.graph.referents.of(value);
    const [only] = referents;
    return referents.length === 1 && only?.kind === 'object' ? optionsOf(only.node, world, depth + 1) : undefined;
  }
  const found = new Map<string, ts.Expression>();
  for (const property of value.properties) {
    if (ts.isSpreadAssignment(property)) {
      const inner = optionsOf(property.expression, world, depth + 1);
      if (inner === undefined) return undefined;
      for (const [name, given] of inner) found.set(name, given);
      continue;
    }
    const name = nameText(property.name);
    if (name === undefined) return undefined;
    if (ts.isPropertyAssignment(property)) found.set(name, property.initializer);
    else if (ts.isShorthandPropertyAssignment(property)) found.set(name, property.name);
    else found.set(name, value);
    if (ts.isPropertyAssignment(property) && property.initializer.getText() === 'undefined') found.delete(name);
  }
  return found;
}

/** A name that holds the same object all the time: nobody adds a key to it. */
function isConstant(name: ts.Identifier, world: World): boolean {
  const declaration = declarationOf(name, world);
  if (declaration === undefined || !isConst(declaration)) return false;
  const writes = new RegExp(
    `\\b${name.text}(\\.|\\[|\\b.*Object\\.assign)[^=\\n]*[^=!<>]=[^=>]|assign\\(\\s*${name.text}\\b`,
  );
  return !writes.test(declaration.getSourceFile().text) && !writes.test(name.getSourceFile().text);
}

/** A duration in milliseconds; `invalid` where the SDK throws for it, nothing where the source does not fix it. */
export function durationOf(expression: ts.Expression, world: World, depth = 0): number | 'invalid' | undefined {
  const value = bare(expression);
  if (ts.isBinaryExpression(value)) {
    const [left, right] = [value.left, value.right].map((part) => durationOf(part, world, depth));
    if (typeof left !== 'number' || typeof right !== 'number') return undefined;
    if (value.operatorToken.kind === ts.SyntaxKind.AsteriskToken) return left * right;
    return value.operatorToken.kind === ts.SyntaxKind.PlusToken ? left + right : undefined;
  }
  if (ts.isNumericLiteral(value)) return Number(value.text);
  if (ts.isStringLiteralLike(value)) return parse(value.text);
  if (!ts.isIdentifier(value) && !ts.isPropertyAccessExpression(value)) return undefined;
  const type = world.checker.getTypeAtLocation(value);
  if (type.isNumberLiteral()) return type.value;
  if (type.isStringLiteral()) return parse(type.value);
  const initializer = ts.isIdentifier(value) && depth < 5 ? constantOf(value, world) : undefined;
  return initializer && durationOf(initializer, world, depth + 1);
}

function constantOf(name: ts.Identifier, world: World): ts.Expression | undefined {
  const declaration = declarationOf(name, world);
  return declaration !== undefined && isConst(declaration) ? declaration.initializer : undefined;
}

function declarationOf(name: ts.Identifier, { checker }: World): ts.VariableDeclaration | undefined {
  const named = checker.getSymbolAtLocation(name);
  const isAlias = named !== undefined && (named.flags & ts.SymbolFlags.Alias) !== 0;
  const declaration = (isAlias ? checker.getAliasedSymbol(named) : named)?.valueDeclaration;
  return declaration !== undefined && ts.isVariableDeclaration(declaration) ? declaration : undefined;
}

function isConst(declaration: ts.VariableDeclaration): boolean {
  return (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0;
}

/** As the package `ms` reads it, on which the SDK relies. */
function parse(text: string): number | 'invalid' {
  const match = pattern.exec(text);
  if (match === null || text.length > 100) return 'invalid';
  const unit = (match[2] ?? 'ms').toLowerCase();
  const [, factor = 1] = units.find(([names]) => names.test(unit)) ?? [];
  return Number.parseFloat(match[1] ?? '') * factor;
}

const pattern =
  /^(-?(?:\d+)?\.?\d+) *(milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|years?|yrs?|y)?$/i;

const units: readonly (readonly [RegExp, number])[] = [
  [/^(milliseconds?|msecs?|ms)$/, 1],
  [/^s/, 1_000],
  [/^m/, 60_000],
  [/^h/, 3_600_000],
  [/^d/, 86_400_000],
  [/^w/, 604_800_000],
  [/^y/, 31_557_600_000],
];
