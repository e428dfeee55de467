import type { Context, RootHookObject } from 'mocha';

/** Seconds since 1970; unset where all tests are to run. */
const until = Number(process.env.LONGHAUL_TESTS_UNTIL || Infinity);

/** Begins no file of tests once the time is over. Mocha counts its tests as pending, and the reporter names it. */
export const mochaHooks: RootHookObject = {
  beforeAll(this: Context) {
    if (Date.now() / 1_000 > until) this.skip();
  },
};
