import { heartbeatGuard } from './workflow-guard';

/** A workflow interceptor module, bundled where the plugin's `enforce` is 'error'. */
export const interceptors = heartbeatGuard('error');
