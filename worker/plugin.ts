import type { ClientOptions, ClientPlugin } from '@temporalio/client';
import type {
  BundleOptions,
  BundlerPlugin,
  ReplayWorkerOptions,
  Worker,
  WorkerInterceptors,
  WorkerOptions,
  WorkerPlugin,
} from '@temporalio/worker';
import type { Enforce } from '../activities/enforcement';
import { checkKnown } from '../workflows/options';
import { runTellingShutdown } from './activity-host';
import { withActivityInterceptor } from './activity-interceptor';
import { AttributeCheck } from './attribute-check';
import type { CheckedConnection } from './attribute-check';
import { compileCatalog } from './catalog';
import type { Catalog, CompiledCatalog } from './catalog';
import { withClientInterceptors } from './client-interceptors';
import { compileEnforce } from './enforce';
import type { EnforceOptions } from './enforce';
import type { GuardLevels } from './guard-rules';
import { withWorkflowModules } from './workflow-settings';
import type { WorkflowSettings } from './workflow-settings';

export interface LonghaulPluginOptions {
  /**
   * What the guards do with a finding: fail the workflow task until the code is mended, or warn and count `longhaul_guard_hits`, or
   * nothing; for all guards, or one by one. Begin with 'warn' where workflows are open.
   * @default 'warn'
   */
  enforce?: Enforce | EnforceOptions;

  /** What is known of each workflow type; search attributes are set from it. @default none */
  catalog?: Catalog;

  /** Told once per connection and namespace where search attributes are missing. @default a warning of the Node process */
  warn?: (message: string) => void;
}

/**
 * Watches over how workflows schedule their activities, sets the search attributes of the catalog, and measures. One entry in
 * `plugins`: of the worker, the client, a connection of either, `bundleWorkflowCode`, and the replay worker.
 *
 * It is a class of its own, since the SDK's `SimplePlugin` drops some kinds of interceptors, and is applied twice when it is
 * given to both a connection and a worker.
 *
 * @throws TypeError for options that are none.
 * @remarks Records nothing: a history recorded with it replays without it, and the other way round. Search attributes at a start
 *   cost nothing on Temporal Cloud.
 */
export class LonghaulPlugin implements ClientPlugin, WorkerPlugin, BundlerPlugin {
  readonly name = 'longhaul';
  private readonly guards: GuardLevels;
  private readonly catalog: CompiledCatalog;
  private readonly warn: (message: string) => void;

  constructor(options: LonghaulPluginOptions = {}) {
    checkKnown('LonghaulPlugin', '', options, ['enforce', 'catalog', 'warn']);
    const { enforce, catalog = {}, warn = emitWarning } = options;
    this.guards = compileEnforce(enforce);
    this.catalog = compileCatalog(catalog);
    this.warn = warn;
  }

  configureClient(options: Omit<ClientOptions, 'plugins'>): Omit<ClientOptions, 'plugins'> {
    if (!this.hasCatalog()) return options;
    const connection = options.connection ?? lazyConnection();
    const check = this.check(connection, options.namespace);
    return {
      ...options,
      connection,
      interceptors: withClientInterceptors(options.interceptors, this.catalog, check),
    };
  }

  async configureWorker(options: WorkerOptions): Promise<WorkerOptions> {
    const { connection, namespace } = options;
    const check = connection && this.hasCatalog() ? this.check(connection, namespace) : undefined;
    const attributes = options.workflowsPath === undefined ? undefined : await check?.available();
    const interceptors = withActivityInterceptor(options.interceptors, this.guards);
    return {
      ...options,
      interceptors: {
        ...this.withModules(interceptors, options.workflowBundle !== undefined, attributes),
        ...(check ? { client: withClientInterceptors(interceptors.client, this.catalog, check) } : {}),
      },
    };
  }

  runWorker(worker: Worker, next: (worker: Worker) => Promise<void>): Promise<void> {
    return runTellingShutdown(worker, next);
  }

  configureReplayWorker(options: ReplayWorkerOptions): ReplayWorkerOptions {
    return {
      ...options,
      interceptors: this.withModules(options.interceptors ?? {}, options.workflowBundle !== undefined),
    };
  }

  configureBundler(options: BundleOptions): BundleOptions {
    const workflowInterceptorModules = withWorkflowModules(options.workflowInterceptorModules, this.settings());
    return { ...options, workflowInterceptorModules, ...preloading(options) };
  }

  private withModules<I extends Pick<WorkerInterceptors, 'workflowModules'>>(
    interceptors: I,
    isBundled: boolean,
    attributes?: WorkflowSettings['attributes'],
  ): I {
    // A bundle has its modules already; the SDK would warn of any named here.
    if (isBundled) return interceptors;
    return {
      ...interceptors,
      workflowModules: withWorkflowModules(interceptors.workflowModules, this.settings(attributes)),
    };
  }

  private settings(attributes?: WorkflowSettings['attributes']): WorkflowSettings {
    return { guards: this.guards, catalog: this.catalog, attributes };
  }

  private check(connection: CheckedConnection, namespace = 'default'): AttributeCheck {
    return AttributeCheck.of(connection, namespace, this.warn);
  }

  private hasCatalog(): boolean {
    return Object.keys(this.catalog).length > 0;
  }
}

const emitWarning = (message: string): void => process.emitWarning(message, 'LonghaulWarning');

/** As the SDK's client makes one; the check has to ask over the same. */
function lazyConnection() {
  // Only clients load it: a worker may do without the package.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
  const { Connection } = require('@temporalio/client') as typeof import('@temporalio/client');
  return Connection.lazy();
}

/** What workflows share: evaluated once instead of once a run, which is most of what a cached run of it would hold. */
const sharedModules = [
  '../workflows/index',
  '../workflows/recipes/index',
  './workflow-attributes',
  './workflow-chain',
  './workflow-guard',
  './workflow-origin',
];

/** These keep no state of a workflow in their modules. Before 1.23 the SDK ignores the option. */
function preloading({ preloadModules = [] }: { preloadModules?: string[] }): { preloadModules: string[] } {
  return { preloadModules: [...preloadModules, ...sharedModules.map((path) => require.resolve(path))] };
}
