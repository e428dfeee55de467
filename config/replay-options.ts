import type { ReplayWorkerOptions } from '@temporalio/worker';
import { pluginCatalog } from './catalog';
import type { LoadedConfig } from './load-config';

/**
 * What a replay has to have in common with the worker of this configuration: converters, workflow interceptors, plugins,
 * bundler options. Codecs are not among it: a history is decoded before it is replayed.
 */
export async function replayOptionsOf(
  config: LoadedConfig,
): Promise<Omit<ReplayWorkerOptions, 'workflowsPath' | 'workflowBundle'>> {
  const { interceptors, bundlerOptions, plugins, enforce, catalog } = config;
  const { LonghaulPlugin } = await import('../worker/plugin.js');
  const converters = converterPathsOf(config);
  const own = {
    ...(converters === undefined ? {} : { dataConverter: converters }),
    ...(bundlerOptions === undefined ? {} : { bundlerOptions }),
    ...(plugins === undefined ? {} : { plugins }),
    interceptors: { workflowModules: interceptors?.workflowModules ?? [] },
  };
  if (config.file === undefined || plugins?.some(({ name }) => name === 'longhaul') === true) return own;
  // What the plugin configures is plain data, which can go to a process of its own; the plugin can't.
  const plugin = new LonghaulPlugin({
    ...(enforce === undefined ? {} : { enforce }),
    ...(catalog === undefined ? {} : { catalog: pluginCatalog(catalog) }),
  });
  const { interceptors: configured } = plugin.configureReplayWorker({ interceptors: own.interceptors });
  return { ...own, interceptors: { workflowModules: configured?.workflowModules ?? [] } };
}

/** Codecs may need keys; a replay has no use for them. */
function converterPathsOf({ dataConverter = {} }: LoadedConfig) {
  const { payloadConverterPath, failureConverterPath } = dataConverter;
  if (payloadConverterPath === undefined && failureConverterPath === undefined) return undefined;
  return {
    ...(payloadConverterPath === undefined ? {} : { payloadConverterPath }),
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
  };
}
