import ts from 'typescript';
import type { Unit } from '../summary.js';
import { summaryOf } from '../summary.js';
import { bare, isAccess, isFunctionNode, nameText } from '../syntax.js';
import { codeOf, registrationsIn, type Registration } from './handlers.js';
import { every, isWithin } from './syntax.js';
import type { World } from './world.js';

/** A class of the project and those of the project that it extends. */
export type Family = readonly ts.ClassLikeDeclaration[];

/** A handler that a class registers itself, and the member that does so; none for its constructor. */
export interface OwnHandler {
  registration: Registration;
  member: string | undefined;
  /** The fields that it puts something into. */
  fills: ReadonlySet<string>;
}

/** The class that a value is an instance of, where the project declares it. */
export function familyOf(value: ts.Node, { checker, graph }: World): Family {
  const declaration = checker.getTypeAtLocation(value).getSymbol()?.valueDeclaration;
  if (declaration === undefined || !ts.isClassLike(declaration)) return [];
  return graph.files.has(declaration.getSourceFile()) ? withParents(declaration, { graph }) : [];
}

export function withParents(own: ts.ClassLikeDeclaration, { graph }: Pick<World, 'graph'>): Family {
  const found = new Set([own]);
  for (const one of found) {
    const parent = graph.referents.heritage(one);
    for (const referent of parent === undefined ? [] : graph.referents.of(parent)) {
      if (referent.kind === 'class') found.add(referent.node);
    }
  }
  return [...found];
}

/** The fields that begin as an empty list, map or set, or at a number: what each makes of itself is gone with the instance. */
export function fieldsOf(
  family: Family,
  isFresh: (value: ts.Expression) => boolean,
): ReadonlyMap<string, ts.PropertyDeclaration> {
  const found = new Map<string, ts.PropertyDeclaration>();
  for (const member of family.flatMap(({ members }) => [...members])) {
    if (!ts.isPropertyDeclaration(member) || isStaticMember(member)) continue;
    const name = nameText(member.name);
    const values = name === undefined ? [] : startsOf(name, member, family);
    if (name !== undefined && values.length > 0 && values.every(isFresh)) found.set(name, member);
  }
  return found;
}

export function isStaticMember(member: ts.PropertyDeclaration): boolean {
  return member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false;
}

/** What a field begins as: where it is declared, and in constructors. */
export function startsOf(name: string, member: ts.PropertyDeclaration, family: Family): readonly ts.Expression[] {
  const values = family
    .flatMap(({ members }) => members.filter(ts.isConstructorDeclaration))
    .flatMap((constructor) => every(constructor, (node) => isStart(node) && fieldIn(node) === name))
    .map(({ parent }) => (parent as ts.BinaryExpression).right);
  return member.initializer === undefined ? values : [member.initializer, ...values];
}

/** Whether a constructor itself, rather than a handler in it, sets a field. */
export function isStart(use: ts.Node): boolean {
  const { parent } = use;
  if (!ts.isBinaryExpression(parent) || parent.left !== use || !isAssigning(parent)) return false;
  const around = ts.findAncestor(use, (outer) => isFunctionNode(outer) || ts.isConstructorDeclaration(outer));
  return around !== undefined && ts.isConstructorDeclaration(around);
}

function isAssigning({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** `pending` in `this.pending` */
export function fieldIn(node: ts.Node): string | undefined {
  const value = ts.isExpression(node) ? bare(node) : node;
  if (!ts.isPropertyAccessExpression(value) || value.expression.kind !== ts.SyntaxKind.ThisKeyword) return undefined;
  return value.name.text;
}

/** The handlers that a class registers for its instances. */
export function ownHandlers(family: Family, world: World): readonly OwnHandler[] {
  return family.flatMap((owner) => {
    const units = [...summaryOf(owner.getSourceFile()).units.values()].filter(({ node }) => isWithin(node, owner));
    return units.flatMap((unit) =>
      registrationsIn(unit, world).map((registration): OwnHandler => {
        const units = registration.callbacks.flatMap((callback) => codeOf(callback, world));
        const fills = new Set(units.flatMap((code) => [...filledFrom(code, family, world)]));
        return { registration, member: memberAround(registration.node, owner), fills };
      }),
    );
  });
}

function memberAround(node: ts.Node, owner: ts.ClassLikeDeclaration): string | undefined {
  const member = owner.members.find((one) => isWithin(node, one));
  const isMethod = member !== undefined && ts.isMethodDeclaration(member);
  return isMethod ? nameText(member.name) : undefined;
}

/** The fields that code, or the members that it calls, puts something into. */
export function filledFrom(code: Unit, family: Family, world: World): ReadonlySet<string> {
  return new Set([...membersFrom(code, family, world)].flatMap(({ node }) => fillsIn(node)));
}

/** Code, and the members of a class that it calls. */
function membersFrom(code: Unit, family: Family, { graph }: World): ReadonlySet<Unit> {
  const found = new Set([code]);
  for (const one of found) {
    for (const { to } of graph.from(one).edges) {
      if (isFunctionNode(to.node) && family.some((owner) => isWithin(to.node, owner))) found.add(to);
    }
  }
  return found;
}

/** `this.list.push(item)`, `this.list = [...this.list, item]`, `this.table[id] = item`, `this.sum += 1` */
function fillsIn(code: ts.Node): readonly string[] {
  const found: string[] = [];
  every(code, (node) => {
    const name = filledBy(node);
    if (name !== undefined) found.push(name);
    return false;
  });
  return found;
}

function filledBy(node: ts.Node): string | undefined {
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    return /^(push|unshift|add|set)$/.test(node.expression.name.text) ? fieldIn(node.expression.expression) : undefined;
  }
  if (ts.isPostfixUnaryExpression(node) || ts.isPrefixUnaryExpression(node)) {
    const { operator } = node;
    const isStep = operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;
    return isStep ? fieldIn(node.operand) : undefined;
  }
  if (!ts.isBinaryExpression(node) || !isAssigning(node)) return undefined;
  const target = bare(node.left);
  if (ts.isElementAccessExpression(target)) return fieldIn(target.expression);
  const name = fieldIn(target);
  if (name === undefined || node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return name;
  return every(node.right, (inner) => fieldIn(inner) === name).length > 0 || fieldIn(node.right) === name
    ? name
    : undefined;
}

/** A field, and the members whose code names it: what looks at them looks at it. */
export function facesOf(field: string, family: Family): ReadonlySet<string> {
  const found = new Set([field]);
  for (const name of found) {
    for (const member of family.flatMap(({ members }) => [...members])) {
      const own = member.name === undefined ? undefined : nameText(member.name);
      if (own === undefined || !isFunctionNode(member)) continue;
      if (looksAt(member, name)) found.add(own);
    }
  }
  return found;
}

/** Whether code names a field of `this`, or takes all of it: `const { pending } = this`. */
export function looksAt(code: ts.Node, field: string): boolean {
  return (
    every(
      code,
      (node) => fieldIn(node) === field || (node.kind === ts.SyntaxKind.ThisKeyword && !isAccess(node.parent)),
    ).length > 0
  );
}

/** The members of `this` that code names; `*` where it hands on all of it. */
export function membersNamed(code: ts.Node): ReadonlySet<string> {
  const found = new Set<string>();
  every(code.parent, (node) => {
    if (node.kind !== ts.SyntaxKind.ThisKeyword || !isWithin(node, code)) return false;
    const { parent } = node;
    found.add(isAccess(parent) ? (fieldIn(parent) ?? '*') : '*');
    return false;
  });
  return found;
}
