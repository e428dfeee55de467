import ts from 'typescript';
import type { HazardSite } from '../call-graph.js';
import type { Unit } from '../summary.js';
import { isFunctionNode } from '../syntax.js';
import { every, functionAround, isAsync, userOf } from './syntax.js';
import type { World } from './world.js';

/** `await proxyActivities(…)`: the promise asks the proxy for `then`, which is an activity like any other. */
export function noAwaitProxy(unit: Unit, world: World): readonly HazardSite[] {
  return world.callsOf(unit).flatMap(({ name, module, node }): readonly HazardSite[] => {
    if (module !== '@temporalio/workflow' || !/^proxy(Local)?Activities$/.test(name)) return [];
    return [node, ...mentionsOf(node, world)].flatMap((proxy): readonly HazardSite[] => {
      const found = askedForThen(proxy, `${name}()`);
      return found === undefined ? [] : [{ unit, effect: 'no-await-proxy', ...found }];
    });
  });
}

/** Where the variable that a value is put into is mentioned. */
function mentionsOf(value: ts.Node, { checker }: World): readonly ts.Identifier[] {
  const declaration = userOf(value);
  if (!ts.isVariableDeclaration(declaration) || !ts.isIdentifier(declaration.name)) return [];
  const { name } = declaration;
  const symbol = checker.getSymbolAtLocation(name);
  const isIt = (node: ts.Node): boolean =>
    ts.isIdentifier(node) && node !== name && node.text === name.text && checker.getSymbolAtLocation(node) === symbol;
  return every(functionAround(declaration), isIt) as readonly ts.Identifier[];
}

/** Where the engine asks a value for its `then`: an `await`, a promise made of it, the end of an async function. */
function askedForThen(value: ts.Node, name: string): { node: ts.Node; label: string } | undefined {
  const user = userOf(value);
  if (ts.isAwaitExpression(user)) return { node: user, label: `await ${name}` };
  if (ts.isCallExpression(user) && user.expression.getText() === 'Promise.resolve') {
    return { node: user, label: `Promise.resolve() of ${name}` };
  }
  const code = functionAround(value);
  const isResult = ts.isReturnStatement(user) || (ts.isArrowFunction(user) && user === code);
  if (!isResult || !isFunctionNode(code) || !isAsync(code)) return undefined;
  return { node: value, label: `${name} returned from an async function` };
}
