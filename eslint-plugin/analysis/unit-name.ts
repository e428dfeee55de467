import ts from 'typescript';
import type { Defaulted } from './defaults.js';
import type { Unit } from './summary.js';
import { isFunctionNode, nameText } from './syntax.js';

/** The name a chain gives a unit: `order`, `Clock#now`, `new Clock`, `helpers.now`, `stamp(at = …)`; none for a bare callback. */
export function unitName(kind: Unit['kind'], node: ts.Node): string | undefined {
  if (kind === 'module') return undefined;
  if (kind === 'default') return defaultName(node as Defaulted);
  const name = ownName(node) ?? assignedName(node);
  if (name === undefined) return undefined;
  if (kind === 'class') return `new ${name}`;
  const owner = node.parent;
  if (ts.isClassLike(owner)) return `${className(owner)}#${name}`;
  const holder = ts.isObjectLiteralExpression(owner)
    ? owner
    : ts.isPropertyAssignment(owner) && ts.isObjectLiteralExpression(owner.parent)
      ? owner.parent
      : undefined;
  const object = holder && assignedName(holder);
  return object === undefined ? name : `${object}.${name}`;
}

function defaultName(node: Defaulted): string | undefined {
  const owner = ts.findAncestor(node.parent, (outer) => isFunctionNode(outer) || ts.isClassLike(outer));
  const name = owner && unitName(ts.isClassLike(owner) ? 'class' : 'function', owner);
  return name === undefined ? undefined : `${name}(${node.name.getText()} = …)`;
}

function ownName(node: ts.Node): string | undefined {
  const { name } = node as Partial<ts.NamedDeclaration>;
  if (name === undefined) return undefined;
  return ts.isPropertyName(name) ? nameText(name) : undefined;
}

function assignedName(node: ts.Node): string | undefined {
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return ownName(parent);
  if (ts.isPropertyDeclaration(parent)) return `${className(parent.parent)}#${ownName(parent) ?? ''}`;
  if (ts.isExportAssignment(parent)) return 'default';
  return ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) ? 'default' : undefined;
}

function className(node: ts.ClassLikeDeclaration): string {
  return node.name?.text ?? assignedName(node) ?? 'class';
}
