import type { Context, RootHookObject } from 'mocha';
import { longEnding } from './test-files';

/** Seconds since 1970; unset where all tests are to run. */
const until = Number(process.env.LONGHAUL_LONG_TESTS_UNTIL ?? Infinity);

/** Begins no file of long tests once the time for them is over. Mocha counts its tests as pending, and the reporter names it. */
export const mochaHooks: RootHookObject = {
  beforeAll(this: Context) {
    const isLong = this.test?.parent?.suites.some(({ file }) => file?.endsWith(longEnding)) ?? false;
    if (isLong && Date.now() / 1_000 > until) this.skip();
  },
};
