import ts from 'typescript';
import type { HazardSite } from '../call-graph.js';
import { summaryOf, type Unit } from '../summary.js';
import { bare, isFunctionNode } from '../syntax.js';
import { walk } from '../walk.js';
import { wayFrom } from '../way.js';
import { optionsOf, type Options } from './options.js';
import type { World } from './world.js';

/** A `proxyActivities()` whose options can be read. */
export interface Proxy {
  node: ts.CallExpression;
  options: Options;
  activities: readonly Activity[];
}

export interface Activity {
  name: string;
  /** What runs: a function, or the call that makes one. */
  code: ts.Expression | ts.Node;
}

export function proxiesIn(unit: Unit, world: World): readonly Proxy[] {
  return world.callsOf(unit).flatMap(({ name, module, node }): readonly Proxy[] => {
    const [given] = node.arguments;
    if (name !== 'proxyActivities' || module !== '@temporalio/workflow' || given === undefined) return [];
    const options = optionsOf(given, world);
    return options === undefined ? [] : [{ node, options, activities: activitiesOf(node, world) }];
  });
}

/** The activities that a proxy is used for, as far as their code is in the project. */
export function activitiesOf(node: ts.CallExpression, world: World): readonly Activity[] {
  const { names, type } = boundActivities(node, world);
  return names.flatMap((name): readonly Activity[] => {
    const property = type?.getProperty(name);
    const code = property && codeOf(property, world);
    return code === undefined || code.getSourceFile().isDeclarationFile ? [] : [{ name, code }];
  });
}

/** The names that a proxy's activities are used by, and the type that has them. */
export function boundActivities(
  node: ts.CallExpression,
  world: World,
): { names: readonly string[]; type: ts.Type | undefined } {
  const [given] = node.typeArguments ?? [];
  const { parent } = node;
  if (given === undefined || !ts.isVariableDeclaration(parent)) return { names: [], type: undefined };
  const names = ts.isObjectBindingPattern(parent.name) ? boundNames(parent.name) : accessed(parent, world);
  return { names, type: world.checker.getTypeFromTypeNode(given) };
}

function boundNames(pattern: ts.ObjectBindingPattern): readonly string[] {
  return pattern.elements.flatMap(({ propertyName, name }) => {
    const named = propertyName ?? name;
    return ts.isIdentifier(named) ? [named.text] : [];
  });
}

/** `const acts = proxyActivities(…)`: the members that workflow code uses, in its file or where it is imported. */
function accessed(declaration: ts.VariableDeclaration, world: World): readonly string[] {
  const { name } = declaration;
  if (!ts.isIdentifier(name)) return [];
  const { checker } = world;
  const symbol = checker.getSymbolAtLocation(name);
  const found = new Set<string>();
  const isIt = (node: ts.Identifier): boolean => {
    const named = checker.getSymbolAtLocation(node);
    if (named === undefined || (named.flags & ts.SymbolFlags.Alias) === 0) return named === symbol;
    return checker.getAliasedSymbol(named) === symbol;
  };
  const own = declaration.getSourceFile();
  for (const file of world.graph.files) {
    const locals = file === own ? [name.text] : importedAs(name.text, file);
    if (locals.length === 0) continue;
    walk(file, (node) => {
      if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
      if (locals.includes(node.expression.text) && isIt(node.expression)) found.add(node.name.text);
      return undefined;
    });
  }
  return [...found];
}

function importedAs(name: string, file: ts.SourceFile): readonly string[] {
  const bindings = summaryOf(file).imports.flatMap((entry) => entry.bindings);
  return bindings.filter(({ imported }) => imported === name).map(({ local }) => local);
}

function codeOf(property: ts.Symbol, world: World): ts.Node | undefined {
  const { checker } = world;
  const symbol = (property.flags & ts.SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(property) : property;
  // What `Pick` makes of a member has no value declaration of its own.
  const declaration = symbol.valueDeclaration ?? symbol.declarations?.[0];
  if (declaration === undefined) return undefined;
  if (ts.isMethodSignature(declaration)) return onlyImplementation(symbol, world);
  if (isFunctionNode(declaration)) return declaration.body === undefined ? undefined : declaration;
  if (ts.isShorthandPropertyAssignment(declaration)) {
    const value = checker.getShorthandAssignmentValueSymbol(declaration);
    return value === undefined ? undefined : codeOf(value, world);
  }
  // `{ ship: typeof ship }` names the function by its type.
  if (ts.isPropertySignature(declaration)) {
    const [signature] = checker.getTypeOfSymbolAtLocation(symbol, declaration).getCallSignatures();
    const code = signature?.getDeclaration() as ts.Node | undefined;
    if (code !== undefined && isFunctionNode(code) && code.body !== undefined) return code;
    return onlyImplementation(symbol, world);
  }
  if (!ts.isVariableDeclaration(declaration) && !ts.isPropertyAssignment(declaration)) return undefined;
  const value = declaration.initializer && bare(declaration.initializer);
  return value !== undefined && (isFunctionNode(value) || ts.isCallExpression(value)) ? value : undefined;
}

/** What implements a member of an interface, where just one class or object of the project does. */
function onlyImplementation(member: ts.Symbol, world: World): ts.Node | undefined {
  const [only, ...others] = world.project().implementations.of(member);
  return others.length === 0 ? only : undefined;
}

/** The unit of an activity's function. */
export function activityUnit({ code }: Activity, world: World): Unit | undefined {
  return isFunctionNode(code) ? world.project().unitOf(code) : undefined;
}

/** Where an activity beats: through its calls, or by itself, since `longActivity` made it; nothing where it does not. */
export function beatOf(activity: Activity, world: World): HazardSite | 'by itself' | undefined {
  const { code } = activity;
  if (ts.isCallExpression(code)) return isLongActivity(code, world) ? 'by itself' : undefined;
  const project = world.project();
  const unit = activityUnit(activity, world);
  return unit && wayFrom(unit, project, 'heartbeats', (at) => project.hazards(at, 'heartbeats')[0])?.hazard;
}

export function isLongActivity(call: ts.CallExpression, world: World): boolean {
  return world
    .project()
    .referents.of(call.expression)
    .some((referent) =>
      referent.kind === 'package'
        ? referent.path.at(-1) === 'longActivity'
        : referent.kind === 'function' && (referent.node as ts.FunctionDeclaration).name?.getText() === 'longActivity',
    );
}
