import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    globalSetup: ['src/testing/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // All rooms are loaded once by each worker, and not once by each file: what a house knows hangs on the house.
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // A poll ends when it holds; on a busy machine that may take a while.
    expect: { poll: { timeout: 10_000 } },
  },
})
