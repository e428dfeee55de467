import ts from 'typescript';
import type { HazardSite } from '../call-graph.js';
import type { Unit } from '../summary.js';
import { shown } from '../paths.js';
import { bare, isFunctionNode, lineOf, nameText } from '../syntax.js';
import { boundActivities } from './activities.js';
import { isLongRunningBody } from './history.js';
import type { SdkCall, World } from './world.js';

/** Types whose values JSON does not bring back: what comes out on the other side is something else. */
const lost: Readonly<Record<string, string>> = {
  Map: 'a Map arrives as {}',
  Set: 'a Set arrives as {}',
  WeakMap: 'a WeakMap arrives as {}',
  ReadonlyMap: 'a Map arrives as {}',
  ReadonlySet: 'a Set arrives as {}',
  Date: 'a Date arrives as a text',
  RegExp: 'a RegExp arrives as {}',
  Error: 'an Error arrives as {}',
};

/** What a type holds that does not arrive, and where that is declared. */
interface Loss {
  why: string;
  culprit?: ts.Declaration | undefined;
}

/** A report, and the declaration that it is about: a type that many activities take is wrong once. */
interface Found extends HazardSite {
  culprit?: ts.Declaration | undefined;
}

/** Values in the signatures of workflows and activities that the default converter changes or refuses. */
export function noNonserializablePayload(unit: Unit, world: World): readonly HazardSite[] {
  const found = foundIn(unit, world);
  if (found.length === 0 || world.mentions(/payloadConverterPath|dataConverter\b|payloadCodecs/)) return [];
  const firsts = firstOf(world);
  return found.flatMap(({ culprit, ...site }): readonly HazardSite[] => {
    if (culprit === undefined) return [site];
    return firsts.get(culprit) === site.node
      ? [{ ...site, label: `${site.label}${placeOf(culprit, site, world)}` }]
      : [];
  });
}

function foundIn(unit: Unit, world: World): readonly Found[] {
  return [
    ...ofWorkflow(unit, world),
    ...ofActivities(unit, world),
    ...ofMessages(unit, world),
    ...ofArguments(unit, world),
  ];
}

const firsts = new WeakMap<World, ReadonlyMap<ts.Declaration, ts.Node>>();

/** The first place in the workflows' files, by their names, at which each wrong declaration is met. */
function firstOf(world: World): ReadonlyMap<ts.Declaration, ts.Node> {
  let known = firsts.get(world);
  if (known === undefined) {
    const all = [...world.reached()].flatMap((unit) => [...foundIn(unit, world)]);
    const inOrder = all.sort((a, b) => {
      const [one, other] = [a.unit.file.fileName, b.unit.file.fileName];
      return one === other ? a.node.pos - b.node.pos : one < other ? -1 : 1;
    });
    const found = new Map<ts.Declaration, ts.Node>();
    for (const { culprit, node } of inOrder) if (culprit !== undefined && !found.has(culprit)) found.set(culprit, node);
    firsts.set(world, (known = found));
  }
  return known;
}

/** Where a declaration stands, unless that is in sight of the report. */
function placeOf(culprit: ts.Declaration, { unit }: HazardSite, { graph }: World): string {
  const file = culprit.getSourceFile();
  if (file === unit.file) return '';
  return `, declared at ${shown(graph.cwd, file.fileName)}:${String(lineOf(file, culprit.getStart()))}`;
}

function ofWorkflow(unit: Unit, world: World): readonly Found[] {
  const { node } = unit;
  if (!isFunctionNode(node) || !world.isEntry(unit) || isLongRunningBody(unit, world)) return [];
  const signature = world.checker.getSignatureFromDeclaration(node);
  if (signature === undefined) return [];
  const found = ofSignature(signature, node, unit, world, `workflow ${unit.name ?? ''}`.trim());
  // What is given functions or objects with methods is a helper that a module of workflows exports.
  return found.filter(({ label }) => !/: (a function|an instance) /.test(label));
}

