import assert from 'node:assert/strict';
import type { WorkflowHandle } from '@temporalio/client';
import { rollOverSignal, statusQuery } from 'longhaul/workflows';
import { useServer } from 'longhaul/testing';
import * as activities from '../workflows/activities';
import { addEntry } from '../workflows/builds/ledger';
import type { ledger } from '../workflows/builds/one';
import { inRun, until } from '../workflows/support';

describe('two builds side by side', () => {
  const server = useServer(require.resolve('../workflows/builds/one'), {
    activities,
    server: {
      dynamicConfig: {
        'matching.wv.VersionDrainageStatusVisibilityGracePeriod': '1s',
        'matching.wv.VersionDrainageStatusRefreshInterval': '1s',
      },
    },
  });
  const deploymentName = 'ledgers';
  // temporal.api.enums.v1: VersionDrainageStatus and PinnedOverrideBehavior, of which the types are not exported.
  const drained = 2;
  const pinnedOverride = 1 as never;

  const onBuild = (buildId: string) => ({
    workerOptions: {
      workerDeploymentOptions: {
        version: { deploymentName, buildId },
        useWorkerVersioning: true,
        defaultVersioningBehavior: 'AUTO_UPGRADE',
      } as const,
    },
  });
  const makeCurrent = (buildId: string) =>
    until(
      () =>
        server.connection.workflowService.setWorkerDeploymentCurrentVersion({
          namespace: server.namespace,
          deploymentName,
          version: `${deploymentName}.${buildId}`,
          ignoreMissingTaskQueues: true,
        }),
      () => true,
    );
  const buildOf = async (handle: WorkflowHandle) => {
    const { raw } = await handle.describe();
    const { behavior, version, deploymentVersion } = raw.workflowExecutionInfo?.versioningInfo ?? {};
    return `${Number(behavior) === 1 ? 'pinned' : String(behavior)} to ${deploymentVersion?.buildId ?? version ?? ''}`;
  };
  /** The build of the worker that completed the run's newest workflow task. */
  const workedBy = async (handle: WorkflowHandle) => {
    const { events } = await handle.fetchHistory();
    const completed = events?.findLast((event) => event.workflowTaskCompletedEventAttributes);
    return completed?.workflowTaskCompletedEventAttributes?.deploymentVersion?.buildId;
  };
  const drainage = async (buildId: string) => {
    const { workerDeploymentVersionInfo } = await server.connection.workflowService.describeWorkerDeploymentVersion({
      namespace: server.namespace,
      version: `${deploymentName}.${buildId}`,
    });
    return Number(workerDeploymentVersionInfo?.drainageInfo?.status);
  };
  const handledAll = (handle: WorkflowHandle, count: number) =>
    until(
      () => handle.query(statusQuery),
      ({ inboxes: { entries } }) => entries?.received === count && entries.depth + entries.leases === 0,
    );

  /** Server 1.29 knows no other way to move a pinned chain; a newer one moves it at its rollover. */
  const moveTo = (handle: WorkflowHandle, buildId: string) =>
    server.connection.workflowService.updateWorkflowExecutionOptions({
      namespace: server.namespace,
      workflowExecution: { workflowId: handle.workflowId },
      workflowExecutionOptions: {
        versioningOverride: { pinned: { behavior: pinnedOverride, version: { deploymentName, buildId } } },
      },
      updateMask: { paths: ['versioning_override'] },
    });

  it('keep pinned runs, hand a chain forwards and back with all its items, and let the old build drain', async () => {
    const old = await server.worker(onBuild('1'));
    const oldRuns = old.run();
    await makeCurrent('1');
    const handle = await server.start<typeof ledger>('ledger', []);
    const now = server.client.workflow.getHandle(handle.workflowId);
    await now.signal(addEntry, { id: 'a' });
    await handledAll(now, 1);

    await server.work(async () => {
      await makeCurrent('2');
      await now.signal(addEntry, { id: 'b' });
      await handledAll(now, 2);
      assert.equal(await buildOf(now), 'pinned to 1');

      let received = 2;
      for (const [run, buildId] of [
        [2, '2'],
        [3, '1'],
        [4, '2'],
      ] as const) {
        await now.signal(rollOverSignal);
        await Promise.all(['x', 'y', 'z'].map((name) => now.signal(addEntry, { id: `${name}${run}` })));
        await moveTo(now, buildId);
        await inRun(now, run);
        // The run may have begun, and taken the others, before the chain was moved.
        await now.signal(addEntry, { id: `after${run}` });
        received += 4;
        await handledAll(now, received);
        assert.equal(await workedBy(now), buildId);
      }

      await until(
        () => drainage('1'),
        (status) => status === drained,
      );
      old.shutdown();
      await oldRuns;
      await now.signal(addEntry, { id: 'end', last: true });
      const { done } = await handle.result();
      const names = ['x', 'y', 'z', 'after'].flatMap((name) => [2, 3, 4].map((run) => `${name}${run}`));
      assert.deepEqual([...done].sort(), [...names, 'a', 'b', 'end'].sort());
    }, onBuild('2'));
  });
});
