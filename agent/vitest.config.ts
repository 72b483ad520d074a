import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Some promise something within a second, some compare times: a machine that is not ours gets a second try.
    retry: process.env.CI ? 1 : 0,
    include: ['src/**/*.test.ts'],
    testTimeout: 40_000,
    hookTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } },
  },
})
