import ts from 'typescript';
import type { Unit } from '../summary.js';
import { bare, nameText } from '../syntax.js';
import { familyOf, fieldsOf, filledFrom, ownHandlers } from './instances.js';
import { callOn, isAssigning, isEmpty, type Local } from './locals.js';
import { every, isWithin } from './syntax.js';
import type { World } from './world.js';

/** Whether handlers put something into what an object, or an instance of a class of the project, begins without. */
export function isFilledWithin(local: Local, handlers: readonly ts.Node[], unit: Unit, world: World): boolean {
  const { declaration, uses, name } = local;
  const value = declaration.initializer && bare(declaration.initializer);
  if (value === undefined) return false;
  const inHandlers = uses.filter((use) => handlers.some((handler) => isWithin(use, handler)));
  if (ts.isObjectLiteralExpression(value)) {
    const empty = new Set(
      value.properties.flatMap((property) =>
        ts.isPropertyAssignment(property) && isEmpty(property.initializer) ? [nameText(property.name)] : [],
      ),
    );
    return inHandlers.some((use) => empty.has(filledMember(use)));
  }
  if (!isMade(value)) return false;
  const family = familyOf(declaration.name, world);
  const fields = fieldsOf(family, isEmpty);
  if (fields.size === 0) return false;
  const isField = (field: string): boolean => fields.has(field);
  const byOwn = ownHandlers(family, world).some(
    ({ member, fills }) =>
      [...fills].some(isField) && (member === undefined || calls(declaration, name, member, unit.node)),
  );
  if (byOwn || inHandlers.some((use) => isField(filledMember(use) ?? ''))) return true;
  return inHandlers.some((use) => {
    const edges = world.graph.edgesAt(callOn(use));
    return edges.some(({ to }) => [...filledFrom(to, family, world)].some(isField));
  });
}

/** `new Inbox()`, `new Inbox().listen(order)` */
function isMade(value: ts.Expression): boolean {
  let made = value;
  while (ts.isCallExpression(made) && ts.isPropertyAccessExpression(made.expression)) {
    made = bare(made.expression.expression);
  }
  return ts.isNewExpression(made);
}

/** Whether a member of an instance is called: where it is made, or on its name. */
function calls(declaration: ts.VariableDeclaration, name: string, member: string, code: ts.Node): boolean {
  const called = every(code, (node) => {
    if (!ts.isPropertyAccessExpression(node) || node.name.text !== member || !ts.isCallExpression(node.parent))
      return false;
    return isWithin(node, declaration) || node.expression.getText() === name;
  });
  return called.length > 0;
}

/** `items` in `state.items.push(item)` and `state.items[id] = item` */
function filledMember(use: ts.Identifier): string | undefined {
  const { parent } = use;
  if (!ts.isPropertyAccessExpression(parent) || parent.expression !== use) return undefined;
  const outer = parent.parent;
  const isPut =
    ts.isPropertyAccessExpression(outer) &&
    /^(push|unshift|add|set)$/.test(outer.name.text) &&
    ts.isCallExpression(outer.parent) &&
    outer.parent.expression === outer;
  const isSet =
    ts.isElementAccessExpression(outer) &&
    outer.expression === parent &&
    ts.isBinaryExpression(outer.parent) &&
    outer.parent.left === outer &&
    isAssigning(outer.parent);
  return isPut || isSet ? parent.name.text : undefined;
}
