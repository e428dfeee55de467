import ts from 'typescript';
import type { Edge, HazardSite } from '../call-graph.js';
import type { Effect } from '../effects.js';
import { leaves } from '../mutations.js';
import type { Unit } from '../summary.js';
import { bare, isFunctionNode, nameText } from '../syntax.js';
import { wayFrom } from '../way.js';
import { codeOf, isInPlace, registrationsIn, type Registration } from './handlers.js';
import { isLongRunningBody } from './history.js';
import { every, functionAround, isWaiting, own, userOf } from './syntax.js';
import { isCommand, type World } from './world.js';

/** Signals wait for their handler; a query that comes before it fails, and an update is refused at the first task's end. */
export function handlersBeforeFirstAwait(unit: Unit, world: World): readonly HazardSite[] {
  if (!isFunctionNode(unit.node)) return [];
  return [...lateRegistrations(unit, world), ...lateHelpers(unit, world)];
}

/** Calls behind a wait of what registers handlers. */
function lateHelpers(unit: Unit, world: World): readonly HazardSite[] {
  const calls = world.graph.from(unit).edges.filter(
    // An async one may be a phase of its own, with handlers that mean nothing before.
    ({ node, to }) =>
      ts.isCallExpression(node) && isFunctionNode(to.node) && !isAsync(to.node) && isOwnCall(node, unit.node),
  );
  const registered = registrationsIn(unit, world);
  const isAsked = ({ kind }: Registration): boolean => kind === 'query' || kind === 'update';
  const definitionsOf = (edge: Edge): ReadonlySet<string> => {
    const handedOn = registered.filter(({ node }) => node === edge.node);
    const own = [edge.to, ...world.graph.calledBy(edge.to)].flatMap((at) => registrationsIn(at, world));
    return new Set((handedOn.length > 0 ? handedOn : own).filter(isAsked).map(({ definition }) => definition));
  };
  const isLate = (edge: Edge): boolean => isAfterWait(edge.node, unit.node, world);
  const late = calls.filter(isLate);
  if (late.length === 0) return [];
  const known = new Set(
    [
      ...registered.filter(({ isWrapped }) => !isWrapped).map(({ definition }) => definition),
      ...calls.filter((edge) => !isLate(edge)).flatMap((edge) => [...definitionsOf(edge)]),
    ].map(lastWord),
  );
  return late.flatMap((edge): readonly HazardSite[] => {
    const [definition] = [...definitionsOf(edge)].filter((one) => !known.has(lastWord(one)));
    if (definition === undefined) return [];
    const label = `setHandler(${definition}) after the first await`;
    return [{ unit, node: edge.node, effect: 'handlers-before-first-await', label, onward: [edge] }];
  });
}

/** A call that a function makes by itself, for sure: neither in a callback nor where a condition decides. */
function isOwnCall(node: ts.Node, code: ts.Node): boolean {
  return functionAround(node) === code && !ts.isConditionalExpression(userOf(node));
}

/** `messages.close` and `close` are the same definition. */
function lastWord(definition: string): string {
  return definition.slice(definition.lastIndexOf('.') + 1);
}

function lateRegistrations(unit: Unit, world: World): readonly HazardSite[] {
  return registrationsIn(unit, world).flatMap(({ node, kind, definition, isWrapped }): readonly HazardSite[] => {
    if (isWrapped || (kind !== 'query' && kind !== 'update')) return [];
    const [, second] = node.arguments;
    // Set for a second time, or taken away: there was one from the start.
    const isAgain = every(unit.node, isSetHandlerOf(definition)).length > 1;
    if (isAgain || second === undefined || bare(second).getText() === 'undefined') return [];
    if (!isAfterWait(node, unit.node, world)) return [];
    const label = `setHandler(${definition}) after the first await`;
    return [{ unit, node, effect: 'handlers-before-first-await', label }];
  });
}

function isSetHandlerOf(definition: string): (node: ts.Node) => boolean {
  return (node) =>
    ts.isCallExpression(node) &&
    node.expression.getText().endsWith('setHandler') &&
    node.arguments[0]?.getText() === definition;
}

/** Whether a statement before a place, on its own way through the function, waits for a command for sure. */
function isAfterWait(node: ts.Node, code: ts.Node, world: World): boolean {
  for (let at = node; at !== code && !ts.isSourceFile(at); at = at.parent) {
    if (ts.isBlock(at.parent) && at.pos >= firstWaitIn(at.parent, world)) return true;
  }
  return false;
}

