import { defineConfig } from '@playwright/test'
import { chromiumArgs, findOrGetChromium } from '../scripts/chromium.ts'

export default defineConfig({
  testDir: 'journeys',
  globalSetup: './stack/global-setup.ts',
  outputDir: '../.test-results/journeys',
  fullyParallel: false,
  workers: process.env.WORKERS ? Number(process.env.WORKERS) : 1,
  // One look more on a machine that is not ours; what passed only then is listed by the test command.
  retries: process.env.CI ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  reporter: [['list'], ['html', { outputFolder: '../playwright-report', open: 'never' }]],
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: await findOrGetChromium(), args: [...chromiumArgs] },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
})
