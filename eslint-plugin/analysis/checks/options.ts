import ts from 'typescript';
import { bare, isFunctionNode, nameText, isConst } from '../syntax.js';
import type { World } from './world.js';

/** The values of an options object by name; a name that is not there is surely not set. */
export type Options = ReadonlyMap<string, ts.Expression>;

/** Reads an options object through constants, spreads and imports; nothing where any part of it can't be read. */
export function optionsOf(expression: ts.Expression, world: World, depth = 0): Options | undefined {
  if (depth > 10) return undefined;
  const value = bare(expression);
  if (ts.isCallExpression(value)) {
    const made = resultOf(value, world);
    return made === undefined ? undefined : optionsOf(made.result, world, depth + 1);
  }
  if (ts.isPropertyAccessExpression(value)) {
    const member = optionsOf(value.expression, world, depth + 1)?.get(value.name.text);
    return member === undefined ? undefined : optionsOf(member, world, depth + 1);
  }
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

/** What a function of the project returns, where it does nothing else. */
function resultOf(
  call: ts.CallExpression,
  world: World,
): { result: ts.Expression; parameters: readonly ts.ParameterDeclaration[] } | undefined {
  const referents = world.graph.referents.of(call.expression);
  const [only] = referents;
  if (referents.length !== 1 || only?.kind !== 'function' || !isFunctionNode(only.node)) return undefined;
  const { body, parameters } = only.node;
  if (body === undefined || parameters.some(({ dotDotDotToken }) => dotDotDotToken !== undefined)) return undefined;
  if (!ts.isBlock(body)) return { result: body, parameters: [...parameters] };
  const [statement, ...rest] = body.statements;
  if (rest.length > 0 || statement === undefined || !ts.isReturnStatement(statement)) return undefined;
  return statement.expression && { result: statement.expression, parameters: [...parameters] };
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

/** The arguments of the calls that are looked into, by the parameters they are for. */
type Given = ReadonlyMap<ts.Node, ts.Expression>;

const none: Given = new Map();

/** A duration in milliseconds; `invalid` where the SDK throws for it, nothing where the source does not fix it. */
export function durationOf(
  expression: ts.Expression,
  world: World,
  given = none,
  depth = 0,
): number | 'invalid' | undefined {
  const value = bare(expression);
  if (depth > 8) return undefined;
  const inner = (part: ts.Expression): number | 'invalid' | undefined => durationOf(part, world, given, depth + 1);
  if (ts.isBinaryExpression(value)) {
    const [left, right] = [inner(value.left), inner(value.right)];
    if (typeof left !== 'number' || typeof right !== 'number') return undefined;
    if (value.operatorToken.kind === ts.SyntaxKind.AsteriskToken) return left * right;
    return value.operatorToken.kind === ts.SyntaxKind.PlusToken ? left + right : undefined;
  }
  if (ts.isNumericLiteral(value)) return Number(value.text);
  if (ts.isStringLiteralLike(value)) return parse(value.text);
  if (ts.isCallExpression(value)) {
    const made = resultOf(value, world);
    if (made === undefined) return undefined;
    const entries = made.parameters.flatMap((parameter, i): readonly [ts.Node, ts.Expression][] => {
      const argument = value.arguments[i] ?? parameter.initializer;
      return argument === undefined ? [] : [[parameter, argument]];
    });
    return durationOf(made.result, world, new Map([...given, ...entries]), depth + 1);
  }
  if (!ts.isIdentifier(value) && !ts.isPropertyAccessExpression(value)) return undefined;
  const argument = ts.isIdentifier(value) ? argumentFor(value, world, given) : undefined;
  if (argument !== undefined) return inner(argument);
  const byType = durationOfType(world.checker.getTypeAtLocation(value));
  if (byType !== undefined) return byType;
  const initializer = ts.isIdentifier(value) ? constantOf(value, world) : undefined;
  return initializer && inner(initializer);
}

function argumentFor(name: ts.Identifier, { checker }: World, given: Given): ts.Expression | undefined {
  if (given.size === 0) return undefined;
  const declaration = checker.getSymbolAtLocation(name)?.valueDeclaration;
  return declaration && given.get(declaration);
}

/** Of several that a type allows, the shortest. */
function durationOfType(type: ts.Type): number | 'invalid' | undefined {
  if (type.isNumberLiteral()) return type.value;
  if (type.isStringLiteral()) return parse(type.value);
  if (!type.isUnion()) return undefined;
  const all = type.types.map(durationOfType);
  const numbers = all.filter((one) => typeof one === 'number');
  return numbers.length === all.length ? Math.min(...numbers) : undefined;
}

function constantOf(name: ts.Identifier, world: World): ts.Expression | undefined {
  const declaration = declarationOf(name, world);
  return declaration !== undefined && isConst(declaration) ? declaration.initializer : undefined;
}

function declarationOf(name: ts.Identifier, { checker }: World): ts.VariableDeclaration | undefined {
  const named = ts.isShorthandPropertyAssignment(name.parent)
    ? checker.getShorthandAssignmentValueSymbol(name.parent)
    : checker.getSymbolAtLocation(name);
  const isAlias = named !== undefined && (named.flags & ts.SymbolFlags.Alias) !== 0;
  const declaration = (isAlias ? checker.getAliasedSymbol(named) : named)?.valueDeclaration;
  return declaration !== undefined && ts.isVariableDeclaration(declaration) ? declaration : undefined;
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
