import { defaultPayloadConverter } from '@temporalio/common';
import type { ActivityInterceptorsFactory, Worker } from '@temporalio/worker';
import { host } from '../activities/host';
import type { WorkflowOrigin } from '../activities/host';
import { originHeader } from './origin-header';

const shutdownOf = Symbol.for('longhaul.shutdown');

type HostFactory = ActivityInterceptorsFactory & { [shutdownOf]: AbortController };

/** How often a worker is asked whether it has begun to shut down. */
const lookMs = 100;

/** An activity interceptor: tells the activity what its workflow's header says, and when the worker begins to shut down. */
export function activityHost(): HostFactory {
  const controller = new AbortController();
  const factory: ActivityInterceptorsFactory = () => ({
    inbound: {
      execute: (input, next) =>
        host.run({ origin: readOrigin(input.headers[originHeader]), shutdown: controller.signal }, () => next(input)),
    },
  });
  return Object.assign(factory, { [shutdownOf]: controller });
}

/**
 * Runs the worker, and tells its long activities when it begins to shut down. The SDK tells them when `shutdownGraceTime` is over,
 * which is time for short activities to end, and lost time for one that can hand over.
 */
export async function runTellingShutdown(worker: Worker, run: (worker: Worker) => Promise<void>): Promise<void> {
  const factory = worker.options.interceptors.activity.find((each): each is HostFactory => shutdownOf in each);
  const timer = setInterval(() => {
    if (worker.getState() === 'INITIALIZED' || worker.getState() === 'RUNNING') return;
    clearInterval(timer);
    factory?.[shutdownOf].abort();
  }, lookMs).unref();
  try {
    await run(worker);
  } finally {
    clearInterval(timer);
  }
}

type Header = Parameters<typeof defaultPayloadConverter.fromPayload>[0] | undefined;

function readOrigin(header: Header): WorkflowOrigin | undefined {
  if (!header) return undefined;
  const { firstRunId, item } = defaultPayloadConverter.fromPayload<Partial<WorkflowOrigin>>(header);
  if (typeof firstRunId !== 'string') return undefined;
  return { firstRunId, ...(typeof item === 'string' ? { item } : {}) };
}
