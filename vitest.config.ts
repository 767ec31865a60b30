import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'server/**/*.test.ts',
      'federation/**/*.test.ts',
      'cli/**/*.test.ts',
      'deploy/**/*.test.ts',
      'web/**/*.test.ts',
      'bench/**/*.test.ts',
      'firmware/**/*.test.ts',
    ],
    globalSetup: ['web/testing/unpacked-browser.ts', 'server/testing/throw-away.ts', 'server/testing/postgres.ts'],
    // A browser on a busy machine is slow now and then; an assertion that is asked again may take as long as a person waits.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // A file leaves nothing behind: what it loads is loaded once for all files of a worker.
    isolate: false,
    maxWorkers: 3,
  },
});
