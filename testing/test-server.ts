import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type {
  Client,
  ClientOptions,
  Connection,
  WorkflowHandleWithFirstExecutionRunId,
  WorkflowOptions,
} from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import type { NativeConnection, ReplayWorkerOptions, Worker, WorkerOptions } from '@temporalio/worker';

import { bundleOnce, type Bundling } from './bundle';
import { BacklogError, LeftOpenError } from './errors';
import { noticingBacklogs, type Backlog } from './notice-backlogs';
import { replayAfterwards } from './replay-afterwards';
import { clientSdk, workerSdk } from './sdk';
import { startWorkerProcess, type WorkerProcess, type WorkerProcessOptions } from './start-worker-process';
import { workflowRuns, type WorkflowRun } from './workflow-runs';

export interface TestServerOptions {
  /** What the workers of `run` and `worker` offer. */
  activities?: object;

  /** For the client, the bundle, the workers and the replay. */
  plugins?: WorkerOptions['plugins'] & ClientOptions['plugins'];

  /** Further options of the workers; the converter, interceptors and sinks among them hold for the replay too. */
  workerOptions?: Partial<Omit<WorkerOptions, 'connection' | 'namespace' | 'taskQueue' | 'activities' | 'plugins'>>;

  /** Further options of the client. */
  clientOptions?: Omit<ClientOptions, 'connection' | 'namespace' | 'plugins'>;

  /** Further options of the bundle. */
  bundling?: Omit<Bundling, 'plugins'>;
}

/** How a workflow of a test is started. */
export interface TestStartOptions extends Partial<Omit<WorkflowOptions, 'taskQueue'>> {
  /** Why the workflow is open when the test ends. It is replayed, then terminated. */
  leaveOpen?: string;

  /** Why nobody reads one of its inboxes for many workflow tasks, for which the test fails otherwise. */
  expectBacklog?: string;

  /** Why the workflow is not replayed when the test ends. */
  skipReplay?: string;
}

export interface TestRunOptions extends TestStartOptions {
  /** In place of the server's. */
  activities?: object;

  /** Over the server's. */
  workerOptions?: TestServerOptions['workerOptions'];
}

interface Tracked {
  workflowId: string;
  runId: string;
  leaveOpen: string | undefined;
  skipReplay: string | undefined;
  expectBacklog: string | undefined;
}

/**
 * A client, workers and a bundle on a running Temporal server, which knows what was started through it.
 *
 * `useServer` gives one to mocha's tests; with `connect`, `beginTest`, `endTest` and `close` any runner can.
 */
export class TestServer {
  readonly #options: TestServerOptions;
  readonly #workflowsPath: string;
  #tracked: Tracked[] = [];
  readonly #working = new Set<{ worker: Worker; done: Promise<unknown> }>();
  readonly #processes: WorkerProcess[] = [];
  #bundleFolder: Promise<string> | undefined;
  #taskQueue = newTaskQueue();

  private constructor(
    readonly address: string,
    readonly namespace: string,
    readonly client: Client,
    readonly connection: Connection,
    readonly nativeConnection: NativeConnection,
    workflowsPath: string,
    options: TestServerOptions,
  ) {
    this.#workflowsPath = workflowsPath;
    this.#options = options;
  }

  /**
   * Connects to the server at `address` and bundles the workflows.
   *
   * @param workflowsPath The workflows' module, as `require.resolve('./workflows')` gives it.
   */
  static async connect(
    at: { address: string; namespace: string },
    workflowsPath: string,
    options: TestServerOptions = {},
  ): Promise<TestServer> {
    const { address, namespace } = at;
    const { Client, Connection } = clientSdk();
    const { NativeConnection } = workerSdk();
    quietRuntime();
    const connection = await Connection.connect({ address });
    const nativeConnection = await NativeConnection.connect({ address });
    const { plugins = [], clientOptions } = options;
    const { dataConverter } = options.workerOptions ?? {};
    const client = new Client({ dataConverter, ...clientOptions, connection, namespace, plugins });
    const server = new TestServer(address, namespace, client, connection, nativeConnection, workflowsPath, options);
    await server.bundle();
    return server;
  }

  /** The task queue of the current test, which no other test has. */
  get taskQueue(): string {
    return this.#taskQueue;
  }

