import { useServer } from '../../../testing';

import * as activities from '../activities';
import { chain, fickle, finish, greeting, waits } from '../workflows';

// Run by use-server.test.ts in a mocha of its own, which counts what passes and fails.
describe('endings', () => {
  const server = useServer(require.resolve('../workflows'), { activities });

  it('passes with a workflow that replays', () => server.run(greeting, ['you'], (handle) => handle.result()));

  it('fails with a workflow that does not replay', () => server.run(fickle, [], (handle) => handle.result()));

  it('passes with a chain and its children', () => server.run(chain, [], (handle) => handle.result()));

  it('fails with a workflow left open', () => server.run(waits, [], () => Promise.resolve()));

  it('passes with a workflow left open for a reason', () =>
    server.run(waits, [], () => Promise.resolve(), { leaveOpen: 'it waits for a person' }));

  it('fails by itself, and ends what it left', () =>
    server.run(waits, [], () => Promise.reject(new Error('its own failure'))));

  it('fails by the clock, and ends what it left', async function () {
    this.timeout(500);
    await server.run(waits, [], (handle) => handle.result());
  });

  it('passes after all of these', () =>
    server.run(waits, [], async (handle) => {
      await handle.signal(finish);
      await handle.result();
    }));
});
