import ts from 'typescript';
import { bare, nameText } from '../syntax.js';
import type { Unit } from '../summary.js';
import type { World } from './world.js';

export type HandlerKind = 'signal' | 'query' | 'update';

/** What a `setHandler()` registers. */
export interface Registration {
  node: ts.CallExpression;
  kind: HandlerKind | undefined;
  callback: ts.Expression;
  validator: ts.Expression | ts.MethodDeclaration | undefined;
  options: ts.ObjectLiteralExpression | undefined;
}

export function registrationsIn(unit: Unit, world: World): readonly Registration[] {
  return world.callsOf(unit).flatMap(({ name, module, node }): readonly Registration[] => {
    if (module !== '@temporalio/workflow') return [];
    const [first, second, third] = node.arguments;
    const whole = defaults[name];
    if (whole !== undefined) {
      return first === undefined
        ? []
        : [{ node, kind: whole, callback: first, validator: undefined, options: undefined }];
    }
    if (name !== 'setHandler' || first === undefined || second === undefined) return [];
    const given = third && bare(third);
    const options = given !== undefined && ts.isObjectLiteralExpression(given) ? given : undefined;
    return [{ node, kind: kindOf(first, world), callback: second, validator: validatorIn(options), options }];
  });
}

const defaults: Readonly<Record<string, HandlerKind>> = {
  setDefaultSignalHandler: 'signal',
  setDefaultQueryHandler: 'query',
  setDefaultUpdateHandler: 'update',
};

function kindOf(definition: ts.Expression, world: World): HandlerKind | undefined {
  switch (world.nameOf(definition)?.name) {
    case 'defineSignal.()':
      return 'signal';
    case 'defineQuery.()':
      return 'query';
    case 'defineUpdate.()':
      return 'update';
    default:
      return undefined;
  }
}

function validatorIn(
  options: ts.ObjectLiteralExpression | undefined,
): ts.Expression | ts.MethodDeclaration | undefined {
  for (const property of options?.properties ?? []) {
    if (property.name === undefined || nameText(property.name) !== 'validator') continue;
    if (ts.isPropertyAssignment(property)) return property.initializer;
    if (ts.isShorthandPropertyAssignment(property)) return property.name;
    if (ts.isMethodDeclaration(property)) return property;
  }
  return undefined;
}

/** The units of a callback, which may be a method of the options. */
export function codeOf(callback: ts.Expression | ts.MethodDeclaration, world: World): readonly Unit[] {
  if (!ts.isMethodDeclaration(callback)) return world.unitsOf(callback);
  const unit = world.graph.unitOf(callback);
  return unit === undefined ? [] : [unit];
}
