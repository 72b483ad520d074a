import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type AuditEventName, auditEvents } from '@gatehouse/shared/audit-events'
import { describe, expect, test } from 'vitest'
import { jobs, upgrades } from '../app.ts'
import { routesMatrix } from '../routes.matrix.ts'
import { deedEvents } from '../testing/deed-events.ts'
import { changingDoors, devicesDoors, rootDoors } from '../testing/doors.ts'
import { jobEvents, messageEvents, otherDoors, retiredEvents, type Written } from '../testing/system-events.ts'

const names = Object.keys(auditEvents) as AuditEventName[]

/** Everything that is written down in files whose path `is` wanted. */
const textOf = (folder: string, is: (path: string) => boolean): string => {
  const root = fileURLToPath(new URL(folder, import.meta.url))
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path) && !path.includes('node_modules') && is(path))
    .map((path) => readFileSync(`${root}/${path}`, 'utf8'))
    .join('\n')
}
const isTest = (path: string) => /\.test\.ts$|\btesting\//.test(path)
// The tables of what ought to come are no test of it.
const isTable = (path: string) => /\/(system-events|effects)\.ts$/.test(path)
const code = textOf('..', (path) => !isTest(path) && !path.startsWith('demo/'))
const tests = textOf('..', (path) => isTest(path) && !isTable(path)) + textOf('../../../e2e', () => true)

/** What of a sentence stands in it whatever its fields are, the longest part. */
const fixedWords = (event: AuditEventName): string =>
  auditEvents[event].says
    .split(/\{\w+\}/)
    .map((part) => part.trim())
    .sort((a, b) => b.length - a.length)[0] ?? ''

const isNamed = (text: string, event: AuditEventName): boolean => text.includes(`'${event}'`)
const isTold = (event: AuditEventName): boolean =>
  isNamed(tests, event) || (fixedWords(event).length >= 12 && tests.includes(fixedWords(event)))

describe('AL01 the table of events is closed:', () => {
  const living = names.filter((event) => !(event in retiredEvents))
  test('every event is written by something', () => {
    expect(living.filter((event) => !isNamed(code, event))).toEqual([])
  })
  test('what nothing writes any longer is not written', () => {
    expect(Object.keys(retiredEvents).filter((event) => isNamed(code, event as AuditEventName))).toEqual([])
  })
  test('every event is produced in some test', () => {
    expect(living.filter((event) => !isTold(event))).toEqual([])
  })
})

describe('AL01 nothing is done of which nobody has said what it writes:', () => {
  test('every job', () => {
    expect(Object.keys(jobEvents).sort()).toEqual(jobs.map(({ name }) => name).sort())
  })
  test('every door', () => {
    const known = new Set([...Object.keys(deedEvents), ...Object.keys(otherDoors)])
    const changing = [...changingDoors, ...devicesDoors, ...rootDoors].filter(({ method }) => method !== 'GET')
    const sockets = Object.keys(routesMatrix).filter((name) => name.startsWith('WS '))
    expect(sockets).toHaveLength(upgrades.length)
    expect([...changing.map(({ name }) => name), ...sockets].filter((name) => !known.has(name))).toEqual([])
  })
  test('and an excuse says why', () => {
    const all: Written[] = [...Object.values(messageEvents), ...Object.values(otherDoors), ...Object.values(jobEvents)]
    for (const one of all) if ('none' in one) expect(one.none.length).toBeGreaterThan(20)
  })
})
