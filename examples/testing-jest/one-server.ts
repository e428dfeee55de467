import { startServer } from 'longhaul/testing';

/** One server for all test files; Jest runs each in a module world of its own. It ends with the test run. */
export default async function setUp(): Promise<void> {
  process.env.LONGHAUL_TEST_ADDRESS = (await startServer()).address;
}
