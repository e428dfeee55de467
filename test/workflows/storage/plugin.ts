import { randomUUID } from 'node:crypto';
import * as common from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import type { WorkerOptions, WorkerPlugin } from '@temporalio/worker';

interface Claim {
  claimData: { key?: string };
}

interface Driver {
  name: string;
  type: string;
  store: (context: unknown, payloads: Payload[]) => Promise<Claim[]>;
  retrieve: (context: unknown, claims: Claim[]) => Promise<Payload[]>;
}

// By its shape: older versions of the SDK, which this file is compiled against too, have no external storage.
const { ExternalStorage, StorageDriverClaim } = common as unknown as {
  ExternalStorage: new (options: { drivers: Driver[] }) => object;
  StorageDriverClaim: new (data: { key: string }) => Claim;
};

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
  configureWorker: (options: WorkerOptions) => ({ ...options, dataConverter: { externalStorage } }) as WorkerOptions,
};

export default plugin;
