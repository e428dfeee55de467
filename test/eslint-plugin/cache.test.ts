import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clearCaches } from '@typescript-eslint/parser';
import { main } from 'eslint-plugin-longhaul/cli';
import { withProject } from './lint-project.js';
import { workflow } from './workflow-source.js';

const files = {
  'src/workflows.ts': workflow('return one();', `import { one } from './one.js';`),
  'src/one.ts': `import { two } from './two.js';\nexport const one = () => two();`,
  'src/two.ts': `import { three } from './three.js';\nexport const two = () => three();`,
  'src/three.ts': 'export const three = () => 3;',
  // Reported at the call in the workflow's own code: what activities use too is not the workflow's to change.
  'src/activities.ts': `import { three } from './three.js';\nexport async function act() { return three(); }`,
};

async function run(folder: string): Promise<string> {
  // As a process of its own: what the parser knew is gone.
  clearCaches();
  const out: string[] = [];
  await main([], { out: (line) => out.push(line), err: () => undefined, cwd: folder });
  return out.join('\n');
}

describe('longhaul-lint, which keeps no cache', () => {
  it('sees a hazard that arrives three files away from the workflow', () =>
    withProject(files, {}, async (folder) => {
      assert.equal(await run(folder), '');
      writeFileSync(join(folder, 'src/three.ts'), 'export const three = () => Date.now();');
      assert.match(
        await run(folder),
        /^src\/two\.ts:2:\d+ no-date-now\n.*order → one .*→ two .*→ three .*→ Date\.now\(\)/,
      );
    }));
});