const firstWaits = new WeakMap<World, WeakMap<ts.Block, number>>();

/** Where the first statement of a block that waits ends: each call in the block asks. */
function firstWaitIn(block: ts.Block, world: World): number {
  let known = firstWaits.get(world);
  if (known === undefined) firstWaits.set(world, (known = new WeakMap<ts.Block, number>()));
  let end = known.get(block);
  if (end === undefined) {
    end = block.statements.find((statement) => waits(statement, world))?.end ?? Infinity;
    known.set(block, end);
  }
  return end;
}

/** A statement that always waits: not one that some condition guards. */
function waits(statement: ts.Statement, world: World, depth = 0): boolean {
  if (!ts.isExpressionStatement(statement) && !ts.isVariableStatement(statement)) return false;
  return own(statement, (node) => {
    if (!ts.isAwaitExpression(node)) return false;
    const call = bare(node.expression);
    return ts.isCallExpression(call) && isWait(call, world, depth);
  });
}

/** Whether a call gives the promise of a command, by itself or out of a helper that waits before it comes to any condition. */
function isWait(call: ts.CallExpression, world: World, depth = 0): boolean {
  const named = world.nameOf(call.expression);
  if (named !== undefined) return isCommand(named) && named.name !== 'condition';
  const [helper, ...others] = world.unitsOf(call.expression);
  if (helper === undefined || others.length > 0 || depth > 3 || !isFunctionNode(helper.node)) return false;
  const { body } = helper.node;
  if (body === undefined) return false;
  const given = (value: ts.Expression | undefined): boolean => {
    const inner = value && bare(value);
    const promise = inner !== undefined && ts.isAwaitExpression(inner) ? bare(inner.expression) : inner;
    return promise !== undefined && ts.isCallExpression(promise) && isWait(promise, world, depth + 1);
  };
  if (!ts.isBlock(body)) return given(body);
  return body.statements.some((statement) =>
    ts.isReturnStatement(statement) ? given(statement.expression) : waits(statement, world, depth + 1),
  );
}

interface Asked {
  unit: Unit;
  effect: Effect;
  callback: ts.Node;
  where: string;
}

export function noSideEffectsInQuery(unit: Unit, world: World): readonly HazardSite[] {
  const asked = { unit, effect: 'no-side-effects-in-query' as const };
  return registrationsIn(unit, world).flatMap(({ callbacks, kind, validators }): readonly HazardSite[] => [
    ...(kind === 'query' ? callbacks : []).flatMap((callback) =>
      sideEffects({ ...asked, callback, where: 'a query' }, world),
    ),
    ...validators.flatMap((callback) => sideEffects({ ...asked, callback, where: 'an update validator' }, world)),
  ]);
}

export function conditionPredicatePure(unit: Unit, world: World): readonly HazardSite[] {
  return world.callsOf(unit).flatMap(({ name, module, node }): readonly HazardSite[] => {
    const [callback] = node.arguments;
    if (name !== 'condition' || module !== '@temporalio/workflow' || callback === undefined) return [];
    return sideEffects({ unit, effect: 'condition-predicate-pure', callback, where: 'a condition' }, world);
  });
}

/** What a callback that should only look does: at most one report for each kind of thing. */
function sideEffects({ unit, effect, callback, where }: Asked, world: World): readonly HazardSite[] {
  const { graph } = world;
  return codeOf(callback, world).flatMap((code) => {
    for (const [kind, words] of [
      ['commands', 'issues a command'],
      ['draws', 'draws chance'],
      ['mutates', 'changes state'],
    ] as const) {
      const way = wayFrom(code, graph, kind, (at, edges) =>
        graph.hazards(at, kind).find((hazard) => {
          // A patch has its own rule.
          if (/^(patched|deprecatePatch)\b/.test(hazard.label)) return false;
          return kind !== 'mutates' || isSurelySeen(hazard, code.node, edges);
        }),
      );
      if (way === undefined) continue;
      const at = isInPlace(code, callback) ? (way.edges[0]?.node ?? way.hazard.node) : callback;
      const what = way.hazard.label.replace(/ of @temporalio\/workflow$/, '');
      return [{ unit, node: at, effect, label: `${where} ${words}: ${what}`, onward: way.edges }];
    }
    return [];
  });
}

