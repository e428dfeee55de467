import assert from 'node:assert/strict';

import { startServer, ServerUnavailableError, TestServer, type TimeSkippingServer } from '../../testing';

import { finish, threeDays, waits } from './workflows';

const DAY_MS = 86_400_000;

describe('the time-skipping server', () => {
  let server: TimeSkippingServer;
  let tests: TestServer;

  before(async function () {
    this.timeout(300_000);
    try {
      server = await startServer({ kind: 'time-skipping', log: () => undefined });
    } catch (error) {
      if (!(error instanceof ServerUnavailableError)) throw error;
      this.skip(); // The suite needs no Java: here there is neither it nor a download.
    }
    tests = await TestServer.connect(server, require.resolve('./workflows'));
  });

  beforeEach(() => tests.beginTest());
  afterEach(() => tests.endTest());

  after(async () => {
    if (tests as TestServer | undefined) await tests.close();
    if (server as TimeSkippingServer | undefined) await server.stop();
  });

  it('lets a timer of three days pass at once', async () => {
    const begun = await server.time.now();
    await tests.run(threeDays, [], async (handle) => {
      await server.time.skip('3 days');
      await handle.result();
    });
    assert((await server.time.now()).getTime() - begun.getTime() >= 3 * DAY_MS);
  });

  it('starts locked: a workflow that waits for a signal is there to get it a month later', () =>
    tests.run(waits, [], async (handle) => {
      await server.time.skip('30 days');
      await handle.signal(finish);
      await handle.result();
      const { startTime, closeTime } = await handle.describe();
      assert((closeTime?.getTime() ?? 0) - startTime.getTime() >= 30 * DAY_MS);
    }));

  it('jumps from timer to timer while it is unlocked', () =>
    tests.run(threeDays, [], async (handle) => {
      await server.time.unlock();
      await handle.result();
      await server.time.lock();
    }));
});
