import { describe, expect, test } from 'vitest'
import { activities, activityNames } from './activities.ts'
import { doorsTold } from './audit-doors.ts'
import { auditEvents } from './audit-events.ts'
import { refusalsTold } from './audit-refusals.ts'
import { plainSentence, withLocalTimes } from './audit-words.ts'
import { newsKinds } from './profile/news.ts'
import { type Refusal, refusals } from './refusals.ts'
import { technical, toReader } from './testing/plain.ts'

const codes = Object.keys(refusals) as Refusal[]
const events = Object.entries(auditEvents) as [string, { says: string }][]
const fieldsOf = (says: string, given: Record<string, string | number>) =>
  Object.fromEntries([...says.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, given[name] ?? 'something']))

/** Every sentence the log can say of a refusal, and every one of its other sentences once. */
const sentences: readonly string[] = events.flatMap(([event, { says }]) =>
  codes.flatMap((because) =>
    says.includes('{activity}')
      ? [...activityNames, ...Object.keys(doorsTold), 'GET /api/me/gone/:id'].map((activity) =>
          plainSentence(event, fieldsOf(says, { activity, because })),
        )
      : says.includes('{because}') || because === 'internal'
        ? [
            plainSentence(event, fieldsOf(says, { because })),
            plainSentence(event, fieldsOf(says, { because: refusals[because].says })),
          ]
        : [],
  ),
)

describe('AL01 AL26 the sentences of the whole table', () => {
  test('speak of somebody, and to nobody', () => {
    expect(sentences.length).toBeGreaterThan(5_000)
    expect(sentences.filter((says) => toReader.test(says))).toEqual([])
    expect(Object.values(newsKinds).filter(({ told }) => toReader.test(told))).toEqual([])
  })

  test('have no code, no enum and no address in them', () => {
    expect(sentences.filter((says) => technical.test(says))).toEqual([])
  })

  test('end a sentence, and do not begin one', () => {
    for (const told of Object.values(refusalsTold)) expect(told).toMatch(/^[a-z].*[^.]$/)
  })
})

test('a refusal is read without training, and what is no code stays as it is', () => {
  expect(plainSentence('access.refused', { activity: 'policy.edit', because: 'step_up_required' })).toBe(
    `Refused: ${activities['policy.edit'].says} (a fresh proof of identity was wanted first)`,
  )
  expect(plainSentence('access.refused', { activity: 'POST /api/me/gesture', because: 'network_refused' })).toBe(
    'Refused: Stay signed in (it came from a network that is not allowed)',
  )
  expect(plainSentence('access.refused', { activity: 'constructor', because: '__proto__' })).toBe(
    'Refused: constructor (__proto__)',
  )
  expect(plainSentence('action.failed', { action: 'Fetch a log file', because: 'no such file' })).toBe(
    'Failed: Fetch a log file (no such file)',
  )
})

test.each([
  ['export.finished', { export: 'a1', count: 3, bytes: 12_345_678, hash: 'ab' }, /12\.3 MB/],
  ['recording.stored', { part: 3, hash: 'ab'.repeat(32) }, /, SHA-256 abababababab…$/],
  ['alarm.cleared', { code: 'limit.cpu.load' }, /^Alarm “processor load beyond its limit” cleared$/],
  ['alarm.cleared', { code: 'limit.calibration.age' }, /^Alarm “calibration age beyond its limit” cleared$/],
  ['device.connected', { device: 'Balance 7', transport: 'websocket' }, /over a connection that stays open$/],
  ['session.frame_dropped', { what: 'a frame of kind 0x00 from the watcher' }, /: typing from the watcher$/],
  [
    'session.frame_dropped',
    { what: 'a frame of kind 0x21 from the device' },
    /: a message of an unknown kind from the device$/,
  ],
  [
    'device.viewed',
    { what: 'a', purpose: 'because of the open alarm limit.cpu.load' },
    /alarm “processor load beyond its limit”$/,
  ],
  ['device.connected', { device: 'Balance 7', transport: 'https' }, /over regular check-ins$/],
  ['recording.failed', { because: 'ENOSPC' }, /no room was left on the disk$/],
  ['recording.failed', { because: 'EBADF' }, /a file could not be written$/],
  ['report.received', { kind: 'breach', number: 'GH-1', hours: 24 }, /\(data breach\)/],
  [
    'export.failed',
    { export: 'a1', because: 'You may no longer export the audit log.' },
    /Whoever asked may no longer/,
  ],
  [
    'profile.changed',
    { change: `${newsKinds.asked.says}: “mail” → “note”` },
    /^Changed the own settings: news of requests to answer: “mail” → “note”$/,
  ],
] as const)('%s with %j says it in words', (event, fields, says) => {
  expect(plainSentence(event, fields)).toMatch(says)
})

test('moments are those of the clocks where it is read', () => {
  const says = 'Opened a session, to end at 2026-07-01T12:00:00.005Z at the latest'
  expect(withLocalTimes(says, 'Europe/Zurich')).toContain('to end at 01 Jul 2026, 14:00 CEST at')
  expect(withLocalTimes('a code 2026-99-99T99:99:99Z', 'UTC')).toBe('a code 2026-99-99T99:99:99Z')
})

test('one is counted as one', () => {
  const says = (minutes: number) => plainSentence('limits.left', { limit: 'the audit log is behind', minutes })
  expect(says(1)).toBe('No longer so, after 1 minute: the audit log is behind')
  expect(says(11)).toBe('No longer so, after 11 minutes: the audit log is behind')
})

test('an action is told as the model of its device calls it, and one from before without the dots of its key', () => {
  const says = (action: string) => plainSentence('action.queued', { action })
  expect(says('Change a setting: Filter strength [filter.strength] to 3')).toBe(
    'Queued: Change a setting: Filter strength to 3',
  )
  expect(says('Change a setting: filter.strength to a.b [c] to d')).toBe(
    'Queued: Change a setting: filter strength to a.b [c] to d',
  )
  expect(says("Fetch a log file: The agent's own log [agent]")).toBe("Queued: Fetch a log file: The agent's own log")
  for (const before of ['Fetch a log file: agent', 'Restart the agent']) expect(says(before)).toBe(`Queued: ${before}`)
})

test('what is only there before or only after a change is said in words', () => {
  const change = 'name: “A” → “B”; what it allows: “” → “Ask (all)”; tags: “new” → “”'
  expect(plainSentence('group.changed', { group: 'A', change })).toBe(
    'Changed the group A: name: “A” → “B”; what it allows: added “Ask (all)”; tags: taken away “new”',
  )
})