function ofActivities(unit: Unit, world: World): readonly Found[] {
  return world.callsOf(unit).flatMap(({ name, module, node }): readonly Found[] => {
    if (name !== 'proxyActivities' || module !== '@temporalio/workflow') return [];
    const { names, type } = boundActivities(node, world);
    return names.flatMap((activity): readonly Found[] => {
      const property = type?.getProperty(activity);
      const [signature] =
        property === undefined ? [] : world.checker.getTypeOfSymbolAtLocation(property, node).getCallSignatures();
      return signature === undefined ? [] : ofSignature(signature, node, unit, world, `activity ${activity}`);
    });
  });
}

/** What `defineSignal<[Set<string>]>()` and its kin say of their arguments and answers. */
function ofMessages(unit: Unit, world: World): readonly Found[] {
  const { checker } = world;
  return world.callsOf(unit).flatMap(({ name, module, node }): readonly Found[] => {
    const kind = definitions[name];
    if (kind === undefined || module !== '@temporalio/workflow') return [];
    const given = node.typeArguments?.map((type) => checker.getTypeFromTypeNode(type));
    const [first, second] = given ?? argumentsOf(checker.getTypeAtLocation(node), checker);
    const [answer, gets] = kind === 'signal' ? [undefined, first] : [first, second];
    const parts: readonly (readonly [ts.Type, string])[] = [
      ...(gets === undefined ? [] : argumentsOf(gets, checker).map((type) => [type, 'brings'] as const)),
      ...(answer === undefined ? [] : [[answer, 'answers'] as const]),
    ];
    return parts
      .flatMap(([type, does]): readonly Found[] => {
        const loss = lostIn(type, checker, node);
        if (loss === undefined) return [];
        const label = `${kind} ${node.arguments[0]?.getText() ?? ''} ${does}: ${loss.why}`;
        return [{ unit, node, effect: 'no-nonserializable-payload', label, culprit: loss.culprit }];
      })
      .slice(0, 1);
  });
}

const definitions: Readonly<Record<string, string>> = {
  defineSignal: 'signal',
  defineQuery: 'query',
  defineUpdate: 'update',
};

function argumentsOf(type: ts.Type, checker: ts.TypeChecker): readonly ts.Type[] {
  const isReference = (type.flags & ts.TypeFlags.Object) !== 0 && 'target' in type;
  return isReference ? checker.getTypeArguments(type as ts.TypeReference) : [];
}

/** What is handed to an activity, a child or the next run where the parameter takes anything. */
function ofArguments(unit: Unit, world: World): readonly HazardSite[] {
  const { checker } = world;
  return world.callsOf(unit).flatMap((call): readonly HazardSite[] => {
    if (call.module !== '@temporalio/workflow') return [];
    return payloadsOf(call).flatMap((argument): readonly HazardSite[] => {
      if (ts.isStringLiteralLike(argument) || ts.isNumericLiteral(argument)) return [];
      const why = lostIn(checker.getTypeAtLocation(argument), checker, argument)?.why;
      // Who takes anything takes a text for a date, and looks at the fields of an instance alone.
      if (why === undefined || /^(a Date|an instance)\b/.test(why)) return [];
      // Reported where it is declared; asked last, since the compiler resolves the whole call for it.
      const wanted = checker.getContextualType(argument);
      if (wanted !== undefined && lostIn(wanted, checker, argument) !== undefined) return [];
      const who = call.name.replace(/^.*\(\)\./, '');
      return [{ unit, node: argument, effect: 'no-nonserializable-payload', label: `${who}() is given: ${why}` }];
    });
  });
}

function payloadsOf({ name, node }: SdkCall): readonly ts.Expression[] {
  if (/^(proxy(Local)?Activities\.\(\)\.[^.]+|continueAsNew|makeContinueAsNewFunc\.\(\))$/.test(name)) {
    return node.arguments.filter((argument) => !ts.isSpreadElement(argument));
  }
  if (/\.\(\)\.signal$/.test(name)) return node.arguments.slice(1).filter((argument) => !ts.isSpreadElement(argument));
  const options = node.arguments[1] && bare(node.arguments[1]);
  if (!/^(execute|start)Child$/.test(name) || options === undefined || !ts.isObjectLiteralExpression(options))
    return [];
  return options.properties.flatMap((property): readonly ts.Expression[] => {
    if (!ts.isPropertyAssignment(property) || nameText(property.name) !== 'args') return [];
    const args = bare(property.initializer);
    return ts.isArrayLiteralExpression(args) ? args.elements.filter((element) => !ts.isSpreadElement(element)) : [];
  });
}

