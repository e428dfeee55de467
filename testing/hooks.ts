/** The four hooks of a test runner, as mocha, Jest, Vitest and `node:test` have them. */
export interface Hooks {
  before: Hook;
  after: Hook;
  beforeEach: Hook;
  afterEach: Hook;
}

export type Hook = (run: (this: unknown) => Promise<void>) => unknown;

/** The part of mocha's hook context that is used, where there is one. */
interface HookContext {
  timeout(ms: number): unknown;
  currentTest?: RunningTest;
}

/** The part of mocha's running test that is used. */
interface RunningTest {
  title: string;
  fn?: (this: unknown, ...args: unknown[]) => unknown;
}

/**
 * The hooks of the test runner that has loaded this file.
 *
 * @throws Error when there is none with global hooks.
 */
export function globalHooks(): Hooks {
  const found = globalThis as unknown as Record<string, Hook | undefined>;
  const { beforeEach, afterEach } = found;
  const before = found.before ?? patient(found.beforeAll);
  const after = found.after ?? patient(found.afterAll);
  if (before && after && beforeEach && afterEach) return { before, after, beforeEach, afterEach };
  throw new Error(
    'useServer() needs the global hooks of a test runner such as mocha (before, after, beforeEach, afterEach), and there are none. Call it inside describe(), or pass `hooks`; with Vitest set `globals: true`.',
  );
}

/** Jest and Vitest take a hook's time limit as its second argument; a server may have to be built. */
function patient(hook: Hook | undefined): Hook | undefined {
  const limited = hook as ((run: unknown, timeoutMs: number) => unknown) | undefined;
  return limited && ((run) => limited(run, 600_000));
}

/** Lifts the runner's time limit for the hook that `context` belongs to: a server may have to be built. */
export function withoutTimeout(context: unknown): void {
  if (isMochaContext(context)) context.timeout(0);
}

/** The title of the test that a `beforeEach` runs for, where the runner tells. */
export function testTitle(context: unknown): string | undefined {
  return isMochaContext(context) ? context.currentTest?.title : undefined;
}

/**
 * Appends `afterwards` to the test that a `beforeEach` runs for. A failing `afterEach` makes mocha give up on all tests
 * that follow; this way only the test itself fails.
 *
 * @returns whether it could be done; elsewhere `afterEach` is the place.
 */
export function appendToTest(context: unknown, afterwards: () => Promise<void>): boolean {
  const test = isMochaContext(context) ? context.currentTest : undefined;
  const body = test?.fn;
  if (test === undefined || body === undefined || body.length > 0) return false;
  test.fn = async function (this: unknown) {
    await body.call(this);
    await afterwards();
  };
  return true;
}

function isMochaContext(context: unknown): context is HookContext {
  return typeof context === 'object' && context !== null && 'timeout' in context;
}
