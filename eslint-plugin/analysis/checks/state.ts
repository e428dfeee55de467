import ts from 'typescript';
import type { HazardSite } from '../call-graph.js';
import type { Unit } from '../summary.js';
import { bare, type FunctionNode, isFunctionNode } from '../syntax.js';
import { lostFields } from './fields.js';
import { isFilledWithin } from './filled-within.js';
import { isLostFlag } from './flags.js';
import { handlersIn } from './handlers.js';
import { isLongRunningBody } from './history.js';
import { familyOf, fieldsOf, filledFrom } from './instances.js';
import {
  callOn,
  changesOf,
  declaredAround,
  declaredIn,
  fillsIn,
  isBuffer,
  isChange,
  isEmpty,
  isEmptyObject,
  isFill,
  isFilledIn,
  isGrowth,
  isHandedOn,
  isSum,
  type Local,
  loopsAround,
  membersOf,
  type Variable,
} from './locals.js';
import { every, functionAround, isWaiting, isWithin, own } from './syntax.js';
import { isDrained, isMemo, isOfFunctions, mentionedIn } from './travel.js';
import type { World } from './world.js';

/** State that the next run does not get: it starts again from nothing, and what was in it is gone. */
export function noLostState(unit: Unit, world: World): readonly HazardSite[] {
  const { node } = unit;
  if (!isFunctionNode(node) || node.body === undefined || !ts.isBlock(node.body)) return [];
  if (isLongRunningBody(unit, world)) return ofLongRunning(unit, node, node.body);
  const rollovers = world
    .callsOf(unit)
    .filter(
      ({ name, module }) =>
        module === '@temporalio/workflow' && /^(continueAsNew|makeContinueAsNewFunc\.\(\))$/.test(name),
    )
    .map(({ node: call }) => call);
  if (rollovers.length === 0) return [];
  const { body } = node;
  const travelling = new Set(rollovers.flatMap((call) => [...mentionedIn(call.arguments, body)]));
  const declared = [...declaredIn(body), ...declaredAround(node)];
  const lost = declared.filter(
    ({ name, declaration }) => !travelling.has(name) && !isMemo(name) && !isOfFunctions(declaration.name, world),
  );
  const handlers = handlersIn(unit, world);
  const found = lost.filter(
    (local) =>
      ((isBuffer(local) ? isFilledIn(local, handlers) : isFilledWithin(local, handlers, unit, world)) &&
        !isDrained(new Set([local.name]), local.uses, rollovers)) ||
      (isSum(local) && isResult(local, node)) ||
      ((isCollected(local, node, rollovers) || isCounted(local, node, rollovers, world)) && isResult(local, node)) ||
      isLostFlag(local, { unit, node, rollovers, travelling }, world),
  );
  const members = declared
    .flatMap(membersOf)
    .filter((one) => isLostFlag(one, { unit, node, rollovers, travelling }, world));
  return [
    ...[...found, ...members].map(({ name, member, declaration }: Variable): HazardSite => {
      const label = `'${member === undefined ? name : `${name}.${member}`}', which continueAsNew() does not hand on`;
      return { unit, node: declaration.name, effect: 'no-lost-state', label };
    }),
    ...lostFields(unit, node, rollovers, world),
  ];
}

/** The body of a `longRunning()` starts anew after each rollover: only its state travels. */
function ofLongRunning(unit: Unit, node: FunctionNode, body: ts.Block): readonly HazardSite[] {
  const run = node.parameters[0]?.name.getText();
  const loops = every(body, (inner) => ts.isIterationStatement(inner, false) && functionAround(inner) === node);
  const rolling = loops.filter(
    (loop) => run !== undefined && own(loop, (inner) => isWaiting(inner) && waitsFor(inner, run)),
  );
  return declaredIn(body).flatMap((local): readonly HazardSite[] => {
    const { name, declaration } = local;
    const text = declaration.initializer?.getText() ?? '';
    if (!isSum(local) && !(isBuffer(local) && fillsIn(local).length > 0)) return [];
    if (run !== undefined && new RegExp(`\\b${run}\\b`).test(text)) return [];
    const isKept = rolling.some(
      (loop) =>
        declaration.pos < loop.pos &&
        [...changesOf(local), ...fillsIn(local)].some((change) => isWithin(change, loop)) &&
        local.uses.some((use) => isWithin(use, loop) && !isChange(use)),
    );
    if (!isKept) return [];
    const label = `'${name}', which starts again after each rollover`;
    return [
      {
        unit,
        node: declaration.name,
        effect: 'no-lost-state',
        label,
        remedy: 'Keep it in the state of the longRunning().',
      },
    ];
  });
}

function waitsFor(node: ts.Node, run: string): boolean {
  return new RegExp(`\\b${run}\\.`).test(node.getText());
}

/** An instance that adds up what a loop gives it, and that nobody else is handed. */
function isCounted(local: Local, node: FunctionNode, rollovers: readonly ts.CallExpression[], world: World): boolean {
  const { declaration, uses } = local;
  const value = declaration.initializer && bare(declaration.initializer);
  if (value === undefined || !ts.isNewExpression(value) || (value.arguments?.length ?? 0) > 0) return false;
  const family = familyOf(declaration.name, world);
  const fields = fieldsOf(family, (start) => isEmpty(start) || ts.isNumericLiteral(bare(start)));
  if (fields.size === 0 || uses.some(isHandedOn)) return false;
  const inLoops = uses.filter((use) => functionAround(use) === node && loopsAround(use, node).length > 0);
  return rollovers.some((call) =>
    inLoops.some(
      (use) =>
        (use.pos < call.pos || loopsAround(use, node).some((loop) => isWithin(call, loop))) &&
        world.graph
          .edgesAt(callOn(use))
          .some(({ to }) => [...filledFrom(to, family, world)].some((field) => fields.has(field))),
    ),
  );
}

/** What a loop gathers before the run continues as new, and gives to nobody on the way: the result of this run alone. */
function isCollected(local: Local, node: FunctionNode, rollovers: readonly ts.CallExpression[]): boolean {
  if (!isBuffer(local) && !isEmptyObject(local)) return false;
  const added = local.uses.filter((use) => (isFill(use) || isGrowth(use)) && functionAround(use) === node);
  const inLoops = added.filter((use) => loopsAround(use, node).length > 0);
  const isLost = rollovers.some((call) =>
    inLoops.some((use) => use.pos < call.pos || loopsAround(use, node).some((loop) => isWithin(call, loop))),
  );
  return isLost && !local.uses.some(isHandedOn);
}

/** What a run comes to: it is returned, or a loop goes on until it is what the workflow was asked for. */
function isResult({ uses }: Local, node: FunctionNode): boolean {
  const parameters = new Set(
    node.parameters.flatMap(({ name }) => every(name.parent, ts.isIdentifier).map((n) => n.getText())),
  );
  return uses.some((use) => {
    if (functionAround(use) !== node) return false;
    if (ts.findAncestor(use, (outer) => ts.isReturnStatement(outer) || isFunctionNode(outer)) !== node) return true;
    const loop = ts.findAncestor(use, (outer) => ts.isWhileStatement(outer) || ts.isForStatement(outer));
    if (loop === undefined) return false;
    const condition = ts.isWhileStatement(loop) ? loop.expression : loop.condition;
    if (condition === undefined || !isWithin(use, condition)) return false;
    return every(condition, (inner) => ts.isIdentifier(inner) && parameters.has(inner.text)).length > 0;
  });
}
