import type { Client, WorkflowClientInterceptor } from '@temporalio/client';
import type { ReplayWorkerOptions } from '@temporalio/worker';

import { bundleOnce, type Bundling } from './bundle';
import { appendToTest, globalHooks, withoutTimeout, type Hooks } from './hooks';
import { replayAfterwards } from './replay-afterwards';
import { workflowRuns, type WorkflowRun } from './workflow-runs';

export interface ReplayAfterEachOptions {
  /** The client that the tests start workflows with; asked for when the first test begins. */
  client: () => Client;

  /** The workflows' module, as `require.resolve('./workflows')` gives it. */
  workflowsPath: string;

  /** The workers' plugins, interceptors, sinks and data converter. @default none */
  workerOptions?: Omit<ReplayWorkerOptions, 'workflowBundle' | 'workflowsPath'>;

  /** Further options of the bundle. @default none */
  bundling?: Omit<Bundling, 'plugins'>;

  /** The test runner's hooks, where they are not global (`node:test`). @default those of globalThis */
  hooks?: Pick<Hooks, 'beforeEach' | 'afterEach'>;
}

export interface ReplayAfterEach {
  /** Replays a workflow too that another client or a schedule started. */
  track(workflow: { workflowId: string; runId?: string }): void;

  /** Leaves what the running test has started out, and says why in the code that calls it. */
  skip(why: string): void;
}

interface Started {
  workflowId: string;
  runId?: string;
}

/**
 * After each test replays every run of each workflow that the test started through `client`, its children and
 * continue-as-new chains included, and fails the test if one does not replay.
 *
 * For tests that have a server, a client and workers of their own, such as those of `TestWorkflowEnvironment`; `useServer`
 * does the same for those that don't. The suite then finds nondeterminism in code that no saved history holds yet.
 *
 * @throws ReplayAfterwardsError from the test, with the SDK's error as its cause.
 */
export function replayAfterEach(options: ReplayAfterEachOptions): ReplayAfterEach {
  const { hooks = globalHooks() } = options;
  let started: Started[] = [];
  let watched: Client | undefined;
  let inTest = false;

  const replay = async (): Promise<void> => {
    const ofTest = started;
    started = [];
    if (watched === undefined || ofTest.length === 0) return;
    const runs = new Map<string, WorkflowRun>();
    for (const workflow of ofTest) {
      for (const run of await workflowRuns(watched, workflow)) runs.set(run.runId, run);
    }
    await replayAfterwards([...runs.values()], await replayOptions(options));
  };

  hooks.beforeEach(async function () {
    started = [];
    const client = options.client();
    if (client !== watched) {
      watched = client;
      noteStarts(client, (workflow) => started.push(workflow));
    }
    inTest = appendToTest(this, replay);
    await Promise.resolve();
  });

  hooks.afterEach(async function () {
    withoutTimeout(this);
    if (!inTest) await replay();
  });

  return {
    track: ({ workflowId, runId }) => void started.push({ workflowId, ...(runId === undefined ? {} : { runId }) }),
    skip: () => void (started = []),
  };
}

async function replayOptions(options: ReplayAfterEachOptions): Promise<ReplayWorkerOptions> {
  const { workflowsPath, workerOptions = {}, bundling = {} } = options;
  const { plugins = [], interceptors, dataConverter } = workerOptions;
  const workflowInterceptorModules = [
    ...(interceptors?.workflowModules ?? []),
    ...(bundling.workflowInterceptorModules ?? []),
  ];
  const { payloadConverterPath, failureConverterPath } = dataConverter ?? {};
  const workflowBundle = await bundleOnce(workflowsPath, {
    ...(payloadConverterPath === undefined ? {} : { payloadConverterPath }),
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
    ...bundling,
    workflowInterceptorModules,
    plugins,
  });
  return { ...workerOptions, workflowBundle, interceptors: { ...interceptors, workflowModules: [] } };
}

/** Adds an interceptor to a client that is there already: a client under test is made by whoever owns it. */
function noteStarts(client: Client, note: (workflow: Started) => void): void {
  const interceptor: WorkflowClientInterceptor = {
    async startWithDetails(input, next) {
      const output = await next(input);
      note({ workflowId: input.options.workflowId, runId: output.runId });
      return output;
    },
    async signalWithStart(input, next) {
      const runId = await next(input);
      note({ workflowId: input.options.workflowId, runId });
      return runId;
    },
    async startUpdateWithStart(input, next) {
      const output = await next(input);
      const runId = output.workflowExecution.runId;
      note({ workflowId: output.workflowExecution.workflowId, ...(runId ? { runId } : {}) });
      return output;
    },
  };
  const { options } = client.workflow as unknown as { options: { interceptors?: unknown } };
  const { interceptors = [] } = options;
  if (Array.isArray(interceptors)) options.interceptors = [...(interceptors as unknown[]), interceptor];
  else {
    const { calls = [], ...rest } = interceptors as { calls?: (() => WorkflowClientInterceptor)[] };
    options.interceptors = { ...rest, calls: [...calls, () => interceptor] };
  }
}