function ofSignature(signature: ts.Signature, node: ts.Node, unit: Unit, world: World, who: string): readonly Found[] {
  const { checker } = world;
  const result = checker.getReturnTypeOfSignature(signature);
  // Called otherwise than over the wire.
  if (result.getSymbol()?.name !== 'Promise') return [];
  const parts = [
    ...signature.parameters.map(
      (p) => [checker.getTypeOfSymbolAtLocation(p, node), `gets ${p.name}`, p.valueDeclaration] as const,
    ),
    ...checker
      .getTypeArguments(result as ts.TypeReference)
      .map((type) => [type, 'returns', signature.getDeclaration() as ts.SignatureDeclaration | undefined] as const),
  ];
  return parts.flatMap(([type, what, declaration]): readonly Found[] => {
    const loss = isCode(type) ? { why: 'a function does not arrive' } : lostIn(type, checker, node);
    if (loss === undefined) return [];
    const at = isFunctionNode(node) ? ((node as ts.FunctionDeclaration).name ?? node) : node;
    const culprit = loss.culprit ?? declaration;
    return [{ unit, node: at, effect: 'no-nonserializable-payload', label: `${who} ${what}: ${loss.why}`, culprit }];
  });
}

/** What a type holds that JSON loses; only what is surely there, to a depth at which payloads still are. */
function lostIn(type: ts.Type, checker: ts.TypeChecker, at: ts.Node, depth = 0): Loss | undefined {
  if (depth > 4) return undefined;
  if ((type.flags & ts.TypeFlags.BigIntLike) !== 0) return { why: 'a bigint is refused' };
  // Either of a union may be meant for callers in the same process.
  if (type.isUnion()) {
    const rest = type.types.filter((t) => (t.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)) === 0);
    const [only] = rest;
    return rest.length === 1 && only !== undefined ? lostIn(only, checker, at, depth) : undefined;
  }
  const symbol = type.getSymbol();
  if (symbol === undefined || (type.flags & ts.TypeFlags.Object) === 0) return undefined;
  const isLib =
    symbol.declarations?.some((d) => /\/typescript\/lib\/lib\.[^/]*$/.test(d.getSourceFile().fileName)) ?? false;
  if (isLib) {
    const why = lost[symbol.name];
    if (why !== undefined) return { why };
    if (symbol.name !== 'Array' && symbol.name !== 'ReadonlyArray') return undefined;
    return first(checker.getTypeArguments(type as ts.TypeReference), (t) => lostIn(t, checker, at, depth + 1));
  }
  const declaration = symbol.declarations?.[0];
  if (declaration === undefined || declaration.getSourceFile().isDeclarationFile) return undefined;
  // An object that says how it is written, or is called, is no plain data.
  if (type.getProperty('toJSON') !== undefined || type.getCallSignatures().length > 0) return undefined;
  if (ts.isClassLike(declaration)) return ofInstance(type, checker);
  return first(type.getProperties(), (property) => {
    const own = lostIn(checker.getTypeOfSymbolAtLocation(property, at), checker, at, depth + 1);
    if (own === undefined) return undefined;
    return { why: `${own.why} (${property.name})`, culprit: own.culprit ?? property.declarations?.[0] };
  });
}

/** An instance arrives with its fields alone: those of a class without methods are all that it has. */
function ofInstance(type: ts.Type, checker: ts.TypeChecker): Loss | undefined {
  const isError = type.getProperty('stack') !== undefined && type.getProperty('message') !== undefined;
  if (isError) return { why: lost['Error'] ?? '' };
  const [method] = type
    .getProperties()
    .flatMap(({ declarations = [] }) => declarations)
    .filter((node) => ts.isMethodDeclaration(node) || ts.isGetAccessor(node));
  if (method === undefined) return undefined;
  const why = `an instance of ${checker.typeToString(type)} arrives without ${method.name.getText()}`;
  return { why, culprit: type.getSymbol()?.declarations?.[0] };
}

/** A function, rather than an object that can be called too. */
function isCode(type: ts.Type): boolean {
  return type.getCallSignatures().length > 0 && type.getProperties().length === 0 && !type.isUnion();
}

function first<T, R>(list: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of list) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
