import assert from 'node:assert/strict';
import { lintProject } from './lint-project.js';

const workflow = (body: string, imports = ''): string =>
  `import { sleep } from '@temporalio/workflow';\n${imports}\nexport async function order(): Promise<unknown> {\n  await sleep(1);\n  ${body}\n}\n`;

/** One way from the workflow to the hazard at line 1 of `src/hazard.ts`. */
interface Way {
  name: string;
  files: Readonly<Record<string, string>>;
}

const ways: readonly Way[] = [
  {
    name: 'three files away',
    files: {
      'src/workflows.ts': workflow('return a();', `import { a } from './a.js';`),
      'src/a.ts': `import { b } from './b.js';\nexport function a() { return b(); }`,
      'src/b.ts': `import { c } from './hazard.js';\nexport const b = () => c();`,
      'src/hazard.ts': `export function c() { return Date.now(); }`,
    },
  },
];

describe('the reach of no-date-now', () => {
  for (const { name, files } of ways) {
    it(`finds a hazard ${name}`, async () => {
      const { reports } = await lintProject(files);
      assert.deepEqual(
        reports.map(({ at }) => at),
        ['src/hazard.ts:1 no-date-now'],
      );
      assert.match(
        reports[0]?.text ?? '',
        /^Workflow 'order' reads the time .*: order → .*Date\.now\(\) \(src\/hazard\.ts:1\)\. Use workflowNow\(\)/,
      );
    });
  }
});
