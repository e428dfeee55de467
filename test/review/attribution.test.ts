import assert from 'node:assert/strict';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { loadConfig } from 'longhaul/config';
import { gather, judge } from 'longhaul/review';
import type { Gathered } from 'longhaul/review';
import { attributeFindings } from '../../review/attribute-findings';
import { workflowsIn } from '../../review/workflow-types';
import { root } from '../cli/run';
import { remove } from './projects';

const sources: Record<string, string> = {
  'tsconfig.json': JSON.stringify({
    compilerOptions: { module: 'node16', strict: true, noEmit: true, types: ['node'] },
    include: ['src'],
  }),
  'longhaul.config.ts': `export default { workflowsPath: './src/index.ts' };\n`,
  'src/index.ts': `
export { order as orders } from './order';
export { shipment } from './shipment';
export { billing } from './billing';
`,
  'src/order.ts': `
import { stamp } from './shared/clock';
import { reserve, charge } from './proxies';
export async function order(): Promise<void> {
  await step();
  await charge();
}
async function step(): Promise<void> {
  await reserve(stamp());
}
`,
  'src/billing.ts': `
import * as proxies from './all-proxies';
export const billing = async (): Promise<void> => {
  await proxies.charge();
};
`,
  'src/all-proxies.ts': `export * from './proxies';\n`,
  'src/proxies.ts': `
import { proxyActivities } from '@temporalio/workflow';
import type * as activities from './activities';
export const { reserve } = proxyActivities<typeof activities>({ startToCloseTimeout: '2 hours' });
export const { charge } = proxyActivities<typeof activities>({ startToCloseTimeout: '3 hours' });
`,
  'src/shipment.ts': `
import { sleep } from '@temporalio/workflow';
import { label } from './shared/labels';
export async function shipment(): Promise<string> {
  await sleep('1 minute');
  return label();
}
/** What order() and stamp() are for. */
`,
  'src/shared/clock.ts': `export const stamp = (): number => Date.now();\n`,
  'src/shared/labels.ts': `export const label = (): string => 'parcel';\n`,
  'src/activities.ts': `
export async function reserve(at: number): Promise<number> { return at; }
export async function charge(): Promise<void> {}
`,
  'src/left-over.ts': `
import { proxyActivities } from '@temporalio/workflow';
import type * as activities from './activities';
export const { charge } = proxyActivities<typeof activities>({ startToCloseTimeout: '4 hours' });
`,
  // The clock was in another file when it was accepted.
  'eslint-suppressions.json': JSON.stringify({
    'src/clock.ts': { 'longhaul/no-date-now': { count: 2 } },
    'src/shared/clock.ts': { 'longhaul/no-date-now': { count: 1 } },
    'src/index.ts': { 'longhaul/no-math-random': { count: 3 } },
  }),
};

describe('findings of the linter in a review', function () {
  this.timeout(120_000);
  let folder: string;
  let gathered: Gathered;

  before(async () => {
    await mkdir(join(root, '.longhaul'), { recursive: true });
    folder = await mkdtemp(join(root, '.longhaul/review-'));
    for (const [path, text] of Object.entries(sources)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    gathered = await gather({ config: await loadConfig({ cwd: folder }), histories: [] });
  });
  after(() => remove(folder));

  const lintOf = (type: string, area: string) =>
    judge(gathered, [type], Date.now())
      .workflows[0]?.cells.find((cell) => cell.area === area)
      ?.checks.find(({ check }) => check === 'lint');
  const placesOf = (type: string, area: string) =>
    (lintOf(type, area)?.evidence ?? []).map(({ rule, file, line }) => `${rule ?? ''} ${file}:${line ?? 0}`);

  it('are of the workflows that use what they stand in, through other modules too', () => {
    const reserve = 'require-heartbeat-timeout src/proxies.ts:4';
    const charge = 'require-heartbeat-timeout src/proxies.ts:5';
    const heartbeats = (type: string) =>
      placesOf(type, 'heartbeats').filter((place) => place.startsWith('require-heartbeat-timeout'));
    assert.deepEqual(heartbeats('orders'), [reserve, charge]);
    assert.deepEqual(heartbeats('billing'), [reserve, charge], 'the text does not tell which of a namespace is used');
    assert.equal(lintOf('shipment', 'heartbeats')?.verdict, 'go');
  });

  it('count where the baseline accepts them and they are there, for the workflows that reach them', () => {
    const check = lintOf('orders', 'determinism');
    assert.equal(check?.verdict, 'no-go');
    assert.match(check.message, /finds 1 hazard: no-date-now at src\/shared\/clock\.ts:1\./);
    assert.match(check.evidence[0]?.message ?? '', /accepted by eslint-suppressions\.json, which gives neither reason/);
    assert.equal(lintOf('shipment', 'determinism')?.verdict, 'go');
    assert.equal(lintOf('billing', 'determinism')?.verdict, 'go');
  });

  describe('that no workflow is seen to reach', () => {
    const finding = { rule: 'no-date-now', file: 'src/left-over.ts', line: 4, message: '', chain: [] };
    const attributed = async (files: Record<string, string>, roots: string[] = []) => {
      for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
      const { workflows } = await workflowsIn([join(folder, 'src/index.ts')]);
      const [one] = await attributeFindings([finding], { folder, workflows, roots: ['src/index.ts', ...roots] });
      return one?.workflows;
    };

    it('are of none', async () => assert.deepEqual(await attributed({}), []));

    it('are of all where an interceptor loads them', async () => {
      const interceptor = `import { charge } from './left-over';\nexport const interceptors = () => ({ charge });\n`;
      const roots = ['src/interceptors.ts'];
      assert.equal(await attributed({ 'src/interceptors.ts': interceptor }, roots), undefined);
    });

    it('are of those that import what the text can not find', async () => {
      const shipment = `import { label } from '@app/labels';\n${sources['src/shipment.ts'] ?? ''}`;
      assert.deepEqual(await attributed({ 'src/shipment.ts': shipment }), ['shipment']);
    });

    it('are of a type that only the bundle tells of', () => {
      const lint = { ...gathered.lint, findings: [{ ...finding, workflows: [] }], accepted: [] };
      const verdict = (type: string) =>
        judge({ ...gathered, lint }, [type], Date.now())
          .workflows[0]?.cells.find(({ area }) => area === 'determinism')
          ?.checks.find(({ check }) => check === 'lint')?.verdict;
      assert.equal(verdict('wrapped'), 'no-go');
      assert.equal(verdict('orders'), 'go');
    });
  });
});
