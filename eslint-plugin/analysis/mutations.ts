import ts from 'typescript';
import type { HazardSite } from './call-graph.js';
import type { Unit } from './summary.js';
import { bare, isAccess, isFunctionNode } from './syntax.js';

/** Methods of arrays, maps and sets that change what they are called on. */
export const mutators: ReadonlySet<string> = new Set(
  'push pop shift unshift splice sort reverse fill copyWithin set add delete clear'.split(' '),
);

/** Where a unit changes what was there before it ran; what it made itself is its own affair. */
export function mutationsIn(unit: Unit, checker: ts.TypeChecker): readonly HazardSite[] {
  return unit.sites.flatMap((site): readonly HazardSite[] => {
    if (site.kind === 'write') return at(site.node, site.node);
    if (site.kind !== 'call' || !ts.isCallExpression(site.node)) return [];
    const callee = bare(site.node.expression);
    if (!ts.isPropertyAccessExpression(callee)) return [];
    const { name, expression } = callee;
    const [first] = site.node.arguments;
    if (first !== undefined && name.text === 'assign' && expression.getText() === 'Object') return at(first, site.node);
    return mutators.has(name.text) ? at(expression, site.node) : [];
  });

  function at(target: ts.Expression, node: ts.Node): readonly HazardSite[] {
    const root = rootOf(target);
    if (root.kind === ts.SyntaxKind.ThisKeyword) {
      const owner = ts.findAncestor(root, ts.isClassLike);
      if (owner === undefined || unit.kind === 'class') return [];
      return [{ unit, node, effect: 'mutates', label: `writes ${target.getText()}`, target: owner }];
    }
    if (!ts.isIdentifier(root)) return [];
    const declaration = declarationOf(root, checker);
    if (declaration === undefined || ts.isFunctionDeclaration(declaration)) return [];
    // What a caller hands in is the caller's affair.
    if (functionAround(declaration) === unit.node) return [];
    return [{ unit, node, effect: 'mutates', label: `writes ${target.getText()}`, target: declaration }];
  }
}

/** Where a variable is declared, also in another module of the project. */
function declarationOf(name: ts.Identifier, checker: ts.TypeChecker): ts.Declaration | undefined {
  const symbol = checker.getSymbolAtLocation(name);
  if (symbol === undefined || (symbol.flags & ts.SymbolFlags.Alias) === 0) return symbol?.valueDeclaration;
  const imported = checker.getAliasedSymbol(symbol).valueDeclaration;
  const isVariable = imported !== undefined && ts.isVariableDeclaration(imported);
  return isVariable && !imported.getSourceFile().isDeclarationFile ? imported : undefined;
}

/** Whether a mutation can be seen outside of `boundary`: what it changes was not made within. */
export function leaves(hazard: HazardSite, boundary: ts.Node): boolean {
  const { target } = hazard;
  if (target === undefined) return true;
  const within = target.getSourceFile() === boundary.getSourceFile();
  return !(within && boundary.pos <= target.pos && target.end <= boundary.end);
}

function rootOf(node: ts.Expression): ts.Expression {
  let root = bare(node);
  while (isAccess(root) || ts.isCallExpression(root)) {
    // What a call returns is not known to be what was there before.
    if (ts.isCallExpression(root)) return root;
    root = bare(root.expression);
  }
  return root;
}

function functionAround(node: ts.Node): ts.Node | undefined {
  return ts.findAncestor(node.parent, (outer) => isFunctionNode(outer) || ts.isSourceFile(outer));
}
