import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { ExternalStorage, StorageDriverClaim } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import { rollOverSignal } from 'longhaul/workflows';
import { useServer } from 'longhaul/testing';
import { inRun } from './support';
import * as flows from './workflows/carrying';

/** As a bucket would be: what is put in gets a key. */
const bucket = new Map<string, Payload>();
const externalStorage = new ExternalStorage({
  drivers: [
    {
      name: 'memory',
      type: 'longhaul.test',
      store: (_context, payloads) =>
        Promise.resolve(
          payloads.map((payload) => {
            const key = randomUUID();
            bucket.set(key, payload);
            return new StorageDriverClaim({ key });
          }),
        ),
      retrieve: (_context, claims) =>
        Promise.resolve(claims.map(({ claimData }) => bucket.get(claimData['key'] ?? '')!)),
    },
  ],
});

describe("the SDK's external storage", () => {
  const server = useServer(require.resolve('./stored'), { workerOptions: { dataConverter: { externalStorage } } });

  it('takes a state of 5 MiB over two rollovers, by reference', () =>
    server.run(flows.hoard, [], async (handle) => {
      for (let at = 0; at < 6; at += 1) await handle.signal(flows.put, { kib: 900 });
      await handle.signal(rollOverSignal);
      const now = server.client.workflow.getHandle(handle.workflowId);
      await inRun(now, 2);
      await now.signal(rollOverSignal);
      await inRun(now, 3);
      await now.signal(flows.put, { kib: 1, last: true });
      const { kept, runs } = await handle.result();
      assert.deepEqual(kept, [900, 900, 900, 900, 900, 900, 1]);
      assert.equal(runs, 3);
      const { events } = await now.fetchHistory();
      const carried = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[1]?.data?.length ?? 0;
      assert.ok(carried > 0 && carried < 1_024, `${carried} bytes on the wire`);
      assert.ok([...bucket.values()].some(({ data }) => (data?.length ?? 0) > 5_000_000));
    }));
});
