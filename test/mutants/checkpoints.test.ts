import assert from 'node:assert/strict';
import { useServer } from 'longhaul/testing';
import * as activities from './activities';
import { call } from './workflows';

describe('a checkpoint', () => {
  const server = useServer(require.resolve('./workflows'), { activities });

  it('keeps the last checkpoint over an attempt that makes none', () =>
    server.run(
      call,
      ['checkpointsOnce', { startToCloseTimeout: 60_000, heartbeatTimeout: 1_000, retry: { initialInterval: 1 } }],
      async (handle) => {
        assert.equal(await handle.result(), 5);
      },
    ));

  it('is with the server when its commit returns', () =>
    server.run(call, ['asksServer', { startToCloseTimeout: 60_000, heartbeatTimeout: 10_000 }], async (handle) => {
      assert.deepEqual(await handle.result(), { longhaul: 'checkpoint', version: 1, value: 5 });
    }));
});
