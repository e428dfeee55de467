export { bundleOnce, type Bundling } from './bundle';
export { cacheFolder } from './cache-folder';
export type { Duration } from './duration';
export {
  BacklogError,
  LeftOpenError,
  ReplayAfterwardsError,
  ServerUnavailableError,
  WorkerProcessError,
} from './errors';
export type { Hook, Hooks } from './hooks';
export { locateServer, type LocatedServer, type LocateServerOptions } from './locate-server';
export type { Log } from './progress';
export { replayAfterwards } from './replay-afterwards';
export type { SearchAttributeType, SearchAttributeTypes } from './search-attributes';
export { startServer, type Server, type StartServerOptions, type TimeSkippingServer } from './start-server';
export { startWorkerProcess, type WorkerProcess, type WorkerProcessOptions } from './start-worker-process';
export { TestServer, type TestRunOptions, type TestServerOptions, type TestStartOptions } from './test-server';
export type { TimeControl } from './time-control';
export { useServer, type UsedServer, type UseServerOptions } from './use-server';
export { workflowRuns, type WorkflowRun } from './workflow-runs';
