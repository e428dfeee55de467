import type { AttributeName } from './attributes';
import type { CompiledCatalog } from './catalog';
import type { GuardLevels } from './guard-rules';

/** What the plugin tells its part in the sandbox. */
export interface WorkflowSettings {
  readonly guards: GuardLevels;
  readonly catalog: CompiledCatalog;
  /**
   * The search attributes that the server of this worker has. Undefined in a bundle that was made before a connection: children
   * then get what their parent has, which shows that the server takes it.
   */
  readonly attributes?: readonly AttributeName[] | undefined;
}

const originPath = require.resolve('./workflow-origin');
const modulePath = require.resolve('./workflow-interceptors');

/**
 * The interceptor modules for the bundle with longhaul's added, in the order in which they are called: last, so that the guards see
 * what the user's own interceptors leave. Settings travel as the module's query, so that one file serves all.
 */
export function withWorkflowModules(modules: readonly string[] = [], settings: WorkflowSettings): string[] {
  const isOwn = (path: string) => path === modulePath || path.startsWith(`${modulePath}?`);
  if (modules.some(isOwn)) return [...modules];
  // Webpack splits a request at `!`, and takes `#` for a fragment.
  const query = encodeURIComponent(JSON.stringify(settings)).replaceAll('!', '%21');
  return [...modules, originPath, `${modulePath}?${query}`];
}
