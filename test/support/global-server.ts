import { startServer, type Server } from '../../testing';

let server: Server | undefined;

/** Starts the one Temporal server that all tests of a mocha run share. */
export async function mochaGlobalSetup(): Promise<void> {
  server = await startServer();
  process.env.LONGHAUL_TEST_ADDRESS = server.address;
}

export async function mochaGlobalTeardown(): Promise<void> {
  await server?.stop();
}
