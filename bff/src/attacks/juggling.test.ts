import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { allOf } from '../testing/all-of.ts'
import { type Stage, stageOf } from '../testing/deeds/stage.ts'
import { prepared } from '../testing/deeds.ts'
import { changingDoors, type Door, filled } from '../testing/doors.ts'
import { type Answer, openTestHouse, type TestHouse } from '../testing/house.ts'
import { askRaw } from '../testing/raw.ts'
import { type Rows, rowsOf } from '../testing/rows.ts'
import { seedStories } from '../testing/stories.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let h: TestHouse
let s: Stage
let rows: Rows
beforeAll(async () => {
  h = await openTestHouse()
  s = stageOf(h)
  rows = await rowsOf(h.ownerUrl)
  await seedStories(h)
})
afterAll(async () => {
  await s.close()
  await rows.close()
  await h.close()
})

const named = (doors: readonly Door[]) => doors.map((door) => [door.name, door] as const)
const withBody = changingDoors.filter(({ readings }) => readings.some(({ part }) => part === 'json'))
const codeOf = ({ body }: Answer) => (body as { error?: { code?: string } } | null)?.error?.code

/** A value of each kind that JSON has, and what it cannot have. */
const jugglings = (value: unknown): [string, string][] => {
  const json = JSON.stringify(value)
  const all: [string, string][] = [
    ['in a list', `[${json}]`],
    ['in an object', `{"value":${json}}`],
    ['an empty object', '{}'],
    ['a huge number', '1e308'],
    ['an operator', '{"$ne":null}'],
    ['a huge text', JSON.stringify('x'.repeat(40_000))],
    ['a zero byte', '"a\\u0000b"'],
  ]
  if (typeof value === 'number') all.push(['as text', `"${value}"`], ['as truth', 'true'])
  if (typeof value === 'boolean') all.push(['as text', `"${value}"`], ['as a number', value ? '1' : '0'])
  if (typeof value === 'string') all.push(['as a number', '7'], ['as truth', 'true'])
  if (Array.isArray(value))
    all.push(['of itself', `[${json}]`], ['as text', JSON.stringify(String(value))], ['of nulls', '[null]'])
  return all.filter(([, text]) => text !== json)
}

type Path = readonly (string | number)[]
const leaves = (value: unknown, at: Path = []): Path[] =>
  Array.isArray(value)
    ? [at, ...value.flatMap((one, i) => leaves(one, [...at, i]))]
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, one]) => leaves(one, [...at, name]))
      : [at]

const valueAt = (body: unknown, at: Path): unknown =>
  at.reduce<unknown>((inner, part) => (inner as Record<string | number, unknown>)[part], body)

/** The body's text with another text in the place of one value. */
const swapped = (body: unknown, at: Path, text: string): string => {
  const copy = JSON.parse(JSON.stringify(body)) as unknown
  const last = at.at(-1)
  if (last === undefined) return text
  ;(valueAt(copy, at.slice(0, -1)) as Record<string | number, unknown>)[last] = '@here@'
  return JSON.stringify(copy).replace('"@here@"', () => text)
}

/** Numbers, texts and truths are never taken for each other. */
const takesNoOtherKind = (door: Door, body: unknown): void => {
  const schema = door.readings.find(({ part }) => part === 'json')?.schema
  for (const at of leaves(body)) {
    const value = valueAt(body, at)
    // A setting of a device may be of any type.
    if (at[0] === 'input' && at[1] === 'value') continue
    const takes = (text: string) => schema?.safeParse(JSON.parse(swapped(body, at, text))).success
    if (['number', 'boolean'].includes(typeof value)) expect(takes(`"${value}"`), at.join('.')).toBe(false)
    if (typeof value === 'string') expect(takes(`[${JSON.stringify(value)}]`), at.join('.')).toBe(false)
  }
}

/** What is no body of any door. */
const texts: Readonly<Record<string, string>> = {
  nothing: '',
  'an open bracket': '{',
  'a list': '[]',
  'a number': '7',
  'a text': '"x"',
  'nothing at all': 'null',
  NaN: '{"minutes":NaN}',
  'a key twice': '{"name":"a","name":"b","x":1}',
  deep: `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
  'deep lists': `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  'no JSON': 'a=b&c=d',
  'no UTF-8': '\u0000\u0001',
}

const otherTypes = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
]

describe('AZ12 another type, another text or another content type than the one that is wanted is refused:', () => {
  test.each(named(withBody))('%s', async (_, door) => {
    const schema = door.readings.find(({ part }) => part === 'json')?.schema
    const { by, ids, body } = await prepared(s, door.name)
    const path = filled(door.path, (name) => ids[name] ?? '')
    takesNoOtherKind(door, body)
    const before = await rows.now()
    const tries = leaves(body).flatMap((at) =>
      jugglings(valueAt(body, at)).map(([how, text]) => ({ at, how, whole: swapped(body, at, text) })),
    )
    await allOf(
      // What the schema takes is another value of the same type, and no attack.
      tries.filter(({ whole }) => !schema?.safeParse(JSON.parse(whole)).success),
      async ({ at, how, whole }) => {
        const what = `${at.join('.') || 'all of it'} ${how}`
        const answer = await by.send(door.method, path, whole)
        expect([what, answer.status], JSON.stringify(answer.body)).toEqual([what, expect.toBeOneOf([400, 413, 422])])
      },
    )
    await allOf(Object.entries(texts), async ([what, text]) => {
      const answer = await by.send(door.method, path, text)
      expect([what, answer.status, codeOf(answer)], JSON.stringify(answer.body)).toEqual([
        what,
        expect.toBeOneOf([400, 413, 422]),
        expect.toBeOneOf(['invalid_input', 'malformed', 'too_large']),
      ])
    })
    await allOf(otherTypes, async (type) => {
      const answer = await by.send(door.method, path, JSON.stringify(body), { 'content-type': type })
      expect([type, answer.status], JSON.stringify(answer.body)).toEqual([type, expect.toBeOneOf([400, 415, 422])])
    })
    const headers = { origin: h.url, 'x-gatehouse': '1', 'content-type': 'application/json' }
    const told = await askRaw(h.url, door.method, path, { ...headers, 'content-length': '2000000' })
    expect(told.status, 'more than may be sent is not even read').toBe(413)
    expect(await rows.now(), 'nothing is changed').toEqual(before)
  })
})
