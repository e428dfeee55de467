import ts from 'typescript';
import type { HazardSite } from '../call-graph.js';
import type { Unit } from '../summary.js';
import { isAccess } from '../syntax.js';
import type { World } from './world.js';

/** `workflowInfo().unsafe.isReplaying` where it decides whether a command is issued: a replay does not issue it. */
export function decidesByReplaying(unit: Unit, world: World): readonly HazardSite[] {
  return unit.sites.flatMap(({ kind, node }): readonly HazardSite[] => {
    if (kind !== 'access' || !isAccess(node)) return [];
    const name = world.nameOf(node)?.name;
    if (name === undefined || !replaying.test(name)) return [];
    if (!guardsCommands(node, unit, world)) return [];
    const label = name.replace('.()', '()');
    const remedy = 'A replay then takes the other way: decide by what the workflow knows in both.';
    return [{ unit, node, effect: 'clock-leak', label, remedy }];
  });
}

const replaying = /^workflowInfo\.\(\)\.unsafe\.isReplaying(HistoryEvents)?$/;

/** Whether a truth value has commands hang on it, in its own function or where a function that returns it is called. */
function guardsCommands(node: ts.Expression, unit: Unit, world: World, hops = 3): boolean {
  for (let at: ts.Node = node; ; at = at.parent) {
    const { parent } = at;
    if (isGuardedBy(at, parent).some((code) => world.issuesCommands(unit, code))) return true;
    if (ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === at)) {
      return (
        hops > 0 &&
        world.graph.to(unit).some(({ node: call, from }) => {
          return ts.isCallExpression(call) && guardsCommands(call, from, world, hops - 1);
        })
      );
    }
    if (!ts.isParenthesizedExpression(parent) && !ts.isPrefixUnaryExpression(parent) && !isLogical(parent))
      return false;
  }
}

function isLogical(node: ts.Node): boolean {
  return (
    ts.isBinaryExpression(node) &&
    [ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken].includes(node.operatorToken.kind)
  );
}

/** The code that runs for one value of a condition only. */
function isGuardedBy(node: ts.Node, parent: ts.Node): readonly ts.Node[] {
  if (ts.isIfStatement(parent) && parent.expression === node) {
    return [parent.thenStatement, parent.elseStatement, ...(leaves(parent.thenStatement) ? behind(parent) : [])].filter(
      (code) => code !== undefined,
    );
  }
  if (ts.isConditionalExpression(parent) && parent.condition === node) return [parent.whenTrue, parent.whenFalse];
  if (isLogical(parent) && (parent as ts.BinaryExpression).left === node)
    return [(parent as ts.BinaryExpression).right];
  return [];
}

function leaves(statement: ts.Statement): boolean {
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement;
  return (
    last !== undefined && (ts.isReturnStatement(last) || ts.isContinueStatement(last) || ts.isBreakStatement(last))
  );
}

function behind(statement: ts.Statement): readonly ts.Statement[] {
  const { parent } = statement;
  if (!ts.isBlock(parent)) return [];
  return parent.statements.slice(parent.statements.indexOf(statement) + 1);
}
