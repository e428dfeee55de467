import type { EventEmitter } from 'node:events';
import type { Writable } from 'node:stream';

import type { WorkerProcess } from './start-worker-process';
import type { WorkerReport } from './worker-channel';

/** How each worker process is told to crash. Apart from `WorkerProcess`, whose users have no business with it. */
export const workerChannels = new WeakMap<
  WorkerProcess,
  { orders: Writable; reports: EventEmitter<{ report: [WorkerReport] }> }
>();
