import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { lintFolder, lintProject, withProject, type LintOptions } from './lint-project.js';
import { workflow } from './workflow-source.js';

/** The workflow module after `--fix`, or nothing where it is left as it was. */
async function fixed(
  source: string,
  others: Readonly<Record<string, string>> = {},
  options: LintOptions = {},
): Promise<string | undefined> {
  return (await lintProject({ 'src/workflows.ts': source, ...others }, { ...options, fix: true })).outputs[
    'src/workflows.ts'
  ];
}

describe('the fix', () => {
  it('rewrites the three plain spellings, and the result compiles and is clean', async () => {
    const source = workflow(
      'return [Date.now(), new Date(), new Date, Math.random(), new Date().getTime() + Math.random()];',
    );
    await withProject({ 'src/workflows.ts': source }, {}, async (folder) => {
      const { outputs, reports } = await lintFolder(folder, { fix: true });
      assert.deepEqual(reports, []);
      const output = outputs['src/workflows.ts'] ?? '';
      assert.match(
        output,
        /\[workflowNow\(\), new Date\(workflowNow\(\)\), new Date\(workflowNow\(\)\), random\(\), new Date\(workflowNow\(\)\)\.getTime\(\) \+ random\(\)\]/,
      );
      assert.match(output, /import \{ (workflowNow, random|random, workflowNow) \} from 'longhaul\/workflows';/);
      assert.deepEqual(compileErrors(folder, output), []);
    });
  });

  const imports: readonly { name: string; head: string; body?: string; expected: RegExp }[] = [
    {
      name: 'merges into an import',
      head: `import { longRunning } from 'longhaul/workflows';`,
      expected: /\{ longRunning, workflowNow \} from.*\n.*\n.*\n {2}return workflowNow\(\)/,
    },
    {
      name: 'takes the name an import has',
      head: `import { workflowNow as clock } from 'longhaul/workflows';`,
      expected: /\{ workflowNow as clock \}[^]*return clock\(\)/,
    },
    {
      name: 'goes through a namespace',
      head: `import * as lh from 'longhaul/workflows';`,
      expected: /\* as lh [^]*return lh\.workflowNow\(\)/,
    },
    {
      name: 'leaves a type import alone',
      head: `import type { Duration } from 'longhaul/workflows';`,
      expected: /import type \{ Duration \} from.*\nimport \{ workflowNow \} from/,
    },
    {
      name: 'keeps double quotes',
      head: `import { join } from "path";`,
      expected: /\nimport \{ workflowNow \} from "longhaul\/workflows";/,
    },
    {
      name: 'picks another name where its own is taken',
      head: `const workflowNow = 5;`,
      expected: /\{ workflowNow as longhaulWorkflowNow \}[^]*return longhaulWorkflowNow\(\)/,
    },
    {
      name: 'sees a name that an inner scope takes',
      head: '',
      body: 'const workflowNow = 1, longhaulWorkflowNow = 2; return Date.now();',
      expected: /return longhaulWorkflowNow1\(\)/,
    },
  ];
  for (const { name, head, body = 'return Date.now();', expected } of imports) {
    it(name, async () => {
      assert.match((await fixed(workflow(body, head))) ?? '', expected);
    });
  }

  it('puts the first import below a shebang and above a comment', async () => {
    const source = '#!/usr/bin/env node\n/** Orders. */\nexport async function order() { return Date.now(); }\n';
    const output = await fixed(source, {}, { settings: { workflows: ['src/workflows.ts'] } });
    assert.equal(
      output,
      "#!/usr/bin/env node\nimport { workflowNow } from 'longhaul/workflows';\n/** Orders. */\nexport async function order() { return workflowNow(); }\n",
    );
  });

  const left: readonly {
    name: string;
    source: string;
    others?: Readonly<Record<string, string>>;
    options?: LintOptions;
  }[] = [
    {
      name: 'another spelling',
      source: workflow(
        `return [Date['now'](), Date(), [1].map(Date.now), new globalThis.Date(), Date.now(/* why */)];`,
      ),
    },
    {
      name: 'a project without longhaul',
      source: workflow('return Date.now() + Math.random();'),
      options: { dependsOnLonghaul: false },
    },
    { name: 'code at module level, which clients run too', source: workflow('return at;', 'const at = Date.now();') },
    { name: 'a file of the older module kind', source: workflow('return Date.now();', `import fs = require('fs');`) },
    {
      name: 'a file whose function a test calls',
      source: workflow('return helper();', 'export function helper() { return Date.now(); }'),
      others: { 'src/workflows.test.ts': `import { helper } from './workflows.js';\nexport const result = helper();` },
    },
    {
      name: 'a helper that an activity shares',
      source: workflow('return now();', `import { now } from './now.js';`),
      others: {
        'src/now.ts': 'export const now = () => Date.now();',
        'src/activities.ts': `import { now } from './now.js';\nexport const act = async () => now();`,
      },
    },
  ];
  for (const { name, source, others = {}, options = {} } of left) {
    it(`leaves alone ${name}`, async () => {
      const { outputs, reports } = await lintProject(
        { 'src/workflows.ts': source, ...others },
        { ...options, fix: true },
      );
      assert.deepEqual(outputs, {});
      assert.notEqual(reports.length, 0);
    });
  }

  it('reaches a helper that only workflows use', async () => {
    const source = workflow('return now();', `import { now } from './now.js';`);
    const { outputs } = await lintProject(
      { 'src/workflows.ts': source, 'src/now.ts': 'export const now = () => Date.now();' },
      { fix: true },
    );
    assert.deepEqual(outputs, {
      'src/now.ts': "import { workflowNow } from 'longhaul/workflows';\nexport const now = () => workflowNow();",
    });
  });
});

function compileErrors(folder: string, text: string): readonly string[] {
  const file = join(folder, 'src/workflows.ts');
  ts.sys.writeFile(file, text);
  assert.equal(readFileSync(file, 'utf8'), text);
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.Node16,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
  };
  return ts
    .getPreEmitDiagnostics(ts.createProgram([file], options))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
