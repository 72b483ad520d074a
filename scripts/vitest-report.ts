import { readFile } from 'node:fs/promises'
import { stripVTControlCharacters } from 'node:util'

/** What a runner reported, and what to read where something failed. */
export interface Outcome {
  passed: number
  failed: number
  skipped: number
  /** Titles of what failed. */
  failures: string[]
}

interface VitestReport {
  testResults: {
    name: string
    status: string
    message: string
    assertionResults: { status: string; fullName: string; failureMessages?: string[] | null }[]
  }[]
}

/** A test of a run, or a file that could not even be loaded: then `title` is empty. */
export interface Told {
  file: string
  title: string
  status: 'passed' | 'failed' | 'skipped'
  why: string[]
}

/** The first lines of each try's failure: who reads only the end of a long run sees why, too. */
export const why = (messages: readonly string[]): string =>
  [...new Set(messages)]
    .map((one) => {
      const lines = stripVTControlCharacters(one).split('\n')
      return `\n${lines
        .filter((line) => !/^\s+at .*(node_modules|node:)/.test(line))
        .slice(0, 12)
        .join('\n')}`
    })
    .join('')

/** Vitest's own report. */
export const readVitest = async (path: string): Promise<Told[]> => {
  const { testResults } = JSON.parse(await readFile(path, 'utf8')) as VitestReport
  return testResults.flatMap(({ name: file, status, message, assertionResults }) => {
    const tests = assertionResults.map((one): Told => {
      const how = one.status === 'passed' || one.status === 'failed' ? one.status : 'skipped'
      return { file, title: one.fullName, status: how, why: one.failureMessages ?? [] }
    })
    // It was not loaded, or what all its tests share broke.
    return status === 'failed' && !tests.some((one) => one.status === 'failed')
      ? [...tests, { file, title: '', status: 'failed', why: [message] }]
      : tests
  })
}

/** The files in which something failed. */
export const filesToMend = (told: readonly Told[]): string[] => [
  ...new Set(told.filter(({ status }) => status === 'failed').map(({ file }) => file)),
]

/**
 * What to believe of a run and of the second try of its failed files: what passed in one of them passed. A failure of a
 * whole file is over where the second try has none.
 */
export const afterSecondTry = (first: readonly Told[], second: readonly Told[]): { told: Told[]; onlyThen: Told[] } => {
  const keyOf = ({ file, title }: Told): string => JSON.stringify([file, title])
  const again = new Map(second.map((one) => [keyOf(one), one]))
  const triedAgain = new Set(second.map(({ file }) => file))
  const onlyThen: Told[] = []
  const told = first.flatMap((one): Told[] => {
    const now = again.get(keyOf(one))
    again.delete(keyOf(one))
    if (one.status !== 'failed') return [one.status === 'skipped' && now ? now : one]
    if (now?.status === 'failed') return [{ ...one, why: [...one.why, ...now.why] }]
    if (!now && (one.title !== '' || !triedAgain.has(one.file))) return [one]
    onlyThen.push(one)
    return now ? [now] : []
  })
  return { told: [...told, ...again.values()], onlyThen }
}

/** How many there are of each, and the words of the failures. */
export const outcomeOf = (told: readonly Told[]): Outcome => {
  const count = (status: Told['status']) => told.filter((one) => one.status === status).length
  const failures = told
    .filter(({ status }) => status === 'failed')
    .map((one) => `${one.file}: ${one.title}${why(one.why)}`)
  return { passed: count('passed'), failed: failures.length, skipped: count('skipped'), failures }
}
