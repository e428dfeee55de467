import ts from 'typescript';
import type { Modules } from './modules.js';
import { isActivityPath, isTestPath, matches, shown } from './paths.js';
import type { Settings } from './settings.js';
import { summaryOf } from './summary.js';
import { bundledModules } from './workflows-path.js';

/** The modules whose exports are workflows, in a stable order. */
export interface Roots {
  workflows: readonly ts.SourceFile[];
  interceptors: readonly ts.SourceFile[];
  /** Modules known only by what they import; a function there may be a helper of a workflow elsewhere. */
  guessed: boolean;
}

const outsideSdk = /^@temporalio\/(activity|client|worker|testing|nexus)(\/|$)/;
const insideSdk = /^(@temporalio\/workflow|longhaul\/workflows)$/;

/** What activities and clients import from the workflow package too. */
const shared = /^(\w+Failure|rootCause|isCancellation|define(Signal|Query|Update))$/;

export function findRoots(
  program: ts.Program,
  checker: ts.TypeChecker,
  modules: Modules,
  settings: Settings,
  cwd: string,
): Roots {
  const files = program.getSourceFiles().filter((file) => !modules.isOutside(file));
  if (settings.workflows.length > 0) {
    const named = files.filter((file) =>
      settings.workflows.some((pattern) => matches(shown(cwd, file.fileName), pattern)),
    );
    return { workflows: inOrder(named), interceptors: [], guessed: false };
  }
  const workflows = new Set<ts.SourceFile>();
  const interceptors = new Set<ts.SourceFile>();
  let complete = false;
  let unknown = false;
  for (const file of files) {
    if (!/workflowsPath|workflow(Interceptor)?Modules/.test(file.text)) continue;
    const found = bundledModules(file, program, checker, modules, cwd);
    for (const target of found.workflows) workflows.add(target);
    for (const target of found.interceptors) interceptors.add(target);
    // A test's worker often runs a few of the workflows only: it says nothing about the others.
    if (!isTestPath(shown(cwd, file.fileName))) complete ||= found.workflows.length > 0;
    unknown ||= found.unknown;
  }
  if (complete && !unknown)
    return { workflows: inOrder(workflows), interceptors: inOrder(interceptors), guessed: false };
  const guesses = files.filter((file) => looksLikeWorkflow(file, shown(cwd, file.fileName)));
  return {
    workflows: inOrder(new Set([...workflows, ...guesses])),
    interceptors: inOrder(interceptors),
    guessed: true,
  };
}

/** Whether a file is workflow code by what it imports. */
export function looksLikeWorkflow(file: ts.SourceFile, path: string): boolean {
  if (!file.text.includes('workflow') || isTestPath(path)) return false;
  const imports = summaryOf(file).imports.filter((entry) => entry.live);
  if (imports.some((entry) => outsideSdk.test(entry.specifier.text))) return false;
  const { valueNames } = summaryOf(file);
  const used = imports
    .filter((entry) => insideSdk.test(entry.specifier.text) && !entry.reexport)
    .flatMap((entry) => entry.bindings)
    .filter((binding) => valueNames.has(binding.local));
  return used.length > 0 && !(isActivityPath(path) && used.every((binding) => shared.test(binding.imported)));
}

function inOrder(files: Iterable<ts.SourceFile>): readonly ts.SourceFile[] {
  return [...files].sort((a, b) => (a.fileName < b.fileName ? -1 : a.fileName > b.fileName ? 1 : 0));
}
