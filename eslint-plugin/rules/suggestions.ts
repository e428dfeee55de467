import type { Rule } from 'eslint';
import ts from 'typescript';
import type { Effect } from '../analysis/index.js';
import { importEdit } from './import-edit.js';
import type { Replacement } from './replacement.js';

/** What an editor may offer for a hazard. Each changes what a running workflow sees: the author decides. */
export function suggestionOf(effect: Effect, node: ts.Node): Replacement | undefined {
  switch (effect) {
    case 'time-zone':
      return utcTwin(node);
    case 'locale':
      return fixedLocale(node);
    case 'timer':
      return sleepInstead(node);
    case 'dynamic-import':
      return eagerImport(node);
    default:
      return undefined;
  }
}

function suggestion(
  what: string,
  edits: readonly (readonly [start: number, end: number, text: string])[],
): Replacement {
  const fix: Rule.ReportFixer = (to) => edits.map(([start, end, text]) => to.replaceTextRange([start, end], text));
  return { title: `${what} (needs patched() where runs are open)`, fix, safe: false };
}

const local = /^([gs]et)(FullYear|Month|Date|Day|Hours|Minutes)$/;

function utcTwin(node: ts.Node): Replacement | undefined {
  if (ts.isNewExpression(node) && node.arguments !== undefined && node.arguments.length > 1) {
    const text = node.arguments.map((argument) => argument.getText()).join(', ');
    const start = node.arguments[0]?.getStart() ?? node.end;
    return suggestion('Read the parts in UTC', [[start, node.arguments.end, `Date.UTC(${text})`]]);
  }
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const { name } = node.expression;
  const twin = local.test(name.text)
    ? name.text.replace(local, '$1UTC$2')
    : /^to(Date|Time)?String$/.test(name.text)
      ? 'toISOString'
      : undefined;
  return twin === undefined ? undefined : suggestion(`Use ${twin}()`, [[name.getStart(), name.end, twin]]);
}

function fixedLocale(node: ts.Node): Replacement | undefined {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const { name } = node.expression;
  const count = node.arguments.length;
  if (name.text === 'localeCompare' && count === 1) {
    return suggestion("Compare in 'en-US'", [[node.arguments.end, node.arguments.end, ", 'en-US'"]]);
  }
  if (!name.text.startsWith('toLocale') || count > 0) return undefined;
  const zone = name.text === 'toLocaleString' ? '' : ", { timeZone: 'UTC' }";
  return suggestion("Format in 'en-US'", [[node.arguments.pos, node.arguments.pos, `'en-US'${zone}`]]);
}

/** `new Promise((resolve) => setTimeout(resolve, ms))` is `sleep(ms)`. */
function sleepInstead(node: ts.Node): Replacement | undefined {
  if (!ts.isCallExpression(node) || node.expression.getText() !== 'setTimeout') return undefined;
  const [callback, delay] = node.arguments;
  const arrow = ts.findAncestor(node, ts.isArrowFunction);
  if (callback === undefined || delay === undefined || arrow === undefined) return undefined;
  const body = ts.isBlock(arrow.body) ? arrow.body.statements[0] : arrow.body;
  const alone = body !== undefined && (body === node || (ts.isExpressionStatement(body) && body.expression === node));
  const [resolve] = arrow.parameters;
  const outer = arrow.parent;
  if (!alone || resolve?.name.getText() !== callback.getText() || !ts.isNewExpression(outer)) return undefined;
  if (outer.expression.getText() !== 'Promise') return undefined;
  const named = importEdit(node.getSourceFile(), '@temporalio/workflow', 'sleep');
  if (named === undefined) return undefined;
  const { local: name, edit } = named;
  return suggestion('Use sleep() from @temporalio/workflow', [
    ...(edit === undefined ? [] : [[edit.position, edit.position, edit.text] as const]),
    [outer.getStart(), outer.end, `${name}(${delay.getText()})`],
  ]);
}

function eagerImport(node: ts.Node): Replacement | undefined {
  if (!ts.isCallExpression(node)) return undefined;
  const { pos } = node.arguments;
  return suggestion('Have the bundler put it into the bundle', [[pos, pos, '/* webpackMode: "eager" */ ']]);
}
