import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // useServer registers its hooks by their global names.
    globals: true,
    globalSetup: './one-server.ts',
    // The SDK's native core is loaded once a process, and can't be in several threads of one.
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
