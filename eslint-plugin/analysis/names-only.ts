import ts from 'typescript';
import type { Referents } from './referents.js';
import { bare, declarationOf, isAccess, nameText, type Access } from './syntax.js';

/** Starts a workflow of its own from a function that only names it. */
const startsChild = /^(executeChild|startChild|makeContinueAsNewFunc|continueAsNew)$/;

/** Whether a call takes a function for its name alone: it is a workflow of its own, or goes to a log. */
export function onlyNames(
  node: ts.Expression,
  call: ts.CallExpression,
  referents: Referents,
  checker: ts.TypeChecker,
): boolean {
  const callee = bare(call.expression);
  if (/^console\.\w+$/.test(callee.getText())) return true;
  if (!ts.isIdentifier(callee) && !isAccess(callee)) return false;
  if (isAccess(callee) && isStartedByRun(callee, referents, checker)) return true;
  return referents.of(callee).some((referent) => {
    if (referent.kind !== 'package') return false;
    const name = referent.path.at(-1) ?? '';
    if (referent.module === '@temporalio/workflow') return startsChild.test(name);
    return referent.module === 'longhaul/recipes' && name === 'fanOutChildren' && isGivenAs('child', node);
  });
}

/** `run.startChild(scan)`, where `run` is what a `longRunning()` body gets. */
function isStartedByRun(callee: Access, referents: Referents, checker: ts.TypeChecker): boolean {
  if (referents.memberName(callee) !== 'startChild') return false;
  const declared = referents.memberSymbol(callee)?.declarations?.[0]?.getSourceFile().fileName;
  if (declared !== undefined && /\/node_modules\/longhaul\//.test(declared)) return true;
  const base = bare(callee.expression);
  const parameter = ts.isIdentifier(base) ? declarationOf(base, checker) : undefined;
  if (parameter === undefined || !ts.isParameter(parameter)) return false;
  const call = parameter.parent.parent;
  return ts.isCallExpression(call) && /longRunning$/.test(call.expression.getText());
}

/** Whether a value is what an option of that name gets. */
export function isGivenAs(name: string, node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isShorthandPropertyAssignment(parent)) return parent.name.text === name;
  return ts.isPropertyAssignment(parent) && parent.initializer === node && nameText(parent.name) === name;
}
