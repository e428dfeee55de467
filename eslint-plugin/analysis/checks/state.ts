import ts from 'typescript';
import type { HazardSite } from '../call-graph.js';
import type { Unit } from '../summary.js';
import { bare, type FunctionNode, isFunctionNode } from '../syntax.js';
import { isFilledWithin } from './filled-within.js';
import { isLostFlag } from './flags.js';
import { handlersIn } from './handlers.js';
import { isLongRunningBody } from './history.js';
import {
  facesOf,
  familyOf,
  fieldIn,
  fieldsOf,
  filledFrom,
  looksAt,
  membersNamed,
  ownHandlers,
  withParents,
} from './instances.js';
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
      isLostFlag(local, node, rollovers, unit, world),
  );
  const members = declared.flatMap(membersOf).filter((one) => isLostFlag(one, node, rollovers, unit, world));
  return [
    ...[...found, ...members].map(({ name, member, declaration }: Variable): HazardSite => {
      const label = `'${member === undefined ? name : `${name}.${member}`}', which continueAsNew() does not hand on`;
      return { unit, node: declaration.name, effect: 'no-lost-state', label };
    }),
    ...lostFields(unit, node, rollovers, world),
  ];
}

/** Buffers of the instance whose method continues as new. */
function lostFields(
  unit: Unit,
  node: FunctionNode,
  rollovers: readonly ts.CallExpression[],
  world: World,
): readonly HazardSite[] {
  const owner = ts.findAncestor(node, ts.isClassLike);
  if (owner === undefined) return [];
  const family = withParents(owner, world);
  const fields = fieldsOf(family, isEmpty);
  if (fields.size === 0) return [];
  const filled = new Set(ownHandlers(family, world).flatMap(({ fills }) => [...fills]));
  // Where a method of its own does nothing but continue, its callers say with what.
  const calls = world.graph
    .to(unit)
    .filter(({ from, node: call }) => ts.isCallExpression(call) && isWithin(from.node, owner))
    .map(({ node: call }) => call as ts.CallExpression);
  const named = new Set([
    ...[...rollovers, ...calls].flatMap((call) => call.arguments.flatMap((argument) => [...membersNamed(argument)])),
    ...namedByLocals(node, rollovers),
  ]);
  return [...fields].flatMap(([name, field]): readonly HazardSite[] => {
    const faces = facesOf(name, family);
    if (!filled.has(name) || named.has('*') || [...faces].some((face) => named.has(face))) return [];
    if (isOfFunctions(field.name, world) || isMemo(name)) return [];
    // A member that a subclass has may look at it too.
    const asked = [...rollovers, ...calls].flatMap((call) => every(call, ts.isCallExpression));
    if (
      asked.some((call) =>
        world.graph.edgesAt(call).some(({ to }) => ts.isMethodDeclaration(to.node) && looksAt(to.node, name)),
      )
    ) {
      return [];
    }
    const uses = every(owner, (inner) => isFace(inner, faces));
    if (isDrained(faces, uses, rollovers) || (calls.length > 0 && isDrained(faces, uses, calls))) return [];
    const isHere = field.getSourceFile() === unit.file;
    const label = `'this.${name}', which continueAsNew() does not hand on`;
    return [{ unit, node: isHere ? field.name : (rollovers[0] ?? node), effect: 'no-lost-state', label }];
  });
}

/** What is known already may be found out again. */
function isMemo(name: string): boolean {
  return /cache|memo/i.test(name);
}

/** Who waits, rather than what: nobody waits any more once the run ends, and no payload holds a function. */
function isOfFunctions(name: ts.Node, { checker }: World): boolean {
  const type = checker.getTypeAtLocation(name);
  const isReference = (type.flags & ts.TypeFlags.Object) !== 0 && 'target' in type;
  const parts = isReference ? checker.getTypeArguments(type as ts.TypeReference) : [];
  return (parts.at(-1)?.getCallSignatures().length ?? 0) > 0;
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

/** Whether a run only continues when nothing is left: a loop before it, or the condition on it, looks at the buffer. */
function isDrained(
  faces: ReadonlySet<string>,
  uses: readonly ts.Node[],
  rollovers: readonly ts.CallExpression[],
): boolean {
  return rollovers.every((call) => {
    for (let at: ts.Node = call; !isFunctionNode(at) && !ts.isSourceFile(at); at = at.parent) {
      const { parent } = at;
      if (ts.isIfStatement(parent) && parent.thenStatement === at && names(parent.expression, faces)) return true;
      if (!ts.isBlock(parent)) continue;
      const before = parent.statements.slice(0, parent.statements.indexOf(at as ts.Statement));
      if (before.some((statement) => empties(statement, uses))) return true;
    }
    return false;
  });
}

export function names(code: ts.Node, faces: ReadonlySet<string>): boolean {
  const isFace = (node: ts.Node): boolean =>
    (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) && faces.has(node.text) && isWithin(node, code);
  return every(code.parent, isFace).length > 0;
}

/** A loop over all that there is, or a wait until nothing is. */
function empties(statement: ts.Statement, uses: readonly ts.Node[]): boolean {
  const looked = ts.isWhileStatement(statement)
    ? statement.expression
    : ts.isForOfStatement(statement)
      ? statement.expression
      : undefined;
  if (looked !== undefined) return uses.some((use) => isWithin(use, looked));
  if (!ts.isExpressionStatement(statement)) return false;
  return /===? *0|!\w|size *<|length *</.test(statement.getText()) && uses.some((use) => isWithin(use, statement));
}

/** The names that arguments are made of, through the variables and members that they name. */
function mentionedIn(args: readonly ts.Expression[], body: ts.Block): ReadonlySet<string> {
  const found = new Set<string>();
  const take = (node: ts.Node): void => {
    for (const name of [node, ...every(node, ts.isIdentifier)]) if (ts.isIdentifier(name)) found.add(name.text);
  };
  args.forEach(take);
  // What is put into a thing that travels, travels.
  for (const name of found) {
    every(body, (node) => {
      if (ts.isVariableDeclaration(node) && node.initializer !== undefined) {
        if (new RegExp(`\\b${name}\\b`).test(node.name.getText())) take(node.initializer);
      }
      if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
        if (new RegExp(`^${name}\\b`).test(node.left.getText())) take(node.right);
      }
      if (ts.isCallExpression(node) && new RegExp(`^${name}\\.`).test(node.expression.getText()))
        node.arguments.forEach(take);
      return false;
    });
  }
  return found;
}
