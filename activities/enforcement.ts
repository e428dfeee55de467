import { AsyncLocalStorage } from 'node:async_hooks';

/** What a guard does with a finding: fail the work so that it is mended, warn and count, or nothing. */
export type Enforce = 'error' | 'warn' | 'off';

/** How strict the worker is that runs an activity. The worker's plugin sets it. */
export const enforcement = new AsyncLocalStorage<Enforce>();