/** Whether a write is of what was there before the callback ran, and no value kept for the next time it is asked for. */
function isSurelySeen(hazard: HazardSite, code: ts.Node, edges: readonly Edge[]): boolean {
  const { target, node } = hazard;
  if (target !== undefined && ts.isClassLike(target)) {
    // `this` is the same object only as long as each call is one of `this`.
    const [first, ...rest] = edges;
    if (first !== undefined && !isKeptReceiver(first.node, code)) return false;
    if (!rest.every((edge) => edge.node.getText().startsWith('this.'))) return false;
  } else if ([code, ...edges.map(({ to }) => to.node)].some((boundary) => !leaves(hazard, boundary))) return false;
  if (/cache|memo|calls|count.*quer|quer.*count/i.test(node.getText()) || isKept(node)) return false;
  const assignment = ts.findAncestor(node, ts.isBinaryExpression);
  return assignment?.operatorToken.kind !== ts.SyntaxKind.QuestionQuestionEqualsToken;
}

/** Whether a method is called on what was there before the callback: on `this`, or a variable declared outside of it. */
function isKeptReceiver(node: ts.Node, code: ts.Node): boolean {
  const call = bare(node as ts.Expression);
  if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return false;
  let root = bare(call.expression.expression);
  while (ts.isPropertyAccessExpression(root)) root = bare(root.expression);
  if (root.kind === ts.SyntaxKind.ThisKeyword) return true;
  if (!ts.isIdentifier(root)) return false;
  const name = root.text;
  const isOwn = every(code, (inner) => isDeclarationOf(inner, name)).length > 0;
  return !isOwn;
}

function isDeclarationOf(node: ts.Node, name: string): boolean {
  return (
    (ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node)) &&
    node.name.getText() === name
  );
}

/** `const known = map.get(key); if (known) return known; … map.set(key, made)` */
function isKept(node: ts.Node): boolean {
  const map = /^(.+)\.set\(/.exec(node.getText())?.[1];
  if (map === undefined) return false;
  const text = functionAround(node).getText();
  const known = /const (\w+) = ([\w.#]+)\.get\(/.exec(text);
  return known !== null && known[2] === map && text.includes(`return ${known[1] ?? ''};`);
}

export function noAsyncUpdateValidator(unit: Unit, world: World): readonly HazardSite[] {
  const all = registrationsIn(unit, world).flatMap(({ validators }) => validators);
  return all.flatMap((validator): readonly HazardSite[] => {
    const [code] = codeOf(validator, world);
    if (code === undefined || !isAsync(code.node)) return [];
    return [{ unit, node: validator, effect: 'no-async-update-validator', label: 'an async update validator' }];
  });
}

function isAsync(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword)
  );
}

/** A `condition()` with a time limit whose answer nobody takes, where nothing afterwards looks at what it waited for. */
export function useConditionResult(unit: Unit, world: World): readonly HazardSite[] {
  return world.callsOf(unit).flatMap(({ name, module, node }): readonly HazardSite[] => {
    const [predicate, timeout] = node.arguments;
    if (name !== 'condition' || module !== '@temporalio/workflow') return [];
    if (predicate === undefined || timeout === undefined || bare(timeout).getText() === 'undefined') return [];
    const awaited = userOf(node);
    if (!ts.isAwaitExpression(awaited) || !ts.isExpressionStatement(awaited.parent)) return [];
    const predicates = predicatesOf(predicate, unit, world);
    if (predicates.length === 0 || predicates.some(isNever)) return [];
    // In a loop the next turn may look; so may any function of the file.
    const isDropped = predicates.every((code) => {
      const names = lookedAt(code);
      return names.size > 0 && !isReadElsewhere(names, code);
    });
    if (!isDropped) return [];
    return [{ unit, node, effect: 'use-condition-result', label: 'condition() whose false is dropped' }];
  });
}

/** The functions that decide: the one written in place, or what callers hand in for a parameter. */
function predicatesOf(predicate: ts.Expression, unit: Unit, { graph }: World): readonly ts.Node[] {
  const code = bare(predicate);
  if (isFunctionNode(code)) return [code];
  const declaration = ts.isIdentifier(code) ? graph.declarationOf(code) : undefined;
  if (declaration === undefined || !ts.isParameter(declaration) || declaration.parent !== unit.node) return [];
  const index = declaration.parent.parameters.indexOf(declaration);
  const given = graph.to(unit).map(({ node }) => (ts.isCallExpression(node) ? node.arguments[index] : undefined));
  const found = given.map((argument) => argument && bare(argument));
  const functions = found.filter((one) => one !== undefined).filter(isFunctionNode);
  return functions.length === found.length ? functions : [];
}

/** `condition(() => false, '1 minute')` waits for the time alone. */
function isNever(code: ts.Node): boolean {
  return ts.isArrowFunction(code) && bare(code.body as ts.Expression).kind === ts.SyntaxKind.FalseKeyword;
}

/** The variables and members that a predicate looks at. */
function lookedAt(code: ts.Node): ReadonlySet<string> {
  return new Set(every(code, ts.isIdentifier).map((node) => (node as ts.Identifier).text));
}

function isReadElsewhere(names: ReadonlySet<string>, predicate: ts.Node): boolean {
  const file = predicate.getSourceFile();
  return (
    every(file, (node) => {
      if (!ts.isIdentifier(node) || !names.has(node.text) || builtIn.has(node.text)) return false;
      if (predicate.pos <= node.pos && node.end <= predicate.end) return false;
      return !isWrittenOrDeclared(node);
    }).length > 0
  );
}

const builtIn = new Set([
  'undefined',
  'length',
  'size',
  'has',
  'get',
  'includes',
  'some',
  'every',
  'Object',
  'Boolean',
]);

function isWrittenOrDeclared(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent)) return parent.name === node;
  if (ts.isBinaryExpression(parent)) {
    return parent.left === node && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  }
  return (
    ts.isPropertySignature(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isPropertyDeclaration(parent) ||
    (ts.isFunctionDeclaration(parent) && parent.name === node) ||
    ts.isImportSpecifier(parent)
  );
}

