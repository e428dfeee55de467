import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';

import { obeyCrashOrders, tellParent } from './obey-crash-orders';

// A process of its own: one worker, which tells its parent that it polls, and crashes where it is ordered to.

/** What the process is to run, as JSON in its first argument. */
export interface WorkerOrder {
  workflowsPath?: string;
  workflowBundlePath?: string;
  activitiesPath?: string;
  /** Modules, each of which exports a plugin or a function that makes one. */
  plugins: readonly string[];
  taskQueue: string;
  address: string;
  namespace: string;
  workerOptions: Record<string, unknown>;
}

async function main(order: WorkerOrder): Promise<void> {
  const { workflowsPath, workflowBundlePath, activitiesPath, taskQueue, address, namespace } = order;
  obeyCrashOrders();
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const connection = await NativeConnection.connect({ address });
  const provided = activitiesPath === undefined ? {} : await activitiesFrom(activitiesPath);
  const plugins = await Promise.all(order.plugins.map(pluginFrom));
  const worker = await Worker.create({
    ...order.workerOptions,
    ...(workflowsPath === undefined ? {} : { workflowsPath }),
    ...(workflowBundlePath === undefined ? {} : { workflowBundle: { codePath: workflowBundlePath } }),
    ...(activitiesPath === undefined ? {} : { activities: provided.activities }),
    plugins: plugins as NonNullable<WorkerOptions['plugins']>,
    connection,
    namespace,
    taskQueue,
  });
  const running = worker.run();
  tellParent({ type: 'ready' });
  await running;
  await provided.close?.();
  await connection.close();
}

interface Provided {
  activities?: object;
  close?: () => Promise<void> | void;
}

/**
 * The activities of a module: its exports; or its default export, which may also be a function that makes them, be it
 * the activities themselves or `{ activities, close }`.
 */
async function activitiesFrom(path: string): Promise<Provided> {
  const exported = await load(path);
  const chosen = 'default' in exported ? exported.default : exported;
  const made: unknown = typeof chosen === 'function' ? await (chosen as () => unknown)() : chosen;
  if (typeof made !== 'object' || made === null) throw new Error(`${path} gives ${typeof made}, not activities.`);
  return 'activities' in made && typeof made.activities === 'object' ? (made as Provided) : { activities: made };
}

async function pluginFrom(path: string): Promise<unknown> {
  const exported = await load(path);
  const chosen = exported.default ?? exported.plugin;
  if (chosen === undefined) throw new Error(`${path} has no export "default" or "plugin".`);
  return typeof chosen === 'function' ? await (chosen as () => unknown)() : chosen;
}

/** Loads a module; of a CommonJS one that TypeScript made, its own default export. */
async function load(path: string): Promise<Record<string, unknown>> {
  const { pathToFileURL } = await import('node:url');
  const loaded = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  const inner = loaded.default as Record<string, unknown> | undefined;
  return inner?.__esModule === true || loaded['module.exports'] === inner ? (inner ?? loaded) : loaded;
}

main(JSON.parse(process.argv[2] ?? '') as WorkerOrder).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
