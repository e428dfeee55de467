import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReplayReport } from 'longhaul/replay';
import { applyPatch, copyTree, root } from '../../scripts/patched-tree';
import { longhaul } from '../cli/run';

const workflows = 'examples/inventory/workflows.ts';
const patches = join(root, 'replay-histories/broken');

describe('the saved histories of the example', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'longhaul-broken-')));
    await copyTree(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function replay(): Promise<{ status: number | null; report: ReplayReport }> {
    const args = ['replay', 'replay-histories', '--workflows', join(folder, workflows), '--json'];
    const { status, out, err } = await longhaul(args, root);
    assert.notEqual(out, '', err);
    return { status, report: JSON.parse(out) as ReplayReport };
  }

  it('replay on its code of today', async () => {
    const { status, report } = await replay();
    assert.equal(status, 0, JSON.stringify(report.histories, null, 1));
    assert.ok(report.summary.total > 0);
    assert.equal(report.summary.pass + report.summary.drift, report.summary.total);
  });

  for (const patch of readdirSync(patches).filter((file) => file.endsWith('.patch'))) {
    const header = readFileSync(join(patches, patch), 'utf8');
    const change = /^# change: (.+)$/m.exec(header)?.[1] ?? '';
    const expected = /^# line: (.+)$/m.exec(header)?.[1] ?? '';

    it(`show the line of ${patch.replace('.patch', '')}: ${change}`, async () => {
      await applyPatch(folder, join(patches, patch));
      const lines = (await readFile(join(folder, workflows), 'utf8')).split('\n').map((line) => line.trim());
      const { status, report } = await replay();
      assert.equal(status, 1);
      const { pass, drift, nondeterminism, total } = report.summary;
      assert.ok(nondeterminism > 0);
      assert.equal(pass + drift + nondeterminism, total, 'nothing fails otherwise');
      for (const { divergence } of report.histories.filter((history) => history.status === 'nondeterminism')) {
        const at = divergence?.location;
        assert.equal(lines[(at?.line ?? 0) - 1], expected);
        assert.match(at?.file ?? '', /examples\/inventory\/workflows\.ts$/);
      }
    });
  }
});
