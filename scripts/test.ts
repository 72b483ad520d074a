import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { buildVerify } from './build-verify.ts'
import { buildWeb } from './build-web.ts'
import { findOrGetChromium } from './chromium.ts'

/** What a runner reported, and what to read where something failed. */
interface Outcome {
  passed: number
  failed: number
  skipped: number
  /** Titles of what failed. */
  failures: string[]
}

interface Stage {
  /** By which it is chosen: `pnpm test bff`. */
  part: string
  says: string
  run(): Promise<Outcome>
}

const root = fileURLToPath(new URL('..', import.meta.url))
const results = join(root, '.test-results')

const command = (folder: string, words: readonly string[], environment: Record<string, string> = {}): Promise<number> =>
  new Promise((done) => {
    const [program, ...rest] = words
    const child = spawn(process.execPath, [join(root, folder, 'node_modules', program ?? ''), ...rest], {
      cwd: join(root, folder),
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...environment },
    })
    child.once('error', () => done(-1))
    child.once('exit', (code) => done(code ?? -1))
  })

/** A check that is one yes or no. */
const check = async (title: string, run: () => Promise<boolean>): Promise<Outcome> => {
  const fine = await run().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    return false
  })
  return { passed: fine ? 1 : 0, failed: fine ? 0 : 1, skipped: 0, failures: fine ? [] : [title] }
}

const types = (folder: string): Stage => ({
  part: 'types',
  says: `types of ${folder}`,
  run: () =>
    check(
      `types of ${folder}`,
      async () => (await command('.', ['typescript/bin/tsc', '-p', join(root, folder)])) === 0,
    ),
})

interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: {
    name: string
    status: string
    message: string
    assertionResults: { status: string; fullName: string; failureMessages?: string[] | null }[]
  }[]
}

/** The first lines of each try's failure: who reads only the end of a long run sees why, too. */
const why = (messages: readonly string[]): string =>
  [...new Set(messages)]
    .map((one) => {
      const lines = stripVTControlCharacters(one).split('\n')
      return `\n${lines
        .filter((line) => !/^\s+at .*(node_modules|node:)/.test(line))
        .slice(0, 12)
        .join('\n')}`
    })
    .join('')

/** Vitest's own report; a file that could not even be loaded has no tests and counts as one failure. */
const readVitest = async (path: string): Promise<Outcome> => {
  const report = JSON.parse(await readFile(path, 'utf8')) as VitestReport
  const failures = report.testResults.flatMap((file) => {
    const failed = file.assertionResults
      .filter((one) => one.status === 'failed')
      .map((one) => `${file.name}: ${one.fullName}${why(one.failureMessages ?? [])}`)
    return file.status === 'failed' && failed.length === 0 ? [`${file.name}: ${file.message}`] : failed
  })
  return {
    passed: report.numPassedTests,
    failed: failures.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
  }
}

interface PlaywrightSuite {
  specs?: { title: string; ok: boolean; tests: { results: { errors: { message?: string }[] }[] }[] }[]
  suites?: PlaywrightSuite[]
}

interface PlaywrightReport extends PlaywrightSuite {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number }
  errors: { message?: string }[]
}

const failedSpecs = (suite: PlaywrightSuite): string[] => [
  ...(suite.specs ?? [])
    .filter((spec) => !spec.ok)
    .map(({ title, tests }) => {
      const tries = tests.flatMap(({ results }) => results).flatMap(({ errors }) => errors)
      return `${title}${why(tries.map(({ message = '' }) => message))}`
    }),
  ...(suite.suites ?? []).flatMap(failedSpecs),
]

const readPlaywright = async (path: string): Promise<Outcome> => {
  const report = JSON.parse(await readFile(path, 'utf8')) as PlaywrightReport
  const broken = report.errors.map((error) => error.message ?? 'the runner failed')
  const { expected, unexpected, flaky, skipped } = report.stats
  if (flaky > 0) console.log(`  ${flaky} journeys passed only when tried again`)
  return {
    passed: expected + flaky,
    failed: unexpected + broken.length,
    skipped,
    failures: [...failedSpecs(report), ...broken],
  }
}

