import { heartbeatGuard } from './workflow-guard';

/** A workflow interceptor module, bundled where the plugin's `enforce` is 'warn'. */
export const interceptors = heartbeatGuard('warn');
