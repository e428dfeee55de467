import ts from 'typescript';

/** A function with a body of its own, whatever its spelling. */
export type FunctionNode =
  ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction | ts.MethodDeclaration | ts.AccessorDeclaration;

// Asked of each node of each file: what the compiler exports are getters, which cost more than what they give.
const { SyntaxKind, canHaveModifiers, getModifiers } = ts;

export function isFunctionNode(node: ts.Node): node is FunctionNode {
  switch (node.kind) {
    case SyntaxKind.FunctionDeclaration:
    case SyntaxKind.FunctionExpression:
    case SyntaxKind.ArrowFunction:
    case SyntaxKind.MethodDeclaration:
    case SyntaxKind.GetAccessor:
    case SyntaxKind.SetAccessor:
      return true;
    default:
      return false;
  }
}

/** The expression inside parentheses, type assertions, `satisfies`, `!`, and the last one of a comma list. */
export function bare(node: ts.Expression): ts.Expression {
  let inner = node;
  for (;;) {
    switch (inner.kind) {
      case SyntaxKind.ParenthesizedExpression:
      case SyntaxKind.AsExpression:
      case SyntaxKind.SatisfiesExpression:
      case SyntaxKind.TypeAssertionExpression:
      case SyntaxKind.NonNullExpression:
        inner = (inner as ts.ParenthesizedExpression).expression;
        break;
      case SyntaxKind.BinaryExpression: {
        const { operatorToken, right } = inner as ts.BinaryExpression;
        if (operatorToken.kind !== SyntaxKind.CommaToken) return inner;
        inner = right;
        break;
      }
      default:
        return inner;
    }
  }
}

export type Access = ts.PropertyAccessExpression | ts.ElementAccessExpression;

export function isAccess(node: ts.Node): node is Access {
  return node.kind === SyntaxKind.PropertyAccessExpression || node.kind === SyntaxKind.ElementAccessExpression;
}

/** The text of a property name where it is fixed in the source. */
export function nameText(name: ts.PropertyName | ts.BindingName | ts.ModuleExportName): string | undefined {
  if (ts.isComputedPropertyName(name)) {
    return ts.isStringLiteralLike(name.expression) ? name.expression.text : wellKnownSymbol(name.expression);
  }
  if (ts.isObjectBindingPattern(name) || ts.isArrayBindingPattern(name)) return undefined;
  return name.text;
}

/** `Symbol.iterator` as the name of a member: `@@iterator`. */
export function wellKnownSymbol(node: ts.Expression): string | undefined {
  const isOne =
    ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'Symbol';
  return isOne ? `@@${node.name.text}` : undefined;
}

/** The name of a member, as `nameText` writes it: the compiler numbers its symbols. */
export function symbolName(symbol: ts.Symbol): string {
  const wellKnown = /^__@(\w+)@\d+$/.exec(symbol.name)?.[1];
  return wellKnown === undefined ? symbol.name : `@@${wellKnown}`;
}

/** The member of a type, by the name that `nameText` gives it. */
export function memberOfType(type: ts.Type, name: string): ts.Symbol | undefined {
  return name.startsWith('@@')
    ? type.getProperties().find((property) => symbolName(property) === name)
    : type.getProperty(name);
}

/** Whether a call gives back what it got, and runs nothing of it: `Object.freeze({ … })`. */
export function isTransparent(call: ts.CallExpression): boolean {
  const { expression } = call;
  return (
    expression.kind === SyntaxKind.PropertyAccessExpression &&
    /^Object\.(freeze|seal|preventExtensions|assign|setPrototypeOf|keys|hasOwn|is)$/.test(expression.getText())
  );
}

/** Where a name is declared. */
export function declarationOf(name: ts.Identifier, checker: ts.TypeChecker): ts.Declaration | undefined {
  const symbol = ts.isShorthandPropertyAssignment(name.parent)
    ? checker.getShorthandAssignmentValueSymbol(name.parent)
    : checker.getSymbolAtLocation(name);
  return symbol?.valueDeclaration;
}

export function isAmbient(node: ts.Node): boolean {
  return (
    canHaveModifiers(node) &&
    (getModifiers(node)?.some((modifier) => modifier.kind === SyntaxKind.DeclareKeyword) ?? false)
  );
}

export function isStatic(node: ts.Node): boolean {
  return (
    canHaveModifiers(node) &&
    (getModifiers(node)?.some((modifier) => modifier.kind === SyntaxKind.StaticKeyword) ?? false)
  );
}

/** The module that `require('…')`, `import('…')` or `require.resolve('…')` names. */
export function requiredModule(call: ts.CallExpression): ts.StringLiteralLike | undefined {
  const [argument] = call.arguments;
  if (argument === undefined || !ts.isStringLiteralLike(argument)) return undefined;
  const { expression } = call;
  const loads =
    expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require');
  return loads ? argument : undefined;
}

const files = new WeakMap<ts.Node, ts.SourceFile>();

/**
 * The file of a node, which may be very deep in it: the parts of a sum of ten thousand hang below each other.
 *
 * A climb leaves marks that spare the next one most of the way.
 */
export function fileOf(node: ts.Node): ts.SourceFile {
  const marked: ts.Node[] = [];
  let at = node;
  let file: ts.SourceFile | undefined;
  for (let steps = 1; file === undefined && at.kind !== SyntaxKind.SourceFile; steps += 1) {
    at = at.parent;
    if (steps % 32 !== 0) continue;
    file = files.get(at);
    if (file === undefined) marked.push(at);
  }
  file ??= at as ts.SourceFile;
  for (const mark of marked) files.set(mark, file);
  return file;
}

export function lineOf(file: ts.SourceFile, position: number): number {
  return file.getLineAndCharacterOfPosition(position).line + 1;
}

/** Where the name of a unit's code stands: there comments speak of the whole. */
export function unitStart(unit: { kind: string; node: ts.Node }): number {
  if (unit.kind === 'module') return 0;
  const { name } = unit.node as Partial<ts.NamedDeclaration>;
  const named = name ?? (ts.isVariableDeclaration(unit.node.parent) ? unit.node.parent : unit.node);
  return named.getStart();
}

export function isConst(declaration: ts.VariableDeclaration): boolean {
  return (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0;
}

/** The variable of the same file that a name stands for, by the statements around it. */
export function variableNamed(name: ts.Identifier): ts.VariableDeclaration | undefined {
  for (const statement of enclosingStatements(name)) {
    if (!ts.isVariableStatement(statement)) continue;
    const found = statement.declarationList.declarations.find(
      (one) => ts.isIdentifier(one.name) && one.name.text === name.text && one.initializer !== undefined,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function* enclosingStatements(node: ts.Node): Iterable<ts.Statement> {
  for (let outer = node.parent; ; outer = outer.parent) {
    if (ts.isBlock(outer) || ts.isSourceFile(outer)) yield* outer.statements;
    if (ts.isSourceFile(outer)) return;
  }
}
