import ts from 'typescript';
import type { Import } from './summary.js';

/** `import … from` */
export function importOf(node: ts.ImportDeclaration): Import | undefined {
  const { importClause: clause, moduleSpecifier } = node;
  if (!ts.isStringLiteralLike(moduleSpecifier)) return undefined;
  const bindings: { local: string; imported: string }[] = [];
  if (clause?.name !== undefined) bindings.push({ local: clause.name.text, imported: 'default' });
  const named = clause?.namedBindings;
  if (named !== undefined && ts.isNamespaceImport(named)) bindings.push({ local: named.name.text, imported: '*' });
  if (named !== undefined && ts.isNamedImports(named)) {
    for (const element of named.elements) {
      if (element.isTypeOnly) continue;
      bindings.push({ local: element.name.text, imported: (element.propertyName ?? element.name).text });
    }
  }
  const live = clause === undefined || (!isTypeOnly(clause) && bindings.length > 0);
  return { specifier: moduleSpecifier, bindings, reexport: false, live };
}

/** `export … from` */
export function reexportOf(specifier: ts.StringLiteralLike, exports: NamedExports): Import {
  const { elements, values } = exports;
  const bindings = values.map((element) => ({ local: '', imported: (element.propertyName ?? element.name).text }));
  if (bindings.length === 0) bindings.push({ local: '', imported: '*' });
  return { specifier, bindings, reexport: true, live: elements.length === 0 || values.length > 0 };
}

export interface NamedExports {
  elements: readonly ts.ExportSpecifier[];
  /** Those that are more than types. */
  values: readonly ts.ExportSpecifier[];
}

export function namedExports({ exportClause: clause }: ts.ExportDeclaration): NamedExports {
  const elements = clause !== undefined && ts.isNamedExports(clause) ? clause.elements : [];
  return { elements, values: elements.filter((element) => !element.isTypeOnly) };
}

/** `import fs = require('fs')` */
export function requireOf(node: ts.ImportEqualsDeclaration): Import | undefined {
  const reference = node.moduleReference;
  if (!ts.isExternalModuleReference(reference) || !ts.isStringLiteralLike(reference.expression)) return undefined;
  const bindings = [{ local: node.name.text, imported: '*' }];
  return { specifier: reference.expression, bindings, reexport: false, live: !node.isTypeOnly };
}

function isTypeOnly(clause: ts.ImportClause): boolean {
  // Newer compilers say it with `phaseModifier`, older ones know only the flag, which both keep.
  return (clause as { isTypeOnly: boolean }).isTypeOnly;
}
