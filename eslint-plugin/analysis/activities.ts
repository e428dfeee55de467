import ts from 'typescript';
import type { CallGraph } from './call-graph.js';
import type { Referent } from './referents.js';
import type { Reuse } from './reuse.js';
import { summaryOf } from './summary.js';
import { bare, isFunctionNode, nameText } from './syntax.js';
import { walk } from './walk.js';

/**
 * The functions that workers run as activities, as far as workflow code could call them: named by the type of a
 * `proxyActivities<typeof activities>`, or handed to a worker.
 *
 * Only those that return a promise count: an activities module also exports plain helpers and constants.
 */
export function activityFunctions(
  program: ts.Program,
  checker: ts.TypeChecker,
  graph: CallGraph,
  reuse: Reuse | undefined,
): ReadonlySet<ts.Node> {
  const all = new Set<ts.Node>();
  for (const file of program.getSourceFiles()) {
    if (graph.referents.modules.isOutside(file)) continue;
    const isBundled = graph.files.has(file);
    const find = (): readonly ts.Node[] => [...namedIn(file, isBundled, checker, graph)];
    const named =
      reuse === undefined ? find() : reuse.once(file, isBundled ? 'activities' : 'activities outside', find);
    for (const node of named) all.add(node);
  }
  return all;
}

function namedIn(
  file: ts.SourceFile,
  isBundled: boolean,
  checker: ts.TypeChecker,
  graph: CallGraph,
): ReadonlySet<ts.Node> {
  const found = new Set<ts.Node>();
  if (isBundled) {
    for (const type of summaryOf(file).proxied)
      if (!ofType(type)) walk(type, (node) => (ofType(node) ? 'skip' : undefined));
  }
  for (const property of workerOptions(file)) ofWorkers(property);
  if (isActivityModule(file)) members({ kind: 'module', file });
  return new Set([...found].filter((node) => isAsync(node, checker)));

  /** Whether a type names activities. */
  function ofType(type: ts.Node): boolean {
    if (ts.isTypeQueryNode(type) && ts.isIdentifier(type.exprName)) {
      const symbol = checker.getSymbolAtLocation(type.exprName);
      for (const referent of symbol === undefined ? [] : graph.referents.ofSymbol(symbol)) {
        // A factory makes activities: it is none itself.
        if (referent.kind === 'function') made(referent.node);
        else members(referent);
      }
      return true;
    }
    if (!ts.isImportTypeNode(type) || !type.isTypeOf || !ts.isLiteralTypeNode(type.argument)) return false;
    const { literal } = type.argument;
    const file = ts.isStringLiteral(literal) ? graph.referents.modules.resolve(literal) : undefined;
    if (file !== undefined) members({ kind: 'module', file });
    return true;
  }

  function ofWorkers(node: WorkerOption): void {
    if (ts.isPropertyAssignment(node)) given(bare(node.initializer));
    else for (const referent of graph.referents.of(node.name)) members(referent);
  }

  function given(value: ts.Expression): void {
    const call = ts.isAwaitExpression(value) ? bare(value.expression) : value;
    if (!ts.isCallExpression(call)) {
      graph.referents.of(call).forEach(members);
      return;
    }
    for (const referent of graph.referents.of(call.expression)) if (referent.kind === 'function') made(referent.node);
  }

  /** `createActivities(db)` returns them in an object. */
  function made(factory: ts.Node): void {
    if (!isFunctionNode(factory) || factory.body === undefined) return;
    if (!ts.isBlock(factory.body)) {
      graph.referents.of(factory.body).forEach(members);
      return;
    }
    for (const statement of factory.body.statements) {
      if (!ts.isReturnStatement(statement) || statement.expression === undefined) continue;
      graph.referents.of(statement.expression).forEach(members);
    }
  }

  function members(referent: Referent): void {
    if (referent.kind === 'module') {
      for (const symbol of graph.referents.modules.exportsOf(referent.file)) {
        for (const exported of graph.referents.ofSymbol(symbol)) take(exported);
      }
    } else if (referent.kind === 'object') {
      for (const property of referent.node.properties) {
        if (ts.isPropertyAssignment(property)) graph.referents.of(property.initializer).forEach(take);
        else if (ts.isShorthandPropertyAssignment(property)) graph.referents.of(property.name).forEach(take);
        else if (ts.isSpreadAssignment(property)) graph.referents.of(property.expression).forEach(members);
        else found.add(property);
      }
    }
  }

  function take(referent: Referent): void {
    if (referent.kind === 'function') found.add(referent.node);
  }
}

type WorkerOption = ts.PropertyAssignment | ts.ShorthandPropertyAssignment;

const options = new WeakMap<ts.SourceFile, readonly WorkerOption[]>();

/** The options `activities` in a file that makes workers. */
function workerOptions(file: ts.SourceFile): readonly WorkerOption[] {
  const known = options.get(file);
  if (known !== undefined) return known;
  const found: WorkerOption[] = [];
  options.set(file, found);
  if (!/\bWorker\.create\b/.test(file.text)) return found;
  walk(file, (node) => {
    if (!ts.isPropertyAssignment(node) && !ts.isShorthandPropertyAssignment(node)) return undefined;
    if (nameText(node.name) === 'activities') found.push(node);
    return undefined;
  });
  return found;
}

/**
 * The module that by its name holds activities, and not the proxies for them; what lies in a folder of theirs may be
 * anything.
 */
function isActivityModule(file: ts.SourceFile): boolean {
  if (!/(^|[/.-])activit(y|ies)(\/index)?\.[cm]?[jt]sx?$/i.test(file.fileName)) return false;
  const bindings = summaryOf(file).imports.flatMap((entry) => (entry.live ? entry.bindings : []));
  return !bindings.some(({ imported }) => /^proxy(Local)?Activities$/.test(imported));
}

function isAsync(node: ts.Node, checker: ts.TypeChecker): boolean {
  if (!isFunctionNode(node)) return false;
  if (ts.getModifiers(node)?.some((m) => m.kind === ts.SyntaxKind.AsyncKeyword)) return true;
  const signature = checker.getSignatureFromDeclaration(node);
  return signature !== undefined && checker.getReturnTypeOfSignature(signature).getSymbol()?.name === 'Promise';
}
