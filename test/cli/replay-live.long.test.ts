import assert from 'node:assert/strict';
import { join } from 'node:path';
import { useServer } from 'longhaul/testing';
import type { ReplayReport } from '../../replay';
import { source } from '../replay/support';
import { until } from '../workflows/support';
import { reserved, waiting } from './live-workflows';
import { longhaul, root } from './run';

describe('longhaul replay --live', () => {
  const server = useServer(require.resolve('./live-workflows'), {
    activities: { reserveStock: () => Promise.resolve('reserved') },
  });
  const deploymentName = 'live';
  const workerOptions = (buildId: string) => ({
    workerDeploymentOptions: {
      version: { deploymentName, buildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'PINNED',
    } as const,
  });

  const live = (...args: string[]) =>
    longhaul(['replay', '--live', ...args], join(root, 'test/cli'), {
      TEMPORAL_ADDRESS: server.address,
      TEMPORAL_NAMESPACE: server.namespace,
    });

  it('replays open runs on new code, all or those of a build, and tells which patches they need', async () => {
    const ids: string[] = [];
    for (const [name, options] of [
      ['ann', {}],
      ['bob', { workerOptions: workerOptions('b1') }],
    ] as const) {
      await server.work(async () => {
        if ('workerOptions' in options) {
          await until(
            () =>
              server.connection.workflowService.setWorkerDeploymentCurrentVersion({
                namespace: server.namespace,
                deploymentName,
                version: `${deploymentName}.b1`,
                ignoreMissingTaskQueues: true,
              }),
            () => true,
          );
        }
        const handle = await server.start(waiting, [name], { leaveOpen: 'a namespace has open runs', memo: { name } });
        ids.push(handle.workflowId);
        await until(
          () => handle.query(reserved),
          (done) => done,
        );
      }, options);
    }
    const query = `WorkflowId IN (${ids.map((id) => `'${id}'`).join(', ')})`;
    // Runs take a moment to be listed.
    const { workflowService } = server.connection;
    await until(
      () => workflowService.listWorkflowExecutions({ namespace: server.namespace, query }),
      ({ executions }) => executions.length === 2,
    );
    const all = await live('--workflows', 'live-workflows.ts', '--query', query, '--json');
    assert.equal(all.status, 0, all.err + all.out);
    const { histories } = JSON.parse(all.out) as ReplayReport;
    assert.deepEqual(histories.map(({ workflowId }) => workflowId).sort(), [...ids].sort());
    assert.ok(histories.every(({ status }) => status === 'pass'));

    const other = await live('--workflows', source('recorded'), '--query', query);
    assert.equal(other.status, 1);
    assert.match(other.out, /and 1 more of 2 {2}waiting failed\n +Failed to initialize workflow of type 'waiting'/);

    const pinned = await live('--workflows', 'live-workflows.ts', '--build-id', 'b1', '--query', query);
    assert.equal(pinned.status, 0, pinned.err);
    assert.match(pinned.out, /1 history: 1 passed/);
    assert.match(pinned.out, /No run is from before: stock\. For these runs patched\('…'\) may become deprecatePatch/);

    const some = await live('--workflows', 'live-workflows.ts', '--query', query, '--limit', '1');
    assert.match(some.out, /^! Of 2 runs 1 were replayed, of each type the oldest: --limit sets how many\.$/m);
    const part = await live('--workflows', 'live-workflows.ts', '--query', query, '--limit', '1', '--json');
    assert.ok((JSON.parse(part.out) as ReplayReport).policies.some(({ message }) => /Of 2 runs 1/.test(message)));
    assert.doesNotMatch(all.out, /were replayed/);
    const failing = await live('--workflows', source('throws'), '--build-id', 'b1', '--query', query);
    assert.doesNotMatch(failing.out, /may become deprecatePatch/);

    const none = await live('--workflows', 'live-workflows.ts', '--query', "WorkflowId = 'nobody'");
    assert.equal(none.status, 2);
    assert.equal(
      none.err,
      `longhaul replay: There is no history to replay: no run in namespace ${server.namespace} at ${server.address} matches WorkflowId = 'nobody'. Name another namespace by TEMPORAL_NAMESPACE, or other runs by --query.\n`,
    );
    const ofBuild = await live('--workflows', 'live-workflows.ts', '--query', query, '--build-id', 'b7');
    assert.equal(ofBuild.status, 2);
    assert.match(ofBuild.err, /no run in namespace \S+ at \S+ is of build b7 and matches WorkflowId IN/);
  });

  it('ends with 3 and one line where no server answers', async () => {
    const { status, err } = await longhaul(
      ['replay', '--live', '--workflows', 'live-workflows.ts'],
      join(root, 'test/cli'),
      { TEMPORAL_ADDRESS: '127.0.0.1:1' },
    );
    assert.equal(status, 3);
    assert.match(err, /^longhaul replay: Could not connect to 127\.0\.0\.1:1: [^\n]+\n$/);
  });

  it('ends with 2 and one line at a query that the server does not take', async () => {
    const { status, err } = await live('--workflows', 'live-workflows.ts', '--query', 'Nonsense ?');
    assert.equal(status, 2);
    assert.match(err, /^longhaul replay: [^\n]+\n$/);
  });
});
