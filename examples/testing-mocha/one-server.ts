import { startServer, type Server } from 'longhaul/testing';

let server: Server;

/** One server for all test files, also where mocha runs them in parallel. */
export async function mochaGlobalSetup(): Promise<void> {
  server = await startServer();
  process.env.LONGHAUL_TEST_ADDRESS = server.address;
}

export const mochaGlobalTeardown = (): Promise<void> => server.stop();
