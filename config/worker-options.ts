import type { DataConverter, PayloadCodec } from '@temporalio/common';
import type { RunWorkerOptions } from '../worker/run-worker';
import { pluginCatalog } from './catalog';
import type { ConfiguredDataConverter, LonghaulConfig } from './config';
import { ConfigError } from './config-error';

/** The options of the worker that a configuration describes, but for its activities and its connection. */
export async function workerOptionsOf(
  config: Omit<LonghaulConfig, 'taskQueue'> & { taskQueue: string },
): Promise<RunWorkerOptions> {
  const { workflowsPath, taskQueue, interceptors, plugins, bundlerOptions, enforce, worker, health, catalog } = config;
  const dataConverter = await dataConverterOf(config);
  return {
    ...worker,
    taskQueue,
    ...(workflowsPath === undefined ? {} : { workflowsPath }),
    ...(interceptors === undefined ? {} : { interceptors }),
    ...(plugins === undefined ? {} : { plugins }),
    ...(bundlerOptions === undefined ? {} : { bundlerOptions }),
    ...(dataConverter === undefined ? {} : { dataConverter }),
    ...(health === undefined ? {} : { health }),
    longhaul: {
      ...(enforce === undefined ? {} : { enforce }),
      ...(catalog === undefined ? {} : { catalog: pluginCatalog(catalog) }),
    },
  };
}

/**
 * The data converter as the SDK takes it, for workers and clients. Makes the codecs.
 *
 * @throws ConfigError if they can't be made.
 */
export async function dataConverterOf({ dataConverter }: LonghaulConfig): Promise<DataConverter | undefined> {
  if (dataConverter === undefined) return undefined;
  const { payloadCodecs, ...rest } = dataConverter;
  return payloadCodecs === undefined ? rest : { ...rest, payloadCodecs: await codecsOf(dataConverter) };
}

/**
 * The codecs of a data converter.
 *
 * @throws ConfigError if they can't be made.
 */
export async function codecsOf({ payloadCodecs = [] }: ConfiguredDataConverter): Promise<PayloadCodec[]> {
  if (typeof payloadCodecs !== 'function') return payloadCodecs;
  try {
    return await payloadCodecs();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`dataConverter.payloadCodecs can't be made: ${why.split('\n')[0] ?? ''}.`, { cause });
  }
}
