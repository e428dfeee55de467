import type { DataConverter, PayloadCodec } from '@temporalio/common';
import type { WorkerInterceptors, WorkerOptions } from '@temporalio/worker';
import type { EnforceOptions } from '../worker/enforce';
import type { Enforce } from '../activities/enforcement';
import type { CatalogEntry } from './catalog';

/** What a function that makes the activities may return: them alone, or with what ends their resources. */
export type ProvidedActivities = object | { activities: object; close?: () => void | Promise<void> };

/** The SDK's data converter, with codecs that may be made when they are needed. */
export interface ConfiguredDataConverter extends Omit<DataConverter, 'payloadCodecs'> {
  /**
   * Codecs, or a function that makes them. It is called only where encoded payloads are read or written, so that who replays a
   * committed corpus needs no keys.
   */
  payloadCodecs?: PayloadCodec[] | (() => PayloadCodec[] | Promise<PayloadCodec[]>);
}

/** A codec server, as the Web UI and the `temporal` CLI use it. */
export interface CodecServer {
  /** Its address, to which `/decode` is added, such as `https://codec.example.com`. */
  endpoint: string;

  /** Headers of each request, such as `authorization`; as a function they are made when they are needed. @default none */
  headers?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>);
}

/** A namespace in which workers may be killed on purpose. */
export interface DrillTarget {
  /** Where its server is, such as `localhost:7233`. */
  address: string;

  /** @default 'default' */
  namespace?: string;
}

/** What the commands of longhaul know of a project. Paths are relative to the file, or absolute. */
export interface LonghaulConfig {
  /** The workflow file or folder, as in `WorkerOptions`. */
  workflowsPath?: string;

  /**
   * The activities, or a function that makes them, or makes `{ activities, close }`, for activities that need connections or
   * an injector. It is called by `worker`, `dev` and `drill` alone.
   */
  activities?: object | (() => ProvidedActivities | Promise<ProvidedActivities>);

  /** The task queue that the worker polls. */
  taskQueue?: string;

  /** How payloads are made and read. */
  dataConverter?: ConfiguredDataConverter;

  /** The worker's interceptors; `workflowModules` are bundled with the workflows, and used in replays too. */
  interceptors?: WorkerInterceptors;

  /** Plugins of worker and bundler beside the `LonghaulPlugin`, which is added where it is missing. */
  plugins?: WorkerOptions['plugins'];

  /** Options of the workflow bundler, as in `WorkerOptions`. */
  bundlerOptions?: WorkerOptions['bundlerOptions'];

  /** What the guards of the `LonghaulPlugin` do with a finding. @default 'warn' */
  enforce?: Enforce | EnforceOptions;

  /** Further options of the worker, such as `maxConcurrentActivityTaskExecutions`, `shutdownGraceTime` or `identity`. */
  worker?: Omit<
    Partial<WorkerOptions>,
    | 'workflowsPath'
    | 'activities'
    | 'taskQueue'
    | 'dataConverter'
    | 'interceptors'
    | 'plugins'
    | 'bundlerOptions'
    | 'connection'
  >;

  /** Where `/livez` and `/readyz` of `longhaul worker` are served. @default nowhere */
  health?: { port: number; host?: string };

  /**
   * The codec server that decodes payloads for `record` and `inspect`, where `dataConverter` has no codecs.
   * @default that of `TEMPORAL_CODEC_ENDPOINT` and `TEMPORAL_CODEC_AUTH`, as for the `temporal` CLI
   */
  codecServer?: string | CodecServer;

  /** Folders of saved histories; `record` writes to the first. @default 'replay-histories' */
  histories?: string | readonly string[];

  /** Where `drill` may kill workers; it refuses everywhere else. @default nowhere */
  drillTargets?: readonly DrillTarget[];

  /** What is known of each workflow type, by name. */
  catalog?: Readonly<Record<string, CatalogEntry>>;
}

/** Returns its argument: it is there for the types of `longhaul.config.ts`. */
export function defineConfig(config: LonghaulConfig): LonghaulConfig {
  return config;
}
