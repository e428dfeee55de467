import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import longhaul from 'eslint-plugin-longhaul';
import { lintProject, root, type Linted } from './lint-project.js';
import { examplesOf, pageOf, type PageExample } from './page-examples.js';

const rules = Object.keys(longhaul.rules ?? {});

/** Where an example stands in the one project that holds them all. */
function folderOf({ rule, kind, index }: PageExample): string {
  return `src/${rule}/${kind}-${index}`;
}

describe('the pages of the rules', () => {
  const examples = rules.flatMap((rule) => examplesOf(root, rule));
  let linted: Promise<Linted> | undefined;

  /** All examples are linted at once: a program for each would take minutes. */
  function lintAll(): Promise<Linted> {
    const files = examples.flatMap((example) => [
      [`${folderOf(example)}/workflows.ts`, example.code],
      ...(example.file === undefined ? [] : [[`${folderOf(example)}/${example.file.name}`, example.file.content]]),
    ]);
    linted ??= lintProject(Object.fromEntries(files) as Record<string, string>, { bundler: true });
    return linted;
  }

  async function reported(example: PageExample): Promise<readonly string[]> {
    const { reports } = await lintAll();
    const own = reports.filter(({ at }) => at.startsWith(`${folderOf(example)}/`));
    return [...new Set(own.map(({ at }) => at.split(' ')[1] ?? ''))];
  }

  for (const example of examples.filter(({ kind }) => kind === 'incorrect')) {
    it(`have an incorrect example that the rule alone reports: ${example.rule} ${example.index}`, async () => {
      assert.deepEqual(await reported(example), [example.rule]);
    });
  }

  it('have correct examples that no rule reports', async () => {
    for (const example of examples.filter(({ kind }) => kind === 'correct')) {
      assert.deepEqual(await reported(example), [], folderOf(example));
    }
  });

  for (const rule of rules) {
    it(`have examples of both kinds, start with what the rule says of itself, and say when not to use it: ${rule}`, () => {
      const page = pageOf(root, rule);
      const kinds = examples.filter((example) => example.rule === rule).map(({ kind }) => kind);
      assert.ok(kinds.includes('incorrect') && kinds.includes('correct'));
      assert.ok(page.startsWith(`# ${rule}\n\n📝 ${longhaul.rules?.[rule]?.meta?.docs?.description ?? ''}.\n`));
      for (const heading of ['The hazard', 'Settings', 'When not to use it'])
        assert.ok(page.includes(`\n## ${heading}\n`));
      assert.match(page, /What the SDK really does: /);
    });
  }

  it('name rules that there are in the table for users of eslint-plugin-temporal', () => {
    const table = readFileSync(join(root, 'eslint-plugin/docs/from-eslint-plugin-temporal.md'), 'utf8');
    const lines = [...table.matchAll(/^\| `([a-z0-9-]+)` /gm)].map(([, name]) => name);
    const named = [...table.matchAll(/\]\(rules\/([a-z-]+)\.md\)/g)].map(([, name]) => name ?? '');
    assert.deepEqual([lines.length, new Set(lines).size], [101, 101]);
    assert.deepEqual(
      named.filter((name) => !rules.includes(name)),
      [],
    );
  });

  it('are listed in the README, each with its tier', () => {
    const readme = readFileSync(join(root, 'eslint-plugin/README.md'), 'utf8');
    const listed = [...readme.matchAll(/^\| \[([a-z-]+)\]\(docs\/rules\/\1\.md\) +\| (\w+)/gm)].map(
      ([, name, tier]) => `${name ?? ''} ${tier ?? ''}`,
    );
    const { recommended, typed } = longhaul.configs;
    const tierOf = (rule: string): string =>
      `longhaul/${rule}` in (recommended.rules ?? {})
        ? 'recommended'
        : `longhaul/${rule}` in (typed.rules ?? {})
          ? 'typed'
          : 'all';
    assert.deepEqual(listed.sort(), rules.map((rule) => `${rule} ${tierOf(rule)}`).sort());
  });
});
