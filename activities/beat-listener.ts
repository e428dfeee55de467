import { AsyncLocalStorage } from 'node:async_hooks';

/** To be told of each beat that does not go through the SDK's `heartbeat()`. The worker's plugin listens. */
export const beatListener = new AsyncLocalStorage<() => void>();
