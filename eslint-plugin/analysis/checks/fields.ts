import ts from 'typescript';
import type { HazardSite } from '../call-graph.js';
import type { Unit } from '../summary.js';
import { type FunctionNode, nameText } from '../syntax.js';
import { plainText } from './flag-tests.js';
import { facesOf as madeOf, isForgotten, isUpserted, settersAmong } from './flags.js';
import { codeOf, type Registration, registrationsIn } from './handlers.js';
import {
  facesOf,
  type Family,
  fieldIn,
  fieldsOf,
  filledFrom,
  isStart,
  isStaticMember,
  looksAt,
  membersNamed,
  ownHandlers,
  startsOf,
  withParents,
} from './instances.js';
import { isEmpty, type Variable } from './locals.js';
import type { Watched } from './looked-at.js';
import { every, isWithin } from './syntax.js';
import { isDrained, isMemo, isOfFunctions, mentionedIn } from './travel.js';
import type { World } from './world.js';

/** A method that continues as new, and what its instance is made of. */
interface Continuing {
  unit: Unit;
  node: FunctionNode;
  owner: ts.ClassLikeDeclaration;
  family: Family;
  rollovers: readonly ts.CallExpression[];
  /** Where a method of its own does nothing but continue, its callers say with what. */
  calls: readonly ts.CallExpression[];
  /** The members of `this` that go into the next run. */
  named: ReadonlySet<string>;
  handlers: readonly Registration[];
}

/** What the instance whose method continues as new keeps, and the next run does not get. */
export function lostFields(
  unit: Unit,
  node: FunctionNode,
  rollovers: readonly ts.CallExpression[],
  world: World,
): readonly HazardSite[] {
  const owner = ts.findAncestor(node, ts.isClassLike);
  if (owner === undefined) return [];
  const family = withParents(owner, world);
  const callers = world.graph.to(unit);
  const calls = callers
    .filter(({ from, node: call }) => ts.isCallExpression(call) && isWithin(from.node, owner))
    .map(({ node: call }) => call as ts.CallExpression);
  const named = new Set([
    ...[...rollovers, ...calls].flatMap((call) => call.arguments.flatMap((argument) => [...membersNamed(argument)])),
    ...namedByLocals(node, rollovers),
  ]);
  if (named.has('*')) return [];
  // `const order = new Order(); setHandler(close, () => order.close()); await order.run();`
  const outside = [...new Set(callers.map(({ from }) => from))].filter((from) => !isWithin(from.node, owner));
  const handlers = [
    ...ownHandlers(family, world).map(({ registration }) => registration),
    ...outside.flatMap((from) => registrationsIn(from, world)),
  ];
  const continuing: Continuing = { unit, node, owner, family, rollovers, calls, named, handlers };
  return [...lostBuffers(continuing, world), ...lostFlags(continuing, world)].map((field): HazardSite => {
    const isHere = field.getSourceFile() === unit.file;
    const label = `'this.${nameText(field.name) ?? ''}', which continueAsNew() does not hand on`;
    return { unit, node: isHere ? field.name : (rollovers[0] ?? node), effect: 'no-lost-state', label };
  });
}

/** What handlers put aside. */
function lostBuffers(continuing: Continuing, world: World): readonly ts.PropertyDeclaration[] {
  const { owner, family, rollovers, calls, handlers } = continuing;
  const fields = fieldsOf(family, isEmpty);
  if (fields.size === 0) return [];
  const code = handlers.flatMap(({ callbacks }) => callbacks.flatMap((callback) => codeOf(callback, world)));
  const filled = new Set(code.flatMap((one) => [...filledFrom(one, family, world)]));
  return [...fields].flatMap(([name, field]) => {
    if (!filled.has(name) || isOfFunctions(field.name, world) || isMemo(name)) return [];
    if (travels(name, continuing, world)) return [];
    const faces = facesOf(name, family);
    const uses = every(owner, (inner) => isFace(inner, faces));
    if (isDrained(faces, uses, rollovers) || (calls.length > 0 && isDrained(faces, uses, calls))) return [];
    return [field];
  });
}

/** What handlers set once and for all. */
function lostFlags(continuing: Continuing, world: World): readonly ts.PropertyDeclaration[] {
  const { node, family, rollovers, handlers } = continuing;
  const setters = settersAmong(handlers, world);
  if (setters.length === 0) return [];
  const own = node.name && nameText(node.name);
  const declared = family.flatMap(({ members }) => members.filter(ts.isPropertyDeclaration));
  return declared.filter((declaration) => {
    const member = nameText(declaration.name);
    const start = member === undefined ? undefined : startOfField(member, declaration, family);
    if (member === undefined || start === undefined || isStaticMember(declaration)) return false;
    if (travels(member, continuing, world)) return false;
    const uses = usesOf(member, family);
    const field: Variable = { name: 'this', member, declaration, uses };
    const members = [...facesOf(member, family)].filter((face) => face !== member && face !== own);
    const named: Watched = { name: 'this', member, faces: new Set(members) };
    const watched: Watched = { ...named, faces: madeOf(named, node, node) };
    if (family.some((one) => isUpserted(one, watched))) return false;
    return isForgotten(field, watched, { start, setters, node, rollovers }, world);
  });
}

/** The text of what a field begins with, wherever that is said, where it is a plain value. */
function startOfField(name: string, declaration: ts.PropertyDeclaration, family: Family): string | undefined {
  const starts = startsOf(name, declaration, family);
  if (starts.length === 0) return 'undefined';
  const [first, ...others] = starts.map(plainText);
  return others.every((other) => other === first) ? first : undefined;
}

/** Every mention of a field but where a constructor gives it what it begins with. */
function usesOf(name: string, family: Family): readonly ts.PropertyAccessExpression[] {
  const isOne = (node: ts.Node): boolean => ts.isPropertyAccessExpression(node) && fieldIn(node) === name;
  const all = family.flatMap((one) => every(one, isOne) as readonly ts.PropertyAccessExpression[]);
  return all.filter((use) => !isStart(use));
}

/** Whether what the arguments are made of looks at a field. */
function travels(name: string, { family, rollovers, calls, named }: Continuing, world: World): boolean {
  if ([...facesOf(name, family)].some((face) => named.has(face))) return true;
  // A member that a subclass has may look at it too.
  const asked = [...rollovers, ...calls].flatMap((call) => every(call, ts.isCallExpression));
  return asked.some((call) =>
    world.graph.edgesAt(call).some(({ to }) => ts.isMethodDeclaration(to.node) && looksAt(to.node, name)),
  );
}

function isFace(node: ts.Node, faces: ReadonlySet<string>): boolean {
  const name = fieldIn(node);
  return name !== undefined && faces.has(name);
}

/** What the arguments are made of, where they are put together in variables before. */
function namedByLocals(node: FunctionNode, rollovers: readonly ts.CallExpression[]): readonly string[] {
  const { body } = node;
  if (body === undefined || !ts.isBlock(body)) return [];
  const names = new Set(rollovers.flatMap((call) => [...mentionedIn(call.arguments, body)]));
  const isNamed = (inner: ts.Node): boolean => ts.isIdentifier(inner) && names.has(inner.text);
  const made = every(body, (inner) => ts.isVariableDeclaration(inner) && every(inner, isNamed).length > 0);
  return made.flatMap((one) => [...membersNamed(one)]);
}
