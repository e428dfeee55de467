import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReviewReport } from 'longhaul/review';
import { longhaul, root } from './run';
import { assertSchema } from './schema';

const workflows = `import { proxyActivities, sleep } from '@temporalio/workflow';
const { ship } = proxyActivities<{ ship(id: string): Promise<void> }>({ startToCloseTimeout: '2 hours' });
export const limit = 5;
export async function order(id: string): Promise<number> {
  while (true) {
    await ship(id);
    await sleep('1 day');
  }
}
export async function stamp(): Promise<number> {
  return new Date(2026, 1, 1).getTime();
}
`;

describe('longhaul review', () => {
  let folder: string;

  before(async () => {
    await mkdir(join(root, '.longhaul'), { recursive: true });
    folder = await mkdtemp(join(root, '.longhaul/foreign-'));
    // Below `src` it is source, whatever it is called.
    await mkdir(join(folder, 'src/build'), { recursive: true });
    await mkdir(join(folder, 'empty'));
    await writeFile(join(folder, 'src/build/flows.ts'), workflows);
    const compilerOptions = { target: 'ES2022', module: 'node16', types: [], strict: true };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
    await writeFile(
      join(folder, 'broken.config.ts'),
      'export default { catalog: { order: { waivers: [{ area: "signals" }] } } }',
    );
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('gives a project that never heard of longhaul a first answer, with what to run next', async () => {
    const { status, out } = await longhaul(['review', '--json', '--html', 'page.html'], folder);
    assert.equal(status, 1);
    await assertSchema('review', out);
    const report = JSON.parse(out) as ReviewReport;
    assert.equal(report.verdict, 'no-go');
    const verdicts = report.workflows.map(({ workflowType, cells }) => [
      workflowType,
      ...cells.map(({ verdict }) => verdict),
    ]);
    assert.deepEqual(verdicts, [
      ['order', 'no-go', 'no-go', 'unknown', 'unknown', 'unknown'],
      ['stamp', 'unknown', 'unknown', 'no-go', 'unknown', 'unknown'],
    ]);
    const checks = report.workflows.flatMap(({ cells }) => cells.flatMap((cell) => cell.checks));
    for (const { verdict, command, fix, check } of checks) {
      if (verdict === 'unknown') assert.ok(command, `${check} names what would gather it`);
      if (verdict === 'no-go') assert.ok(fix, `${check} says what to do`);
    }

    const page = await readFile(join(folder, 'page.html'), 'utf8');
    assert.match(page, /name="viewport"/);
    assert.match(page, /@media print/);
    assert.doesNotMatch(page, /https?:|<script|<link(?! rel="icon" href="data:,")|url\(/);
    for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) assert.ok(page.includes(`id="${id ?? ''}"`), id);
  });

  const wrong: [what: string, args: string[], message: RegExp][] = [
    [
      'a workflow that is not there',
      ['--workflow', 'ordr', '--lint', 'src/build/flows.ts'],
      /no workflow "ordr": there are order, stamp/,
    ],
    ['a waiver without a reason', ['--config', 'broken.config.ts'], /waivers\[0\]\.reason is null; use a sentence/],
    ['two kinds of output', ['--json', '--markdown'], /exclude each other/],
    ['a path that is no option', ['order'], /name a type with --workflow/],
    ['histories that are missing', ['--histories', 'nowhere'], /--histories: nowhere does not exist/],
    ['a workflow file that is missing', ['--workflows', 'nowhere.ts'], /--workflows: nowhere\.ts does not exist/],
    ['an unknown option', ['--workflw', 'x'], /--workflw/],
  ];
  for (const [what, args, message] of wrong) {
    it(`ends with 2 and one line at ${what}`, async () => {
      const { status, err } = await longhaul(['review', ...args], folder);
      assert.match(err, message);
      assert.match(err, /^longhaul review: [^\n]+\n$/);
      assert.equal(status, 2);
    });
  }

  it('ends with 2 where there is no workflow', async () => {
    const { status, err } = await longhaul(['review'], join(folder, 'empty'));
    assert.match(err, /^longhaul review: No workflow was found: name the workflow file[^\n]+\n$/);
    assert.equal(status, 2);
  });
});
