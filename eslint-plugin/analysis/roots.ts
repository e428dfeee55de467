import { builtinModules } from 'node:module';
import ts from 'typescript';
import type { Modules } from './modules.js';
import { isActivityPath, isTestPath, matches, shown } from './paths.js';
import type { Settings } from './settings.js';
import { summaryOf, type Import } from './summary.js';
import { bundledModules, configuredModules, type BundledModules } from './workflows-path.js';

/** The modules whose exports are workflows, in a stable order. */
export interface Roots {
  workflows: readonly ts.SourceFile[];
  interceptors: readonly ts.SourceFile[];
  /** Modules that a worker loads once for all its workflows. */
  preloaded: readonly ts.SourceFile[];
  /** Packages that the project has the bundler leave out. */
  ignored: readonly string[];
  /** Modules known only by what they import; a function there may be a helper of a workflow elsewhere. */
  guessed: boolean;
}

const outsideSdk = /^@temporalio\/(activity|client|worker|testing|nexus)(\/|$)/;
const insideSdk = /^(@temporalio\/workflow|longhaul\/workflows)$/;

/** What activities and clients import from the workflow package too. */
const shared = /^(\w+(Failure|Error|Policy|Type)|rootCause|isCancellation|define(Signal|Query|Update))$/;

export function findRoots(
  program: ts.Program,
  checker: ts.TypeChecker,
  modules: Modules,
  settings: Settings,
  cwd: string,
): Roots {
  const files = program.getSourceFiles().filter((file) => !modules.isOutside(file));
  const workflows = new Set<ts.SourceFile>();
  const interceptors = new Set<ts.SourceFile>();
  const preloaded = new Set<ts.SourceFile>();
  const ignored = new Set<string>();
  const seen = { complete: false, unknown: false };
  const take = (found: BundledModules, isTest: boolean): void => {
    for (const target of found.workflows) workflows.add(target);
    for (const target of found.interceptors) interceptors.add(target);
    for (const target of found.preloaded) preloaded.add(target);
    for (const name of found.ignored) ignored.add(name);
    // A test's worker often runs a few of the workflows only, or what was built: it says nothing about the others.
    if (isTest) return;
    seen.complete ||= found.workflows.length > 0;
    seen.unknown ||= found.unknown;
  };
  for (const file of files) {
    if (!mayNameBundled(file)) continue;
    take(bundledModules(file, program, checker, modules, cwd), isTestPath(shown(cwd, file.fileName)));
  }
  const config = configuredModules(program, modules, cwd);
  if (config !== undefined) take(config, false);
  const others = {
    interceptors: inOrder(interceptors),
    preloaded: inOrder(preloaded),
    ignored: [...ignored].sort(),
  };
  if (settings.workflows.length > 0) {
    const named = files.filter((file) =>
      settings.workflows.some((pattern) => matches(shown(cwd, file.fileName), pattern)),
    );
    return { workflows: inOrder(named), ...others, guessed: false };
  }
  if (seen.complete && !seen.unknown) return { workflows: inOrder(workflows), ...others, guessed: false };
  const guesses = files.filter((file) => looksLikeWorkflow(file, shown(cwd, file.fileName)));
  const guessed = new Set(guesses);
  const delegating = files.filter((file) => delegates(file, shown(cwd, file.fileName), guessed, modules));
  return { workflows: inOrder(new Set([...workflows, ...guesses, ...delegating])), ...others, guessed: true };
}

const namesBundled =
  /workflowsPath|workflow(Interceptor)?Modules|ConverterPath|preloadModules|ignoreModules|webpackConfigHook/;

const naming = new WeakMap<ts.SourceFile, boolean>();

function mayNameBundled(file: ts.SourceFile): boolean {
  let known = naming.get(file);
  if (known === undefined) naming.set(file, (known = namesBundled.test(file.text)));
  return known;
}

