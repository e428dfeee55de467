import assert from 'node:assert/strict';
import { lintProject } from './lint-project.js';
import { workflow } from './workflow-source.js';

const because = '// longhaul-ignore no-date-now: it only feeds a log line';

describe('longhaul-ignore', () => {
  const imports = `import { a } from './a.js';`;
  const clean = {
    'src/workflows.ts': workflow('return a();', imports),
    'src/a.ts': `import { b } from './b.js';\nexport function a() {\n  return b();\n}`,
    'src/b.ts': `export function b() {\n  return Date.now();\n}`,
  };

  const spots: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'at the hazard': { 'src/b.ts': `export function b() {\n  return Date.now(); ${because}\n}` },
    'above the hazard': { 'src/b.ts': `export function b() {\n  ${because}\n  return Date.now();\n}` },
    'above a call on the way': {
      'src/a.ts': `import { b } from './b.js';\nexport function a() {\n  ${because}\n  return b();\n}`,
    },
    'above a function on the way': { 'src/b.ts': `${because}\nexport function b() {\n  return Date.now();\n}` },
    'at the call in the workflow': { 'src/workflows.ts': workflow(`return a(); ${because}`, imports) },
  };
  for (const [spot, files] of Object.entries(spots)) {
    it(`silences a report ${spot}`, async () => {
      assert.deepEqual((await lintProject({ ...clean, ...files })).reports, []);
    });
  }

  it('does not silence another way to the same hazard', async () => {
    const files = {
      'src/workflows.ts': workflow(`a(); ${because}\n  return b();`, `${imports} import { b } from './b.js';`),
    };
    const { reports } = await lintProject({ ...clean, ...files });
    assert.deepEqual(
      reports.map(({ at }) => at),
      ['src/b.ts:2 no-date-now'],
    );
  });

  it('does not count without a reason, and the report says so', async () => {
    const { reports } = await lintProject({
      ...clean,
      'src/b.ts': `export function b() {\n  // longhaul-ignore no-date-now\n  return Date.now();\n}`,
    });
    assert.equal(reports.length, 1);
    assert.match(reports[0]?.text ?? '', /The longhaul-ignore at src\/b\.ts:2 gives no reason/);
  });

  it('is reported where it silences nothing', async () => {
    const files = { 'src/a.ts': `export function a() {\n  ${because}\n  return 5;\n}`, 'src/b.ts': '' };
    const { reports } = await lintProject({ ...clean, ...files });
    assert.deepEqual(
      reports.map(({ at }) => at),
      ['src/a.ts:2 no-date-now'],
    );
    assert.match(reports[0]?.text ?? '', /This longhaul-ignore is not needed/);
  });

  it('speaks for its rule only', async () => {
    const files = { 'src/b.ts': `export function b() {\n  ${because}\n  return Date.now() + Math.random();\n}` };
    const { reports } = await lintProject({ ...clean, ...files });
    assert.deepEqual(
      reports.map(({ at }) => at),
      ['src/b.ts:3 no-math-random'],
    );
  });

  it('is text inside a string, not a comment', async () => {
    const { reports } = await lintProject({
      'src/workflows.ts': workflow('return `// longhaul-ignore no-date-now: x` + Date.now();'),
    });
    assert.equal(reports.length, 1);
  });

  it('leaves eslint-disable to work as ever', async () => {
    const { reports } = await lintProject({
      'src/workflows.ts': workflow('// eslint-disable-next-line longhaul/no-date-now\n  return Date.now();'),
    });
    assert.deepEqual(reports, []);
  });
});
