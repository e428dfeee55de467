import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { page, root } from './pages';

describe('the table of failures', () => {
  const documented = [...page('docs/failures.md').text.matchAll(/^\| `(Longhaul\w+)`/gm)].map(
    (match) => match[1] ?? '',
  );

  it('has each type of LonghaulFailureType, and no other', () => {
    assert.deepEqual([...new Set(documented)].sort(), failureTypes().sort());
  });

  it('says of each type in each of its cases whether it is retryable, as the code does', () => {
    const rows = [...page('docs/failures.md').text.matchAll(/^\| `(Longhaul\w+)` .*?\| (yes|no)\b.*\|$/gm)];
    assert.equal(rows.length, documented.length);
    const told = new Set(rows.map(([, type, retryable]) => `${type ?? ''} ${retryable ?? ''}`));
    assert.deepEqual([...told].sort(), raised());
  });
});

/** The members of the union, as the compiler reads them. */
function failureTypes(): string[] {
  const types: string[] = [];
  for (const statement of parse('workflows/failure.ts').statements) {
    if (!ts.isTypeAliasDeclaration(statement) || statement.name.text !== 'LonghaulFailureType') continue;
    assert.ok(ts.isUnionTypeNode(statement.type));
    for (const member of statement.type.types) {
      assert.ok(ts.isLiteralTypeNode(member) && ts.isStringLiteral(member.literal));
      types.push(member.literal.text);
    }
  }
  assert.ok(types.length > 0, 'LonghaulFailureType was not found');
  return types;
}

/** Each type that `longhaulFailure` is called with, and whether it is made retryable there. */
function raised(): string[] {
  const found = new Set<string>();
  for (const file of ['workflows', 'activities'].flatMap(sourcesIn)) {
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'longhaulFailure') {
        const [type, , options] = node.arguments;
        assert.ok(
          type && ts.isStringLiteral(type),
          `${file}: the type is to be a literal, so that this table can be held to it`,
        );
        found.add(`${type.text} ${isRetryable(options) ? 'yes' : 'no'}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(parse(file));
  }
  return [...found].sort();
}

function isRetryable(options: ts.Expression | undefined): boolean {
  if (!options || !ts.isObjectLiteralExpression(options)) return false;
  return options.properties.some(
    (property) =>
      ts.isPropertyAssignment(property) &&
      property.name.getText() === 'retryable' &&
      property.initializer.kind === ts.SyntaxKind.TrueKeyword,
  );
}

function sourcesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
}
