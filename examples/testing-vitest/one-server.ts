import { startServer } from 'longhaul/testing';

/** One server for all test files; Vitest runs each in a worker of its own. */
export default async function setUp(): Promise<() => Promise<void>> {
  const server = await startServer();
  process.env.LONGHAUL_TEST_ADDRESS = server.address;
  return () => server.stop();
}
