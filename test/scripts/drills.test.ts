import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useServer } from 'longhaul/testing';
import { kinds, Lane } from '../../scripts/drills/lane';
import { isWrong, summary } from '../../scripts/drills/summary';

describe('the crash drills', () => {
  const server = useServer(require.resolve('../../scripts/drills/workflows'));

  it('find nothing lost by kills before the first beat and after it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'longhaul-drills-'));
    const workflowBundlePath = join(folder, 'workflows.js');
    await writeFile(workflowBundlePath, (await server.bundle()).code);
    const lane = new Lane({ client: server.client, address: server.address, folder, workflowBundlePath });
    const findings = [...((await lane.drill(0, 20)) ?? []), ...((await lane.drill(1, 700)) ?? [])];
    await lane.close();
    await rm(folder, { recursive: true });
    assert.deepEqual(findings.filter(isWrong), []);
    assert.ok(findings.some(({ drill, committed }) => drill === 1 && committed > 0));
  });

  it('count as wrong what lost a commit or went on from what was never made', () => {
    const finding = { kind: 'commits', drill: 0, made: 8, committed: 7, from: 7, secondsToResume: 1 } as const;
    const findings = [finding, { ...finding, from: 8 }, { ...finding, from: 6 }, { ...finding, from: 9 }];
    assert.deepEqual(findings.map(isWrong), [false, false, true, true]);
    const all = findings.flatMap((each) => kinds.map((kind) => ({ ...each, kind })));
    assert.match(summary(all), /\| commits \| 4 \| 2 \|/);
  });
});
