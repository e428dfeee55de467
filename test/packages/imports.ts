import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';

export interface Import {
  /** The importing file, from the folder's root, with `/`. */
  file: string;
  /** As written, or for a file of the same tree its path from there, without extension. */
  target: string;
  /** Gone after compilation. */
  typeOnly: boolean;
}

/** All that the TypeScript files in `folder` import, export from, `require` or `import()`. */
export function importsOf(root: string, folder: string): Import[] {
  const entries = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  const files = entries.filter(
    (path) => /(?<!\.d)\.ts$/.test(path) && !/(^|[\\/])(dist|node_modules|fixtures)[\\/]/.test(path),
  );
  return files.flatMap((path) => importsOfFile(root, join(folder, path)));
}

function importsOfFile(root: string, path: string): Import[] {
  const file = path.split(sep).join('/');
  const source = ts.createSourceFile(file, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest);
  const found: Import[] = [];
  const add = (name: ts.Node | undefined, typeOnly: boolean) => {
    if (name && ts.isStringLiteralLike(name)) found.push({ file, target: targetOf(root, path, name.text), typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isExternalModuleReference(node)) add(node.expression, false);
    else if (ts.isImportTypeNode(node))
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true);
    else if (ts.isCallExpression(node) && loads(node.expression)) add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** `import type …` alone: an import of only `type` names still loads the module under `verbatimModuleSyntax`. */
const isTypeOnly = ({ importClause }: ts.ImportDeclaration): boolean =>
  importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;

const loads = (callee: ts.Expression): boolean =>
  callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');

function targetOf(root: string, path: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  const target = relative(root, join(root, dirname(path), specifier));
  return target.split(sep).join('/').replace(/\.js$/, '');
}