/** A workflow that may end while a handler waits for its own commands. */
export function requireAllHandlersFinished(unit: Unit, world: World): readonly HazardSite[] {
  if (!isFunctionNode(unit.node) || isLongRunningBody(unit, world)) return [];
  const slow = registrationsIn(unit, world).filter((registration) => isUnderWay(registration, world));
  const [first] = slow;
  if (first === undefined) return [];
  const { body } = unit.node;
  if (body === undefined || !ts.isBlock(body)) return [];
  const isEarly = rollsOverEarly(unit, first.node, world);
  if (!isEarly && isOpen(body)) return [];
  // A helper that only registers is as good as the workflow that calls it.
  if (!isAsync(unit.node) && !endsByItself(unit, world)) return [];
  if (!isEarly) for (const caller of world.callersOf(unit)) if (mayWait(caller, world)) return [];
  const label = `a handler (${first.definition}) that may still run when the ${isEarly ? 'run continues as new' : 'workflow ends'}`;
  return [{ unit, node: first.node, effect: 'require-all-handlers-finished', label }];
}

/** Whether code, or what it calls, waits for handlers; unknown helpers may. */
function mayWait(unit: Unit, world: World): boolean {
  return world.leads(
    unit,
    'waits for handlers',
    (at) =>
      world.graph.hazards(at, 'waits-for-handlers').length > 0 ||
      world.graph.from(at).borders.some(({ module }) => module.startsWith('.')),
  );
}

/** Whether a workflow continues as new at a place that no wait for handlers comes before, wherever else it has one. */
function rollsOverEarly(unit: Unit, registration: ts.Node, world: World): boolean {
  const { graph } = world;
  const { edges, borders } = graph.from(unit);
  if (!isAsync(unit.node) || borders.some(({ module }) => module.startsWith('.'))) return false;
  const calls = edges.filter(({ node, to }) => ts.isCallExpression(node) && to.kind !== 'module');
  const rollsOver = (at: Unit): boolean =>
    world.leads(at, 'continues as new', (one) => graph.hazards(one, 'continues-as-new').length > 0);
  const rollovers = [
    ...graph.hazards(unit, 'continues-as-new').map(({ node }) => node),
    ...calls.filter(({ to }) => rollsOver(to) && !mayWait(to, world)).map(({ node }) => node),
  ];
  const waits = [
    ...graph.hazards(unit, 'waits-for-handlers').map(({ node }) => node),
    ...edges.filter(({ to }) => to.kind !== 'module' && mayWait(to, world)).map(({ node }) => node),
  ];
  const pauses = every(unit.node, (node) => isWaiting(node) && functionAround(node) === unit.node);
  return rollovers.some(
    (rollover) =>
      functionAround(rollover) === unit.node &&
      rollover.pos > registration.end &&
      waits.every((wait) => wait.pos > rollover.pos) &&
      // Without a pause in between no handler has begun.
      pauses.some((pause) => pause.pos > registration.end && pause.end < rollover.pos),
  );
}

