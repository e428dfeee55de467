import ts from 'typescript';
import type { HazardSite } from '../call-graph.js';
import { mutators } from '../mutations.js';
import type { Unit } from '../summary.js';
import { bare, isFunctionNode, type FunctionNode } from '../syntax.js';
import { registrationsIn } from './handlers.js';
import { isLongRunningBody } from './history.js';
import { every, functionAround, isWaiting, isWithin, own } from './syntax.js';
import type { World } from './world.js';

/** A local of a workflow that changes while it runs. */
interface Local {
  name: string;
  declaration: ts.VariableDeclaration;
  /** Every mention of it but the declaration, functions within included. */
  uses: readonly ts.Identifier[];
}

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
  const lost = declaredIn(body).filter(({ name }) => !travelling.has(name));
  const handlers = handlersIn(unit, world);
  const found = lost.filter(
    (local) =>
      (isBuffer(local) && isFilledIn(local, handlers) && !isDrained(local, rollovers)) ||
      (isSum(local) && isResult(local, node)) ||
      (isCollected(local, node, rollovers) && isResult(local, node)),
  );
  return found.map(({ name, declaration }) => {
    const label = `'${name}', which continueAsNew() does not hand on`;
    return { unit, node: declaration.name, effect: 'no-lost-state' as const, label };
  });
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

/** A buffer that a signal fills, and that nobody looks into any more while the workflow still waits. */
export function requireInboxDrain(unit: Unit, world: World): readonly HazardSite[] {
  const { node } = unit;
  if (!isFunctionNode(node) || node.body === undefined || !ts.isBlock(node.body)) return [];
  const { body } = node;
  const handlers = handlersIn(unit, world);
  const signals = registrationsIn(unit, world).filter(({ kind }) => kind === 'signal');
  if (signals.length === 0) return [];
  return declaredIn(body).flatMap((local): readonly HazardSite[] => {
    const filledBy = signals.find(({ callback }) => isFilledIn(local, [callback]));
    if (!isBuffer(local) || filledBy === undefined) return [];
    const others = local.uses.filter((use) => !handlers.some((handler) => isWithin(use, handler)) || isRead(use));
    const reads = others.filter((use) => !isWithin(use, filledBy.callback));
    // What a handler, a predicate or another function looks at may be looked at any time.
    if (reads.length === 0 || reads.some((use) => functionAround(use) !== node)) return [];
    // A loop that goes on for other reasons comes back to it.
    if (reads.some((use) => loopsAround(use, body).some((loop) => !goesOnBy(loop, reads)))) return [];
    const last = Math.max(...reads.map((use) => loopsAround(use, body).at(-1)?.end ?? use.end));
    const isLater = every(body, isWaiting).some(
      (wait) => functionAround(wait) === node && wait.getStart() >= last && !/continueAsNew/i.test(wait.getText()),
    );
    if (!isLater) return [];
    const label = `'${local.name}', which a signal fills and nobody reads after line ${String(lineOf(last, body))}`;
    return [{ unit, node: filledBy.node, effect: 'require-inbox-drain', label }];
  });
}

function lineOf(position: number, node: ts.Node): number {
  return node.getSourceFile().getLineAndCharacterOfPosition(position).line + 1;
}

/** Whether a handler looks at a buffer too, rather than only putting something in. */
function isRead(use: ts.Identifier): boolean {
  return !isFill(use);
}

function handlersIn(unit: Unit, world: World): readonly ts.Node[] {
  return registrationsIn(unit, world).map(({ callback }) => callback);
}

/** The variables at the top of a body, before anything loops. */
function declaredIn(body: ts.Block): readonly Local[] {
  return body.statements
    .flatMap((statement) => (ts.isVariableStatement(statement) ? [...statement.declarationList.declarations] : []))
    .flatMap((declaration): readonly Local[] => {
      const { name } = declaration;
      if (!ts.isIdentifier(name)) return [];
      const uses = every(
        body,
        (node) => ts.isIdentifier(node) && node.text === name.text && node !== name && !isMember(node),
      );
      return [{ name: name.text, declaration, uses: uses as readonly ts.Identifier[] }];
    });
}

function isMember(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return ts.isPropertyAssignment(parent) && parent.name === node;
}

/** Made empty: what is put in is all that is in it. */
function isBuffer({ declaration }: Local): boolean {
  const value = declaration.initializer && bare(declaration.initializer);
  if (value === undefined) return false;
  if (ts.isArrayLiteralExpression(value)) return value.elements.length === 0;
  return (
    ts.isNewExpression(value) &&
    /^(Array|Map|Set)$/.test(value.expression.getText()) &&
    (value.arguments?.length ?? 0) === 0
  );
}

function fillsIn({ uses }: Local): readonly ts.Node[] {
  return uses.filter(isFill);
}

