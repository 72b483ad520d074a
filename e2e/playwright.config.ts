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
    // To record all that goes well costs a quarter of the run; where there is a second try, that one is recorded.
    trace: process.env.CI ? 'on-first-retry' : 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
})
