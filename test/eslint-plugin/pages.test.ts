import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import longhaul from 'eslint-plugin-longhaul';
import { lintProject, root } from './lint-project.js';

/** The examples of a rule's page below a heading. */
function examples(page: string, heading: string): readonly string[] {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/```ts\n([^]*?)```/g)].map(([, code = '']) => code);
}

for (const rule of Object.keys(longhaul.rules ?? {})) {
  describe(`the page of ${rule}`, () => {
    const page = readFileSync(join(root, 'eslint-plugin/docs/rules', `${rule}.md`), 'utf8');
    const lint = async (code: string): Promise<readonly string[]> => {
      const { reports } = await lintProject({ 'src/workflows.ts': code });
      return reports.map(({ at }) => at.split(' ')[1] ?? '');
    };

    for (const [i, code] of examples(page, 'Incorrect').entries()) {
      it(`has an incorrect example ${i + 1} that the rule reports`, async () => {
        assert.deepEqual([...new Set(await lint(code))], [rule]);
      });
    }
    for (const [i, code] of examples(page, 'Correct').entries()) {
      it(`has a correct example ${i + 1} that no rule reports`, async () => {
        assert.deepEqual(await lint(code), []);
      });
    }
    it('has examples of both kinds, and starts with what the rule says of itself', () => {
      assert.ok(examples(page, 'Incorrect').length > 0 && examples(page, 'Correct').length > 0);
      assert.ok(page.startsWith(`# ${rule}\n\n${longhaul.rules?.[rule]?.meta?.docs?.description ?? ''}.\n`));
    });
  });
}
