import assert from 'node:assert/strict';
import { lintProject } from './lint-project.js';
import { workflow } from './workflow-source.js';

describe('what a report says', () => {
  const threeAway = {
    'src/workflows.ts': workflow('return a();', `import { a } from './a.js';`),
    'src/a.ts': `import { b } from './b.js';\nexport function a() { return b(); }`,
    'src/b.ts': `import { c } from './c.js';\nexport const b = () => c();`,
    'src/c.ts': `export function c() { return Date.now(); }`,
  };

  it('names the workflow, the way and the remedy for a hazard three files away', async () => {
    const { reports } = await lintProject(threeAway);
    assert.deepEqual(reports, [
      {
        at: 'src/c.ts:1 no-date-now',
        text:
          "Workflow 'order' reads the time other than from the sanctioned clock: order → a (src/a.ts:2) → b (src/b.ts:2)" +
          ' → c (src/c.ts:1) → Date.now() (src/c.ts:1). Use workflowNow() from longhaul/workflows.',
      },
    ]);
  });

  it('takes the shortest of several ways', async () => {
    const { reports } = await lintProject({
      ...threeAway,
      'src/workflows.ts': workflow('return [a(), c()];', `import { a } from './a.js';\nimport { c } from './c.js';`),
    });
    assert.match(reports[0]?.text ?? '', /: order → c \(src\/c\.ts:1\) → Date\.now\(\)/);
  });

  it('leaves out the middle of a long way', async () => {
    const steps = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'];
    const chain = steps.map((step, i) => `function ${step}(): unknown { return ${steps[i + 1] ?? 'Date.now'}(); }`);
    const { reports } = await lintProject({ 'src/workflows.ts': workflow('return one();', chain.join('\n')) });
    assert.match(
      reports[0]?.text ?? '',
      /order → one \(\S+\) → two \(\S+\) → … 4 more … → seven \(\S+\) → Date\.now\(\)/,
    );
  });

  it('reports a helper that an activity shares at the call in the workflow, with the way on', async () => {
    const { reports } = await lintProject({
      'src/workflows.ts': workflow('return stamp();', `import { stamp } from './stamp.js';`),
      'src/stamp.ts': `import { wall } from './wall.js';\nexport const stamp = () => wall();`,
      'src/wall.ts': `export const wall = () => Date.now();`,
      'src/activities.ts': `import { stamp } from './stamp.js';\nexport const act = async () => stamp();`,
    });
    assert.deepEqual(
      reports.map(({ at }) => at),
      ['src/workflows.ts:5 no-date-now'],
    );
    assert.match(
      reports[0]?.text ?? '',
      /: order → stamp \(src\/stamp\.ts:2\) → wall \(src\/wall\.ts:1\) → Date\.now\(\) \(src\/wall\.ts:1\)/,
    );
  });

  it('names a workflow by the type that longRunning gets', async () => {
    const { reports } = await lintProject({
      'src/workflows.ts': `import { longRunning } from 'longhaul/workflows';\nexport const rollUp = longRunning('roll-up', {}, async () => Math.random());`,
    });
    assert.match(reports[0]?.text ?? '', /^Workflow 'roll-up' draws chance/);
  });

  it('names the module for code at its top level', async () => {
    const { reports } = await lintProject({
      'src/workflows.ts': workflow('return started;', 'const started = Date.now();'),
    });
    assert.match(reports[0]?.text ?? '', /^Workflow module 'src\/workflows\.ts' reads the time/);
  });

  it('names what the SDK has where the project does without longhaul', async () => {
    const files = { 'src/workflows.ts': workflow('return Math.random() + Date.now();') };
    const { reports, messages } = await lintProject(files, { dependsOnLonghaul: false });
    assert.match(reports.map(({ text }) => text).join(), /settings\.longhaul\.functions.*workflowRandom\.random\(\)/);
    assert.deepEqual(
      messages.map(({ fix, suggestions }) => [fix, suggestions?.map(({ desc }) => desc)]),
      [
        [undefined, ['Use workflowRandom from @temporalio/workflow.']],
        [undefined, undefined],
      ],
    );
  });
});
