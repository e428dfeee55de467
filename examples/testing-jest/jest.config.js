module.exports = {
  globalSetup: './one-server.ts',
  transform: { '\\.ts$': '@swc/jest' },
  testEnvironment: 'node',
  testTimeout: 60_000,
};
