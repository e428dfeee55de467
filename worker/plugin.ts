import type {
  BundleOptions,
  BundlerPlugin,
  ReplayWorkerOptions,
  Worker,
  WorkerInterceptors,
  WorkerOptions,
  WorkerPlugin,
} from '@temporalio/worker';
import { enforcement } from '../activities/enforcement';
import type { Enforce } from '../activities/enforcement';
import { activityHost, runTellingShutdown } from './activity-host';

export interface LonghaulPluginOptions {
  /**
   * What happens to activities that may run for a minute or more without a heartbeat timeout: fail the workflow task until the
   * code is mended, or warn and count `longhaul_guard_hits`, or nothing. Begin with 'warn' where workflows are open.
   * @default 'warn'
   */
  enforce?: Enforce;
}

/** Marks what this plugin added, also for another copy of this module. */
const applied = Symbol.for('longhaul.plugin');

/**
 * Watches over how a worker's workflows schedule their activities. One entry in `plugins` of the worker, of
 * `bundleWorkflowCode`, and of the replay worker.
 *
 * It is a class of its own, since the SDK's `SimplePlugin` drops some kinds of interceptors and is applied twice when it is
 * given to both a connection and a worker.
 */
export class LonghaulPlugin implements WorkerPlugin, BundlerPlugin {
  readonly name = 'longhaul';
  private readonly enforce: Enforce;

  constructor({ enforce = 'warn' }: LonghaulPluginOptions = {}) {
    if (!['error', 'warn', 'off'].includes(enforce)) {
      throw new TypeError(`LonghaulPlugin: enforce is '${enforce}'; use 'error', 'warn' or 'off'`);
    }
    this.enforce = enforce;
  }

  configureWorker(options: WorkerOptions): WorkerOptions {
    const interceptors = this.withWorkflowGuard(options.interceptors);
    const activity = interceptors.activity ?? [];
    if (activity.some((factory) => applied in factory)) return { ...options, interceptors };
    const { enforce } = this;
    const factory = () => ({
      inbound: {
        execute: <I, O>(input: I, next: (input: I) => Promise<O>) => enforcement.run(enforce, () => next(input)),
      },
    });
    return {
      ...options,
      interceptors: {
        ...interceptors,
        activity: [Object.assign(factory, { [applied]: true }), activityHost(), ...activity],
      },
    };
  }

  runWorker(worker: Worker, next: (worker: Worker) => Promise<void>): Promise<void> {
    return runTellingShutdown(worker, next);
  }

  configureReplayWorker(options: ReplayWorkerOptions): ReplayWorkerOptions {
    return { ...options, interceptors: this.withWorkflowGuard(options.interceptors) };
  }

  configureBundler(options: BundleOptions): BundleOptions {
    return { ...options, workflowInterceptorModules: this.withModule(options.workflowInterceptorModules) };
  }

  private withWorkflowGuard<I extends Pick<WorkerInterceptors, 'workflowModules'>>(interceptors: I | undefined): I {
    return { ...interceptors, workflowModules: this.withModule(interceptors?.workflowModules) } as I;
  }

  /** Last, so that it sees the options as the user's own interceptors leave them. */
  private withModule(modules: string[] = []): string[] {
    const own = [require.resolve('./workflow-origin')];
    if (this.enforce !== 'off') own.push(require.resolve(`./workflow-guard-${this.enforce}`));
    return [...modules, ...own.filter((path) => !modules.includes(path))];
  }
}
