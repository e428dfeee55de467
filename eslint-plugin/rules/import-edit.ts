import ts from 'typescript';

/** How a file can name an export of a module, and what to insert so that it can. */
export interface NamedImport {
  local: string;
  edit: { position: number; text: string } | undefined;
}

/** Finds or makes a name for `name` of `module`; nothing where that could break the file. */
export function importEdit(file: ts.SourceFile, module: string, name: string): NamedImport | undefined {
  if (!isPlainEsModule(file)) return undefined;
  const declared = declaredNames(file);
  const imports = file.statements.filter(ts.isImportDeclaration);
  let merge: ts.NamedImports | undefined;
  for (const node of imports) {
    const bindings = node.importClause?.namedBindings;
    if (!ts.isStringLiteralLike(node.moduleSpecifier) || node.moduleSpecifier.text !== module) continue;
    if (bindings === undefined || isTypeOnly(node)) continue;
    if (ts.isNamespaceImport(bindings)) {
      return declared.get(bindings.name.text) === 1
        ? { local: `${bindings.name.text}.${name}`, edit: undefined }
        : undefined;
    }
    const existing = bindings.elements.find((e) => !e.isTypeOnly && (e.propertyName ?? e.name).text === name);
    if (existing !== undefined) {
      const local = existing.name.text;
      // Declared once more, it may mean something else where the fix goes.
      return declared.get(local) === 1 ? { local, edit: undefined } : undefined;
    }
    merge ??= bindings;
  }
  const local = freeName(name, declared);
  const specifier = local === name ? name : `${name} as ${local}`;
  return {
    local,
    edit: merge === undefined ? newImport(file, imports, module, specifier) : mergedImport(merge, specifier),
  };
}

function mergedImport(bindings: ts.NamedImports, specifier: string): { position: number; text: string } {
  const last = bindings.elements.at(-1);
  return last === undefined
    ? { position: bindings.getStart() + 1, text: ` ${specifier} ` }
    : { position: last.end, text: `, ${specifier}` };
}

function newImport(
  file: ts.SourceFile,
  imports: readonly ts.ImportDeclaration[],
  module: string,
  specifier: string,
): { position: number; text: string } {
  const last = imports.at(-1);
  const quote = last?.moduleSpecifier.getText().startsWith('"') === true ? '"' : "'";
  const end = last === undefined || last.getText().endsWith(';') ? ';' : '';
  const statement = `import { ${specifier} } from ${quote}${module}${quote}${end}`;
  const newline = file.text.includes('\r\n') ? '\r\n' : '\n';
  if (last !== undefined) return { position: last.end, text: `${newline}${statement}` };
  const directive = file.statements
    .filter((node, i) => isDirective(node) && file.statements.slice(0, i).every(isDirective))
    .at(-1);
  if (directive !== undefined) return { position: directive.end, text: `${newline}${statement}` };
  // ESLint shows a shebang to parsers as a comment, and `/// <reference>` has to stay on top too.
  const top = /^(#!|\/\/\/).*/.exec(file.text)?.[0].length;
  return top === undefined ? { position: 0, text: statement + newline } : { position: top, text: newline + statement };
}

function isDirective(node: ts.Statement): boolean {
  return ts.isExpressionStatement(node) && ts.isStringLiteral(node.expression);
}

/** `require`, `export =` and scripts take no import without a look at how the file is built. */
function isPlainEsModule(file: ts.SourceFile): boolean {
  const { statements } = file;
  if (/\.c[jt]s$/.test(file.fileName)) return false;
  if (
    statements.some(
      (node) => ts.isImportEqualsDeclaration(node) || (ts.isExportAssignment(node) && node.isExportEquals === true),
    )
  ) {
    return false;
  }
  return statements.some(
    (node) =>
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isExportAssignment(node) || isExported(node),
  );
}

function isExported(node: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword) ?? false)
  );
}

function isTypeOnly(node: ts.ImportDeclaration): boolean {
  return (node.importClause as { isTypeOnly: boolean } | undefined)?.isTypeOnly ?? false;
}

function freeName(name: string, declared: ReadonlyMap<string, number>): string {
  if (!declared.has(name)) return name;
  const longer = `longhaul${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  for (let i = 0; ; i += 1) {
    const candidate = i === 0 ? longer : `${longer}${i}`;
    if (!declared.has(candidate)) return candidate;
  }
}

/** How often each name is declared anywhere in a file: which scope sees which is not worth the risk. */
function declaredNames(file: ts.SourceFile): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const visit = (node: ts.Node): void => {
    const { name } = node as Partial<ts.NamedDeclaration>;
    if (name !== undefined && ts.isIdentifier(name) && bindsName(node))
      counts.set(name.text, (counts.get(name.text) ?? 0) + 1);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return counts;
}

function bindsName(node: ts.Node): boolean {
  return (
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isClassLike(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isModuleDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isImportClause(node) ||
    ts.isNamespaceImport(node) ||
    ts.isImportSpecifier(node) ||
    ts.isImportEqualsDeclaration(node)
  );
}
