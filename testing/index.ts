export { cacheFolder } from './cache-folder';
export type { Duration } from './duration';
export { LeftOpenError, ReplayAfterwardsError, ServerUnavailableError, WorkerProcessError } from './errors';
export { locateServer, type LocatedServer, type LocateServerOptions } from './locate-server';
export { type Log } from './progress';
export { type SearchAttributeType, type SearchAttributeTypes } from './search-attributes';
export { startServer, type Server, type StartServerOptions, type TimeSkippingServer } from './start-server';
export { type TimeControl } from './time-control';
