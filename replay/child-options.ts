import type { ReplayWorkerOptions } from '@temporalio/worker';
import { isPlainData } from './bundle-workflows';

/**
 * What of a worker's options a replay in another process needs.
 *
 * Plugins have their say first. What they do around a worker's run, sinks, loggers, and interceptors of activities have no part
 * in a replay, and the bundler's options have been used by then.
 *
 * @returns Undefined if something else can't be copied to another process: a codec, or a callback.
 */
export async function childOptions(options: ReplayWorkerOptions): Promise<ReplayWorkerOptions | undefined> {
  let configured = options;
  for (const plugin of options.plugins ?? []) {
    configured = (await plugin.configureReplayWorker?.(configured)) ?? configured;
  }
  const { workflowModules } = configured.interceptors ?? {};
  const rest = Object.entries(configured).filter(([field]) => !noPart.has(field));
  const needed: ReplayWorkerOptions = {
    ...Object.fromEntries(rest),
    ...(workflowModules && { interceptors: { workflowModules } }),
  };
  return isPlainData(needed) ? needed : undefined;
}

const noPart = new Set(['plugins', 'sinks', 'bundlerOptions', 'interceptors']);
