import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildVerify } from './build-verify.ts'
import { buildWeb } from './build-web.ts'
import { findOrGetChromium } from './chromium.ts'
import { afterSecondTry, filesToMend, type Outcome, outcomeOf, readVitest, type Told, why } from './vitest-report.ts'

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

/** A machine that is not ours gets a second try of so many files; where more fail something is broken. */
const mostAgain = process.env.CI ? 5 : 0

const vitest = (folder: string, part = folder): Stage => ({
  part,
  says: `tests of ${part}`,
  run: async () => {
    const once = async (name: string, files: readonly string[]): Promise<[Outcome, Told[]]> => {
      const path = join(results, `${name}.json`)
      const words = ['vitest/vitest.mjs', 'run', ...files, '--reporter=default', '--reporter=json']
      const run = () => command(folder, [...words, `--outputFile.json=${path}`])
      let told: Told[] = []
      const outcome = await reported(`tests of ${part}`, path, run, async () => {
        told = await readVitest(path)
        return outcomeOf(told)
      })
      return [outcome, told]
    }
    const [outcome, first] = await once(part, [])
    const files = filesToMend(first)
    if (files.length === 0 || files.length > mostAgain) return outcome
    // As whole files, in houses of their own: what a test did before it failed is not in its way.
    console.log(`\n── ${files.length} ${files.length === 1 ? 'file' : 'files'} of ${part} once more`)
    const [again, second] = await once(`${part}-again`, files)
    // It broke in a way that is no test's.
    if (again.failed > 0 && filesToMend(second).length === 0) return again
    const { told, onlyThen } = afterSecondTry(first, second)
    for (const one of onlyThen)
      console.log(`  passed only when tried again: ${one.file}: ${one.title}${why(one.why).replaceAll('\n', '\n    ')}`)
    return outcomeOf(told)
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
