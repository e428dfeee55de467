import { join } from 'node:path';
import { startServer, TestServer } from 'longhaul/testing';
import { add, leave, turns } from '../../test/mutants/turns/workflows';
import { saveChain } from '../save-chain';

/** Records the golden history of test/mutants/turns, unless it is there: `node dist/scripts/mutants/record-turns.js`. */
async function main(): Promise<void> {
  const server = await startServer();
  const tests = await TestServer.connect(server, require.resolve('../../test/mutants/turns/workflows'), {
    activities: { note: () => Promise.resolve() },
    workerOptions: { identity: 'worker' },
    clientOptions: { identity: 'recorder' },
  });
  tests.beginTest('turns');
  try {
    const handle = await tests.start(turns, []);
    // All there before the first workflow task, so that nothing depends on when they arrive.
    for (const item of ['a', 'b', 'c']) await handle.signal(add, item);
    await handle.signal(leave);
    await tests.work(() => handle.result());
    const folder = join(process.cwd(), 'test/mutants/turns/histories');
    await saveChain(folder, {
      client: tests.client,
      handle,
      what: 'a ladder at each point',
      codeVersion: 'protocol 1',
    });
    await tests.endTest();
  } finally {
    await tests.close();
    await server.stop();
  }
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 3;
});