function isFilledIn({ uses }: Local, handlers: readonly ts.Node[]): boolean {
  return uses.some((use) => isFill(use) && handlers.some((handler) => isWithin(use, handler)));
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

function isEmptyObject({ declaration }: Local): boolean {
  const value = declaration.initializer && bare(declaration.initializer);
  return value !== undefined && ts.isObjectLiteralExpression(value) && value.properties.length === 0;
}

/** `list = [...list, item]`, `totals[id] = sum` */
function isGrowth(use: ts.Identifier): boolean {
  const { parent } = use;
  if (ts.isElementAccessExpression(parent) && parent.expression === use) {
    return ts.isBinaryExpression(parent.parent) && parent.parent.left === parent && isAssigning(parent.parent);
  }
  if (!ts.isBinaryExpression(parent) || parent.left !== use || !isAssigning(parent)) return false;
  return every(parent, (node) => node !== use && ts.isIdentifier(node) && node.text === use.text).length > 0;
}

function isAssigning({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** `await save(list)`: somebody else keeps it. */
function isHandedOn(use: ts.Identifier): boolean {
  const inner = ts.isSpreadElement(use.parent) ? use.parent.parent : use;
  const call = ts.findAncestor(
    inner,
    (outer) => ts.isCallExpression(outer) || ts.isStatement(outer) || isFunctionNode(outer),
  );
  if (call === undefined || !ts.isCallExpression(call)) return false;
  return call.arguments.some((argument) => isWithin(use, argument));
}

/** `buffer.push(item)` */
function isFill(use: ts.Identifier): boolean {
  const { parent } = use;
  return (
    ts.isPropertyAccessExpression(parent) &&
    /^(push|unshift|add|set)$/.test(parent.name.text) &&
    ts.isCallExpression(parent.parent) &&
    parent.parent.expression === parent
  );
}

/** A `let` that adds up: `count += 1`, `count = next(count)`. */
function isSum(local: Local): boolean {
  const { initializer } = local.declaration;
  if (initializer === undefined || (ts.getCombinedNodeFlags(local.declaration) & ts.NodeFlags.Const) !== 0)
    return false;
  const value = bare(initializer);
  const isPlain = ts.isNumericLiteral(value) || ts.isStringLiteralLike(value) || ts.isBigIntLiteral(value);
  return isPlain && changesOf(local).length > 0;
}

function changesOf({ name, uses }: Local): readonly ts.Node[] {
  return uses.filter((use) => {
    if (!isChange(use)) return false;
    const { parent } = use;
    if (!ts.isBinaryExpression(parent) || parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return true;
    return every(parent, (node) => node !== use && ts.isIdentifier(node) && node.text === name).length > 0;
  });
}

function isChange(use: ts.Identifier): boolean {
  const { parent } = use;
  if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent)) {
    return parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken;
  }
  if (ts.isPropertyAccessExpression(parent)) return mutators.has(parent.name.text) && isFill(use);
  if (!ts.isBinaryExpression(parent) || parent.left !== use) return false;
  const { kind } = parent.operatorToken;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
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
function isDrained({ name, uses }: Local, rollovers: readonly ts.CallExpression[]): boolean {
  return rollovers.every((call) => {
    for (let at: ts.Node = call; !isFunctionNode(at) && !ts.isSourceFile(at); at = at.parent) {
      const { parent } = at;
      if (ts.isIfStatement(parent) && parent.thenStatement === at && names(parent.expression, name)) return true;
      if (!ts.isBlock(parent)) continue;
      const before = parent.statements.slice(0, parent.statements.indexOf(at as ts.Statement));
      if (before.some((statement) => empties(statement, uses))) return true;
    }
    return false;
  });
}

function names(code: ts.Node, name: string): boolean {
  return every(code.parent, (node) => ts.isIdentifier(node) && node.text === name && isWithin(node, code)).length > 0;
}

/** A loop over all that there is, or a wait until nothing is. */
function empties(statement: ts.Statement, uses: readonly ts.Identifier[]): boolean {
  const looked = ts.isWhileStatement(statement)
    ? statement.expression
    : ts.isForOfStatement(statement)
      ? statement.expression
      : undefined;
  if (looked !== undefined) return uses.some((use) => isWithin(use, looked));
  if (!ts.isExpressionStatement(statement)) return false;
  return /===? *0|!\w|size *<|length *</.test(statement.getText()) && uses.some((use) => isWithin(use, statement));
}

function loopsAround(node: ts.Node, body: ts.Node): readonly ts.IterationStatement[] {
  const found: ts.IterationStatement[] = [];
  for (let at = node; at !== body; at = at.parent) if (ts.isIterationStatement(at, false)) found.push(at);
  return found;
}

/** A loop that goes on as long as there is something in the buffer. */
function goesOnBy(loop: ts.IterationStatement, reads: readonly ts.Node[]): boolean {
  const looked = ts.isForStatement(loop) ? loop.condition : (loop as ts.WhileStatement | ts.ForOfStatement).expression;
  return looked !== undefined && reads.some((use) => isWithin(use, looked));
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
