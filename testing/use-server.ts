import { appendToTest, globalHooks, testTitle, withoutTimeout, type Hooks } from './hooks';
import { ensureSearchAttributes, type SearchAttributeTypes } from './search-attributes';
import { startServer, type Server, type StartServerOptions, type TimeSkippingServer } from './start-server';
import { TestServer, type TestServerOptions } from './test-server';

export interface UseServerOptions extends TestServerOptions {
  /** Registered before the first test. */
  searchAttributes?: SearchAttributeTypes;

  /** Starts a server for this `describe` alone. @default the dev server that all tests of the process share */
  server?: StartServerOptions;

  /** The test runner's hooks, where they are not global (`node:test`). @default those of globalThis */
  hooks?: Hooks;
}

/** What tests see of the server; each use outside a running hook or test is refused. */
export type UsedServer = Pick<
  TestServer,
  | 'address'
  | 'namespace'
  | 'client'
  | 'connection'
  | 'nativeConnection'
  | 'taskQueue'
  | 'bundle'
  | 'start'
  | 'track'
  | 'run'
  | 'work'
  | 'worker'
  | 'startWorkerProcess'
> & {
  /** The server's clock, where `server: { kind: 'time-skipping' }` was asked for. */
  readonly time: TimeSkippingServer['time'];
};

let shared: Promise<Server> | undefined;

/**
 * Gives the tests of a `describe` a Temporal server, a task queue each and in-process workers; and after each test replays
 * every run of each workflow that it started through it.
 *
 * A test fails when such a run does not replay, or when it leaves a workflow open without `leaveOpen`. All tests of a
 * process share one server, and all processes the one at `LONGHAUL_TEST_ADDRESS`, where that is set.
 *
 * @param workflowsPath The workflows' module, as `require.resolve('./workflows')` gives it.
 * @throws Error when there is no test runner with global hooks.
 */
export function useServer(workflowsPath: string, options: UseServerOptions = {}): UsedServer {
  const { hooks = globalHooks(), server: own, searchAttributes = {}, ...testServerOptions } = options;
  let server: Server | undefined;
  let tests: TestServer | undefined;
  let inTest = false;

  hooks.before(async function () {
    withoutTimeout(this);
    server = await (own === undefined ? (shared ??= startServer()) : startServer(own));
    const { address, namespace } = server;
    await ensureSearchAttributes({ address, namespace, searchAttributes });
    tests = await TestServer.connect(server, workflowsPath, testServerOptions);
  });

  hooks.beforeEach(async function () {
    const current = used();
    current.beginTest(testTitle(this));
    inTest = appendToTest(this, () => current.endTest());
    await Promise.resolve();
  });

  hooks.afterEach(async function () {
    withoutTimeout(this);
    if (!inTest) await used().endTest();
    await used().abandonTest();
  });

  hooks.after(async function () {
    withoutTimeout(this);
    await tests?.close();
    if (own !== undefined) await server?.stop();
  });

  function used(): TestServer {
    if (tests === undefined) throw new Error('The server of useServer() is there from the first test on, not earlier.');
    return tests;
  }

  return {
    get address() {
      return used().address;
    },
    get namespace() {
      return used().namespace;
    },
    get client() {
      return used().client;
    },
    get connection() {
      return used().connection;
    },
    get nativeConnection() {
      return used().nativeConnection;
    },
    get taskQueue() {
      return used().taskQueue;
    },
    get time() {
      if (server === undefined || !('time' in server)) {
        throw new Error("Only a server asked for with { server: { kind: 'time-skipping' } } has a clock to move.");
      }
      return (server as TimeSkippingServer).time;
    },
    bundle: () => used().bundle(),
    start: (workflow, args, startOptions) => used().start(workflow, args, startOptions),
    track: (workflow) => used().track(workflow),
    run: (workflow, args, check, runOptions) => used().run(workflow, args, check, runOptions),
    work: (check, workOptions) => used().work(check, workOptions),
    worker: (workerOptions) => used().worker(workerOptions),
    startWorkerProcess: (processOptions) => used().startWorkerProcess(processOptions),
  };
}
