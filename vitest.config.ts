import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'server/**/*.test.ts',
      'federation/**/*.test.ts',
      'deploy/**/*.test.ts',
      'web/**/*.test.ts',
      'bench/**/*.test.ts',
      'firmware/**/*.test.ts',
    ],
    globalSetup: ['server/testing/postgres.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
