import assert from 'node:assert/strict';
import { lintProject, type LintOptions } from './lint-project.js';
import { workflow } from './workflow-source.js';

const untyped: LintOptions = { types: false };

async function reported(
  files: Readonly<Record<string, string>>,
  options: LintOptions = untyped,
): Promise<readonly string[]> {
  return (await lintProject(files, options)).reports.map(({ at }) => at);
}

describe('without type information', () => {
  it('a rule sees what one file shows', async () => {
    const source = workflow(
      'return [helper(), new Clock().read(), v4()];',
      `import { v4 } from 'uuid'; function helper() { return Date.now(); }\nclass Clock { read() { return new Date(); } }`,
    );
    assert.deepEqual(await reported({ 'src/workflows.ts': source }), [
      'src/workflows.ts:2 no-date-now',
      'src/workflows.ts:3 no-date-now',
      'src/workflows.ts:6 no-math-random',
    ]);
  });

  it('a file counts as workflow code by a value import only', async () => {
    const files = {
      'src/a.ts': `import type { WorkflowInfo } from '@temporalio/workflow';\nexport const f = (i: WorkflowInfo) => [i, Date.now()];`,
      'src/b.ts': 'export const f = () => Date.now();',
      'src/c.js': `import { random, longRunning } from 'longhaul/workflows';\nexport const f = longRunning('f', {}, async () => Date.now() + random());`,
    };
    assert.deepEqual(await reported(files), ['src/c.js:2 no-date-now']);
  });

  it('a local Date is still told from the global one', async () => {
    assert.deepEqual(
      await reported({ 'src/workflows.ts': workflow('const Date = { now: () => 1 }; return Date.now();') }),
      [],
    );
  });

  it('the fix works too', async () => {
    const { outputs } = await lintProject(
      { 'src/workflows.ts': workflow('return Math.random();') },
      { ...untyped, fix: true },
    );
    assert.match(
      outputs['src/workflows.ts'] ?? '',
      /import \{ random \} from 'longhaul\/workflows';[^]*return random\(\)/,
    );
  });
});

describe('broken code', () => {
  const broken: Readonly<Record<string, string>> = {
    'names that are not there':
      'return missing(other).now() + nope.Date.now() + Date.nope() + new Nope() + Date.now();',
    'a name that is its own value': 'const a = b, b = a; const { c } = c; a(); c(); return Date.now();',
    'a class that extends itself':
      'class A extends A {} class B extends C {} class C extends B {} new A(); new B(); B.now(); return Date.now();',
    'types that do not hold': 'const n: number = "x"; n.now(); (5 as Date).now(); return Date.now();',
    'odd members':
      'const o = { [Symbol.iterator]() {}, get [x]() { return 1; }, ...y, "now": 1 }; o[z](); o["now"]; return Date.now();',
  };
  for (const types of [true, false]) {
    for (const [name, body] of Object.entries(broken)) {
      it(`never stops a rule: ${name}, ${types ? 'with' : 'without'} types`, async () => {
        const imports = `import { gone } from './gone.js'; import all from './workflows.js'; export * from './nowhere.js'; export * from './workflows.js'; export { x as y } from './workflows.js'; gone(); all();`;
        const at = await reported({ 'src/workflows.ts': workflow(body, imports) }, { types });
        assert.ok(at.includes('src/workflows.ts:5 no-date-now'), at.join());
        assert.ok(!at.some((entry) => entry.includes('fatal')), at.join());
      });
    }
  }
});
