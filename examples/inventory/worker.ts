import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { LonghaulPlugin } from 'longhaul/worker';
import * as activities from './activities';

/** A worker of the inventory, as a process of its own: `node worker.js ADDRESS TASK_QUEUE`. */
async function main([address, taskQueue]: readonly string[]): Promise<void> {
  if (!address || !taskQueue) throw new Error('Usage: worker.js ADDRESS TASK_QUEUE');
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: ['SIGTERM', 'SIGINT'] });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowsPath: require.resolve('./workflows'),
    activities,
    plugins: [new LonghaulPlugin({ enforce: 'error' })],
    maxConcurrentActivityTaskExecutions: 8,
    // Short, so that another worker takes a dead one's workflows over soon.
    stickyQueueScheduleToStartTimeout: '2 seconds',
    shutdownGraceTime: '5 seconds',
  });
  // Started by a program that is gone: nobody would stop this one.
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
  await worker.run();
  await connection.close();
}

void main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
