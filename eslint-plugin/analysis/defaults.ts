import ts from 'typescript';
import { summaryOf } from './summary.js';
import { bare, fileOf, isFunctionNode, nameText } from './syntax.js';

/** What has a default value: a parameter, or a member that it is taken apart into. */
export type Defaulted = ts.ParameterDeclaration | ts.BindingElement;

/** The defaults that run code when a function is called without them, or an instance is made. */
export function defaultsOf(code: ts.Node): readonly Defaulted[] {
  const node = ts.isClassLike(code) ? code.members.find(isConstructor) : isFunctionNode(code) ? code : undefined;
  // Most have none, and need no look at their file.
  if (node?.parameters.some(({ name, initializer }) => initializer !== undefined || !ts.isIdentifier(name)) !== true)
    return [];
  return summaryOf(fileOf(code)).defaults.get(code) ?? [];
}

function isConstructor(member: ts.ClassElement): member is ts.ConstructorDeclaration {
  return ts.isConstructorDeclaration(member) && member.body !== undefined;
}

/**
 * Whether a call hands over what would otherwise begin with a default value, which then does not run.
 *
 * @param args What the call hands over; undefined where that can't be seen.
 */
export function isGiven(
  defaulted: Defaulted,
  args: readonly ts.Expression[] | undefined,
  checker: ts.TypeChecker,
): boolean {
  const parameter = ts.isParameter(defaulted) ? defaulted : parameterOf(defaulted);
  if (args === undefined || parameter === undefined) return false;
  const list = parameter.parent.parameters.filter(({ name }) => name.getText() !== 'this');
  const index = list.indexOf(parameter);
  const before = args.slice(0, index + 1);
  const value = before[index];
  if (value === undefined || before.some(ts.isSpreadElement)) return false;
  const type = checker.getTypeAtLocation(value);
  if (mayBeUndefined(type) || isOptional(value, checker)) return false;
  if (ts.isParameter(defaulted)) return true;
  const name = nameText(defaulted.propertyName ?? defaulted.name);
  const member = name === undefined ? undefined : checker.getPropertyOfType(type, name);
  if (member === undefined || (member.flags & ts.SymbolFlags.Optional) !== 0) return false;
  return !mayBeUndefined(checker.getTypeOfSymbolAtLocation(member, value));
}

/** Only of a pattern that stands for a parameter itself: `({ now = Date.now }) => …`. */
function parameterOf({ parent }: ts.BindingElement): ts.ParameterDeclaration | undefined {
  return ts.isObjectBindingPattern(parent) && ts.isParameter(parent.parent) ? parent.parent : undefined;
}

/** `input.at` and `at`, declared with a `?`: without strict null checks their types do not tell. */
function isOptional(value: ts.Expression, checker: ts.TypeChecker): boolean {
  const named = bare(value);
  if (!ts.isIdentifier(named) && !ts.isPropertyAccessExpression(named)) return false;
  const symbol = checker.getSymbolAtLocation(ts.isIdentifier(named) ? named : named.name);
  if (symbol === undefined || checker.getTypeAtLocation(value) !== checker.getTypeOfSymbol(symbol)) return false;
  const { valueDeclaration } = symbol;
  const isAsked =
    valueDeclaration !== undefined && ts.isParameter(valueDeclaration) && !!valueDeclaration.questionToken;
  return isAsked || (symbol.flags & ts.SymbolFlags.Optional) !== 0;
}

function mayBeUndefined(type: ts.Type): boolean {
  const parts = type.isUnion() ? type.types : [type];
  return parts.some(({ flags }) => (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) !== 0);
}