  /** The workflow bundle that workers and replay share. */
  async bundle(): ReturnType<typeof bundleOnce> {
    const { plugins = [], bundling = {}, workerOptions = {} } = this.#options;
    const { workflowModules = [] } = workerOptions.interceptors ?? {};
    const modules = [...workflowModules, ...(bundling.workflowInterceptorModules ?? [])];
    const { payloadConverterPath, failureConverterPath } = workerOptions.dataConverter ?? {};
    return await bundleOnce(this.#workflowsPath, {
      ...(payloadConverterPath === undefined ? {} : { payloadConverterPath }),
      ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
      ...bundling,
      workflowInterceptorModules: modules,
      plugins,
    });
  }

  /** Starts a workflow on the test's task queue and keeps it in mind for the end of the test. */
  async start<T extends Workflow>(
    workflow: string | T,
    args: Parameters<T>,
    options: TestStartOptions = {},
  ): Promise<WorkflowHandleWithFirstExecutionRunId<T>> {
    const {
      leaveOpen,
      skipReplay,
      expectBacklog,
      workflowId = `${nameOf(workflow)}-${randomUUID()}`,
      ...rest
    } = options;
    const started = { ...rest, args, taskQueue: this.#taskQueue, workflowId } as unknown as Parameters<
      typeof this.client.workflow.start<T>
    >[1];
    const handle = await this.client.workflow.start<T>(workflow, started);
    this.track({ workflowId, runId: handle.firstExecutionRunId, leaveOpen, skipReplay, expectBacklog });
    return handle;
  }

  /** Keeps a workflow in mind that was started otherwise, by a schedule or a client under test. */
  track(workflow: {
    workflowId: string;
    runId: string;
    leaveOpen?: string | undefined;
    skipReplay?: string | undefined;
    expectBacklog?: string | undefined;
  }): void {
    const { workflowId, runId, leaveOpen, skipReplay, expectBacklog } = workflow;
    this.#tracked.push({ workflowId, runId, leaveOpen, skipReplay, expectBacklog });
  }

  /** Starts a workflow, works on it until `check` is done, and shuts the worker down. */
  async run<T extends Workflow, R>(
    workflow: string | T,
    args: Parameters<T>,
    check: (handle: WorkflowHandleWithFirstExecutionRunId<T>) => Promise<R>,
    options: TestRunOptions = {},
  ): Promise<R> {
    const { activities, workerOptions, ...startOptions } = options;
    const handle = await this.start(workflow, args, startOptions);
    return await this.work(() => check(handle), {
      ...(activities === undefined ? {} : { activities }),
      ...(workerOptions === undefined ? {} : { workerOptions }),
    });
  }

  /** Runs a worker until `check` is done, and shuts it down. */
  async work<R>(
    check: () => Promise<R>,
    options: Pick<TestRunOptions, 'activities' | 'workerOptions'> = {},
  ): Promise<R> {
    const worker = await this.worker(options);
    const done = worker.runUntil(check);
    const entry = { worker, done };
    this.#working.add(entry);
    try {
      return await done;
    } finally {
      this.#working.delete(entry);
    }
  }

  /** A worker on the test's task queue, not yet running; who takes it runs it and shuts it down. */
  async worker(options: Pick<TestRunOptions, 'activities' | 'workerOptions'> = {}): Promise<Worker> {
    const { activities = this.#options.activities, workerOptions } = options;
    const { Worker } = workerSdk();
    return await Worker.create({
      ...this.#sharedOptions(await this.bundle()),
      ...this.#options.workerOptions,
      ...workerOptions,
      interceptors: withoutModules({ ...this.#options.workerOptions?.interceptors, ...workerOptions?.interceptors }),
      connection: this.nativeConnection,
      namespace: this.namespace,
      taskQueue: this.#taskQueue,
      ...(activities === undefined ? {} : { activities }),
    });
  }

  /**
   * Starts a worker on the test's task queue as a process of its own, which `crashWorker` can crash, with the bundle that the
   * others share. It is killed when the test ends.
   *
   * @param options As `startWorkerProcess` takes them. By default the worker keeps no workflow in its cache, so that another can
   *   take over at once: what is cached waits ten seconds for the one that died.
   */
  async startWorkerProcess(
    options: Partial<Omit<WorkerProcessOptions, 'address' | 'namespace' | 'taskQueue'>> = {},
  ): Promise<WorkerProcess> {
    const { workerOptions = {}, ...rest } = options;
    const own = options.workflowsPath !== undefined || options.workflowBundlePath !== undefined;
    const worker = await startWorkerProcess({
      ...(own ? {} : { workflowBundlePath: await this.#bundleOnDisk() }),
      ...rest,
      workerOptions: { maxCachedWorkflows: 0, ...workerOptions },
      address: this.address,
      namespace: this.namespace,
      taskQueue: this.#taskQueue,
    });
    this.#processes.push(worker);
    return worker;
  }

  /** Gives the next test a task queue of its own. */
  beginTest(title = 'test'): void {
    this.#taskQueue = newTaskQueue(title);
    this.#tracked = [];
  }

  /**
   * Replays every run of what the test started, its continue-as-new chains and children included, and ends what is open.
   *
   * @throws ReplayAfterwardsError when a run does not replay.
   * @throws BacklogError when nobody read an inbox of a `longRunning` workflow for many workflow tasks.
   * @throws LeftOpenError when a workflow is open that was not started with `leaveOpen`.
   */
  async endTest(): Promise<void> {
    const tracked = this.#tracked;
    this.#tracked = [];
    const found = new Map<string, WorkflowRun>();
    const skipped = new Set<string>();
    const leftOpen: WorkflowRun[] = [];
    const backlogs: Backlog[] = [];
    const expected = new Set(tracked.filter((one) => one.expectBacklog !== undefined).map((one) => one.workflowId));
    for (const { workflowId, runId, leaveOpen, skipReplay } of tracked) {
      for (const run of await workflowRuns(this.client, { workflowId, runId })) {
        found.set(run.runId, run);
        if (skipReplay !== undefined) skipped.add(run.runId);
        // A child ends a little after the parent that takes it along, so an open one may be about to close.
        if (run.isOpen && !run.isChild && leaveOpen === undefined) leftOpen.push(run);
      }
    }
    const runs = [...found.values()];
    const replayable = runs.filter((run) => run.taskQueue === this.#taskQueue && !skipped.has(run.runId));
    try {
      const options = this.#sharedOptions(await this.bundle());
      await replayAfterwards(
        replayable,
        noticingBacklogs(options, (backlog) => backlogs.push(backlog)),
      );
    } finally {
      await this.#terminate(runs.filter(({ isOpen }) => isOpen));
    }
    const unread = backlogs.find(({ workflowId }) => !expected.has(workflowId));
    if (unread) throw new BacklogError(unread);
    if (leftOpen.length === 0) return;
    const names = leftOpen.map(({ workflowType, workflowId }) => `${workflowType} ${workflowId}`).join(', ');
    throw new LeftOpenError(
      `The test ended with ${leftOpen.length === 1 ? 'a workflow' : `${leftOpen.length} workflows`} open: ${names}. End it in the test, or start it with { leaveOpen: '<why>' }.`,
      leftOpen.map(({ workflowId }) => workflowId),
    );
  }

  /** Ends what a failed or timed-out test left running: its workflows, then its workers. */
  async abandonTest(): Promise<void> {
    const tracked = this.#tracked;
    this.#tracked = [];
    for (const { workflowId, runId } of tracked) {
      const runs = await workflowRuns(this.client, { workflowId, runId }).catch(() => []);
      await this.#terminate(runs.filter(({ isOpen }) => isOpen));
    }
    await Promise.all(this.#processes.splice(0).map((worker) => worker.kill()));
    for (const { worker, done } of [...this.#working]) {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      // A check that never settles must not hold up the next test; the worker has stopped by then or is told to.
      await Promise.race([done.catch(() => undefined), stopped(worker)]);
    }
  }

  /** Closes the connections; the server goes on. */
  async close(): Promise<void> {
    await this.connection.close();
    await this.nativeConnection.close();
    if (this.#bundleFolder !== undefined) await rm(await this.#bundleFolder, { recursive: true, force: true });
  }

  async #bundleOnDisk(): Promise<string> {
    this.#bundleFolder ??= (async () => {
      const folder = await mkdtemp(join(tmpdir(), 'longhaul-bundle-'));
      await writeFile(join(folder, 'workflows.js'), (await this.bundle()).code);
      return folder;
    })();
    return join(await this.#bundleFolder, 'workflows.js');
  }

  #sharedOptions(workflowBundle: Awaited<ReturnType<typeof bundleOnce>>): ReplayWorkerOptions {
    const { plugins = [], workerOptions = {} } = this.#options;
    const { dataConverter, interceptors, sinks } = workerOptions;
    return {
      workflowBundle,
      plugins,
      ...(dataConverter === undefined ? {} : { dataConverter }),
      ...(sinks === undefined ? {} : { sinks }),
      interceptors: withoutModules(interceptors),
    };
  }

  async #terminate(runs: readonly WorkflowRun[]): Promise<void> {
    for (const { workflowId, runId } of runs) {
      // One that has just ended by itself is as good.
      await this.client.workflow
        .getHandle(workflowId, runId)
        .terminate('the test has ended')
        .catch(() => undefined);
    }
  }
}

async function stopped(worker: Worker): Promise<void> {
  while (!['STOPPED', 'FAILED'].includes(worker.getState())) await sleep(20);
}

/** Workflow interceptors are in the bundle; the worker warns of them when it gets both. */
function withoutModules(interceptors: WorkerOptions['interceptors'] = {}): NonNullable<WorkerOptions['interceptors']> {
  return { ...interceptors, workflowModules: [] };
}

/** Installs the SDK's runtime with warnings only, unless the tests have installed one. */
function quietRuntime(): void {
  const { DefaultLogger, Runtime } = workerSdk();
  try {
    Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
  } catch (error) {
    if (!(error instanceof Error && error.name === 'IllegalStateError')) throw error;
  }
}

function newTaskQueue(title = 'test'): string {
  return `${title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)}-${randomUUID()}`;
}

function nameOf(workflow: string | Workflow): string {
  return typeof workflow === 'string' ? workflow : workflow.name;
}
