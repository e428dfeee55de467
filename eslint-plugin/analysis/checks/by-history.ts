import ts from 'typescript';
import type { HazardSite } from '../call-graph.js';
import type { Unit } from '../summary.js';
import { bare, isFunctionNode } from '../syntax.js';
import { every, functionAround, isWithin } from './syntax.js';
import type { World } from './world.js';

/** Continue-as-new by a count of rounds or by the clock: neither knows how long the history is. */
export function continueAsNewByHistory(unit: Unit, world: World): readonly HazardSite[] {
  if (!isFunctionNode(unit.node)) return [];
  return world.callsOf(unit).flatMap(({ name, module, node }): readonly HazardSite[] => {
    if (module !== '@temporalio/workflow' || !/^(continueAsNew|makeContinueAsNewFunc\.\(\))$/.test(name)) return [];
    const deciding = conditionsOver(node, unit.node);
    if (deciding.length === 0) return [];
    const read = deciding.flatMap((condition) => [
      condition,
      ...namedIn(condition, unit, world),
      ...calledFrom(condition, unit, world),
    ]);
    if (read.some((code) => asksHistory.test(code.getText()))) return [];
    const counts = deciding.some((condition) => isCount(condition, unit, world));
    const byClock = read.some((code) => clock.test(code.getText())) && read.some(compares);
    if (!counts && !byClock) return [];
    const label = `continueAsNew() by ${counts ? 'a count of rounds' : 'the clock'}`;
    return [{ unit, node, effect: 'continue-as-new-by-history', label }];
  });
}

const asksHistory = /history|continueAsNewSuggested|suggest|budget/i;

const clock = /\bworkflowNow\(|\bDate\.now\(|\bnew Date\(\)|\b(runS|s)tartTime\b/;

/** What decides that a place is reached: the conditions around it, and that of a loop that ends right before it. */
function conditionsOver(node: ts.Node, code: ts.Node): readonly ts.Expression[] {
  const found: ts.Expression[] = [];
  for (let at = node; at !== code && !ts.isSourceFile(at); at = at.parent) {
    const { parent } = at;
    if (ts.isIfStatement(parent) && parent.thenStatement === at) found.push(parent.expression);
    if (ts.isBlock(parent)) {
      const before = parent.statements[parent.statements.indexOf(at as ts.Statement) - 1];
      const condition = before && conditionOf(before);
      if (condition !== undefined && found.length === 0) found.push(condition);
    }
  }
  return found;
}

function conditionOf(statement: ts.Statement): ts.Expression | undefined {
  if (ts.isForStatement(statement)) return statement.condition;
  return ts.isWhileStatement(statement) || ts.isDoStatement(statement) ? statement.expression : undefined;
}

/** What the function's own constants in a condition were set to. */
function namedIn(condition: ts.Expression, unit: Unit, world: World): readonly ts.Node[] {
  return every(condition.parent, (node) => isWithin(node, condition) && ts.isIdentifier(node)).flatMap((name) => {
    const declaration = world.graph.declarationOf(name as ts.Identifier);
    const isOwn =
      declaration !== undefined && ts.isVariableDeclaration(declaration) && isWithin(declaration, unit.node);
    return isOwn && declaration.initializer !== undefined ? [declaration.initializer] : [];
  });
}

/** The bodies of the project's functions that a condition calls. */
function calledFrom(condition: ts.Node, unit: Unit, world: World): readonly ts.Node[] {
  const start = world.graph
    .from(unit)
    .edges.filter(({ node, to }) => isWithin(node, condition) && isFunctionNode(to.node));
  return start.flatMap(({ to }) => [...world.reachedFrom(to)].map((one) => one.node));
}

function compares(code: ts.Node): boolean {
  return isComparison(code) || every(code, isComparison).length > 0;
}

function isComparison(node: ts.Node): node is ts.BinaryExpression {
  return ts.isBinaryExpression(node) && /^([<>]=?|[!=]==?)$/.test(node.operatorToken.getText());
}

/** Whether a condition compares what each round adds to with a fixed number, here or in a function that gets it. */
function isCount(condition: ts.Expression, unit: Unit, world: World): boolean {
  const counted = every(
    condition.parent,
    (node) => isWithin(node, condition) && ts.isIdentifier(node) && isCounter(node, unit.node),
  );
  return counted.some((node) => {
    const comparison = ts.findAncestor(node, (outer) => outer === condition.parent || isComparison(outer));
    if (comparison !== undefined && isComparison(comparison)) return hasFixedSide(comparison, world);
    const call = ts.findAncestor(node, (outer) => outer === condition.parent || ts.isCallExpression(outer));
    return call !== undefined && ts.isCallExpression(call) && comparesIts(call, node as ts.Identifier, unit, world);
  });
}

/** `due(round)` where `due` compares its parameter with a number. */
function comparesIts(call: ts.CallExpression, given: ts.Identifier, unit: Unit, world: World): boolean {
  const index = call.arguments.findIndex((argument) => bare(argument) === given);
  return world.graph.from(unit).edges.some(({ node, to }) => {
    if (node !== call || !isFunctionNode(to.node)) return false;
    const name = to.node.parameters[index]?.name.getText();
    return every(to.node, isComparison).some(
      (comparison) =>
        name !== undefined &&
        new RegExp(`\\b${name}\\b`).test(comparison.getText()) &&
        hasFixedSide(comparison as ts.BinaryExpression, world),
    );
  });
}

function hasFixedSide({ left, right }: ts.BinaryExpression, { checker }: World): boolean {
  return [left, right].some(
    (side) => ts.isNumericLiteral(bare(side)) || checker.getTypeAtLocation(side).isNumberLiteral(),
  );
}

/** A variable that a loop of the function adds one to. */
function isCounter(name: ts.Identifier, code: ts.Node): boolean {
  return (
    every(code, (node) => {
      const target =
        ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)
          ? node.operator === ts.SyntaxKind.PlusPlusToken && node.operand
          : ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusEqualsToken && node.left;
      if (target === false || !ts.isIdentifier(target) || target.text !== name.text || functionAround(node) !== code)
        return false;
      return ts.findAncestor(node, (outer) => outer === code || ts.isIterationStatement(outer, false)) !== code;
    }).length > 0
  );
}