/** Whether a workflow that calls a helper comes to its end, and none is run by what rolls over. */
function endsByItself(unit: Unit, world: World): boolean {
  const callers = [...world.callersOf(unit)];
  if (callers.some((caller) => isLongRunningBody(caller, world))) return false;
  const workflows = callers.filter((caller) => caller !== unit && world.isEntry(caller) && isAsync(caller.node));
  return workflows.some(({ node }) => {
    const body = isFunctionNode(node) ? node.body : undefined;
    return body !== undefined && ts.isBlock(body) && !isOpen(body);
  });
}

/** The function that a handler hands its work to: `(who) => this.join(who)`. */
function forwarded(code: Unit, world: World): Unit {
  const { node } = code;
  if (!isFunctionNode(node) || isAsync(node) || node.body === undefined) return code;
  const [only] = ts.isBlock(node.body) ? node.body.statements : [];
  const result = ts.isBlock(node.body) ? only && ts.isReturnStatement(only) && only.expression : node.body;
  const call = result && bare(result);
  const targets = world.graph.from(code).edges.filter((edge) => edge.node === call && isFunctionNode(edge.to.node));
  return targets.length === 1 ? (targets[0]?.to ?? code) : code;
}

/** Whether a handler waits for a command and nothing shows that somebody waits for the handler. */
function isUnderWay({ callbacks, kind, options }: Registration, world: World): boolean {
  if (kind !== 'signal' && kind !== 'update') return false;
  if (options?.properties.some(({ name }) => name !== undefined && nameText(name) === 'unfinishedPolicy')) return false;
  const handlers = callbacks.flatMap((callback) => codeOf(callback, world));
  return handlers.some((handler) => {
    const code = forwarded(handler, world);
    if (!isFunctionNode(code.node)) return false;
    const own = world.callsOf(code).filter(
      // How long a condition takes is up to the workflow: it may be met before anybody asks.
      (call) => isCommand(call) && call.name !== 'condition' && isAwaited(call.node, code.node),
    );
    const awaited = own[0]?.node ?? awaitedHelper(code, world);
    if (awaited === undefined) return false;
    // What it sets after a wait may be what the workflow waits for.
    return !world.graph
      .hazards(code, 'mutates')
      .some(({ node }) => node.getStart() > awaited.getStart() || isAround(node, awaited));
  });
}

/** Whether a handler waits for a promise, or hands it back for the SDK to wait for. */
function isAwaited(call: ts.Node, code: ts.Node): boolean {
  const user = userOf(call);
  return ts.isAwaitExpression(user) || (functionAround(call) === code && (ts.isReturnStatement(user) || user === code));
}

/** A helper that a handler awaits, and that waits for a command itself; one that also sets what is outside may tell the workflow. */
function awaitedHelper(code: Unit, world: World): ts.Node | undefined {
  const found = world.graph.from(code).edges.find(({ node, to }) => {
    if (!ts.isCallExpression(node) || !ts.isAwaitExpression(userOf(node)) || to.kind === 'module') return false;
    const isOther = (hazard: HazardSite): boolean => !/^(condition|continueAsNew)\b/.test(hazard.label);
    if (world.wayTo(to, 'commands', isOther) === undefined) return false;
    return world.wayTo(to, 'mutates', (hazard) => leaves(hazard, to.node)) === undefined;
  });
  return found?.node;
}

function isAround(outer: ts.Node, node: ts.Node): boolean {
  return outer.pos <= node.pos && node.end <= outer.end;
}

/** A body that ends in an endless loop never completes. */
function isOpen(body: ts.Block): boolean {
  const last = body.statements.at(-1);
  if (last === undefined) return false;
  return own(body, (node) => {
    if (!ts.isWhileStatement(node) && !ts.isForStatement(node)) return false;
    const condition = ts.isWhileStatement(node) ? node.expression : node.condition;
    return condition === undefined || condition.kind === ts.SyntaxKind.TrueKeyword;
  });
}