/** Runs a runner and believes its report; no report, no tests, or an exit code that it does not explain, is a failure. */
const reported = async (
  title: string,
  path: string,
  run: () => Promise<number>,
  read: (path: string) => Promise<Outcome>,
): Promise<Outcome> => {
  await rm(path, { force: true })
  const code = await run()
  if (!existsSync(path))
    return { passed: 0, failed: 1, skipped: 0, failures: [`${title} left no report (exit code ${code})`] }
  const outcome = await read(path)
  if (outcome.passed + outcome.failed === 0) return { ...outcome, failed: 1, failures: [`${title} ran no test`] }
  if (code !== 0 && outcome.failed === 0)
    return { ...outcome, failed: 1, failures: [`${title} ended with exit code ${code} though no test failed`] }
  return outcome
}

const vitest = (folder: string, part = folder): Stage => ({
  part,
  says: `tests of ${part}`,
  run: () => {
    const path = join(results, `${part}.json`)
    const words = ['vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${path}`]
    return reported(`tests of ${part}`, path, () => command(folder, words), readVitest)
  },
})

const journeys: Stage = {
  part: 'e2e',
  says: 'browser journeys',
  run: async () => {
    const path = join(results, 'journeys.json')
    // Obtaining a browser may take minutes on a fresh machine: not inside a test's time.
    process.env.CHROMIUM_PATH = await findOrGetChromium()
    const words = ['@playwright/test/cli.js', 'test', '--reporter=list,json,html']
    const environment = {
      PLAYWRIGHT_JSON_OUTPUT_NAME: path,
      PLAYWRIGHT_HTML_OUTPUT_DIR: join(root, 'playwright-report'),
      PLAYWRIGHT_HTML_OPEN: 'never',
    }
    return reported('browser journeys', path, () => command('e2e', words, environment), readPlaywright)
  },
}

/** Bundles that are exported carry it, so it is there before any test that exports one. */
const verifier = (part: string): Stage => ({
  part,
  says: 'build of the verifier',
  run: () => check('build of the verifier', () => buildVerify(console.log).then(() => true)),
})

const stages: readonly Stage[] = [
  ...['shared', 'agent', 'bff', 'web', 'verify', 'e2e', 'bench', 'scripts'].map(types),
  {
    part: 'lint',
    says: 'lint and format',
    run: () =>
      check(
        'lint and format',
        async () => (await command('.', ['@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'])) === 0,
      ),
  },
  vitest('e2e', 'house-rules'),
  vitest('shared'),
  vitest('agent'),
  verifier('bff'),
  vitest('bff'),
  vitest('web'),
  verifier('verify'),
  vitest('verify'),
  verifier('e2e'),
  {
    part: 'e2e',
    says: 'build of the pages',
    run: () => check('build of the pages', () => buildWeb(console.log).then(() => true)),
  },
  journeys,
]

const main = async (): Promise<void> => {
  const wanted = process.argv.slice(2).filter((word) => word !== '--')
  const unknown = wanted.filter((part) => !stages.some((stage) => stage.part === part))
  if (unknown.length > 0) {
    console.error(
      `No such part: ${unknown.join(', ')}. There are ${[...new Set(stages.map((stage) => stage.part))].join(', ')}.`,
    )
    process.exit(2)
  }
  await mkdir(results, { recursive: true })
  const total: Outcome = { passed: 0, failed: 0, skipped: 0, failures: [] }
  for (const stage of stages) {
    if (wanted.length > 0 && !wanted.includes(stage.part)) continue
    const started = Date.now()
    console.log(`\n── ${stage.says}`)
    const outcome = await stage.run().catch((error: unknown): Outcome => {
      const words = error instanceof Error ? error.message : String(error)
      return { passed: 0, failed: 1, skipped: 0, failures: [`${stage.says}: ${words}`] }
    })
    const seconds = ((Date.now() - started) / 1_000).toFixed(1)
    console.log(
      `── ${stage.says}: ${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped} skipped (${seconds} s)`,
    )
    total.passed += outcome.passed
    total.failed += outcome.failed
    total.skipped += outcome.skipped
    total.failures.push(...outcome.failures)
  }
  if (total.failures.length > 0)
    console.log(`\nFailed:\n${total.failures.map((one) => `  ${one.replaceAll('\n', '\n    ')}`).join('\n')}`)
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1
}

await main()
