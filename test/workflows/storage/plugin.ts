import { randomUUID } from 'node:crypto';
import { ExternalStorage, StorageDriverClaim } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import type { WorkerOptions, WorkerPlugin } from '@temporalio/worker';

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
        Promise.resolve(
          claims.map(({ claimData: { key = '' } }) => {
            const payload = bucket.get(key);
            if (!payload) throw new Error(`nothing is stored under '${key}'`);
            return payload;
          }),
        ),
    },
  ],
});

const plugin: WorkerPlugin = {
  name: 'storage',
  configureWorker: (options: WorkerOptions) => ({ ...options, dataConverter: { externalStorage } }),
};

export default plugin;
