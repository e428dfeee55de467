import { startWorkerProcess } from '../../../testing';

// Run by start-worker-process.test.ts: starts a worker process, tells its process id, and stays until it is killed.

const [address = '', taskQueue = ''] = process.argv.slice(2);

void startWorkerProcess({ address, taskQueue, activitiesPath: require.resolve('../activities') }).then(
  async ({ pid, ready }) => {
    await ready;
    process.send?.({ pid });
    setInterval(() => undefined, 60_000);
  },
);