/** Whether a file is workflow code by what it imports. */
export function looksLikeWorkflow(file: ts.SourceFile, path: string): boolean {
  if (!file.text.includes('workflow') || isTestPath(path)) return false;
  const imports = [...summaryOf(file).imports.filter((entry) => entry.live), ...required(file)];
  if (imports.some((entry) => outsideSdk.test(entry.specifier.text))) return false;
  const { valueNames } = summaryOf(file);
  const used = imports
    .filter((entry) => insideSdk.test(entry.specifier.text) && !entry.reexport)
    .flatMap((entry) => entry.bindings)
    .filter((binding) => valueNames.has(binding.local));
  if (!hasExports(file)) return false;
  // What needs the SDK's errors and Node is the host's side.
  if (used.every((binding) => /(Failure|Error)$/.test(binding.imported)) && imports.some(isOfNode)) return false;
  return used.length > 0 && !(isActivityPath(path) && used.every((binding) => shared.test(binding.imported)));
}

const workflowPath = /(^|\/)workflows?(\/|\.[cm]?[jt]sx?$)|[.-]workflows?\.[cm]?[jt]sx?$/;

/** Whether a file is a workflow module by its place, and leaves all that it says to the SDK to the workflow code that it imports. */
function delegates(file: ts.SourceFile, path: string, guesses: ReadonlySet<ts.SourceFile>, modules: Modules): boolean {
  if (guesses.has(file) || !workflowPath.test(path) || isTestPath(path) || isActivityPath(path)) return false;
  if (!file.statements.some(isAsyncExport)) return false;
  const imports = summaryOf(file).imports.filter((entry) => entry.live);
  const isOutside = ({ specifier }: Import): boolean => outsideSdk.test(specifier.text) || isBuiltIn(specifier.text);
  if (imports.some(isOutside)) return false;
  const imported = imports.map(({ specifier }) => modules.resolve(specifier)).filter((target) => target !== undefined);
  if (imported.some((target) => summaryOf(target).imports.some((entry) => entry.live && isOutside(entry))))
    return false;
  return imported.some((target) => guesses.has(target));
}

function isAsyncExport(statement: ts.Statement): boolean {
  const kinds = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []).map(({ kind }) => kind) : [];
  return (
    ts.isFunctionDeclaration(statement) &&
    kinds.includes(ts.SyntaxKind.ExportKeyword) &&
    kinds.includes(ts.SyntaxKind.AsyncKeyword)
  );
}

/** What a CommonJS module requires, as if it had imported it. */
function required(file: ts.SourceFile): readonly Import[] {
  return summaryOf(file).required.map((specifier): Import => {
    const { parent: variable } = specifier.parent;
    const bound = ts.isVariableDeclaration(variable) ? variable.name : undefined;
    const bindings =
      bound === undefined || ts.isArrayBindingPattern(bound)
        ? []
        : ts.isIdentifier(bound)
          ? [{ local: bound.text, imported: '*' }]
          : bound.elements.map(({ name, propertyName }) => ({
              local: name.getText(file),
              imported: (propertyName ?? name).getText(file),
            }));
    return { specifier, bindings, reexport: false, live: true };
  });
}

/** The SDK takes workflows, and a workflow its helpers, from what a module exports: a script exports nothing. */
function hasExports(file: ts.SourceFile): boolean {
  return file.statements.some(
    (statement) =>
      ts.isExportDeclaration(statement) ||
      ts.isExportAssignment(statement) ||
      (ts.canHaveModifiers(statement) &&
        (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) ||
      (ts.isExpressionStatement(statement) && /^(module\.)?exports\b/.test(statement.getText(file))),
  );
}

function isBuiltIn(module: string): boolean {
  return builtinModules.includes(module.replace(/^node:/, ''));
}

function isOfNode({ specifier }: Import): boolean {
  return specifier.text.startsWith('node:');
}

function inOrder(files: Iterable<ts.SourceFile>): readonly ts.SourceFile[] {
  return [...files].sort((a, b) => (a.fileName < b.fileName ? -1 : a.fileName > b.fileName ? 1 : 0));
}
