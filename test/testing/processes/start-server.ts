import { startServer } from '../../../testing';

// Run by start-server.test.ts: starts a server of its own, tells its process id, and stays until it is killed.

void startServer({ reuse: false, log: () => undefined }).then((server) => {
  process.send?.({ pid: server.pid, address: server.address });
  setInterval(() => undefined, 60_000);
});
