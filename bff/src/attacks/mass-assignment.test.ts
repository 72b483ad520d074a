import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { allOf } from '../testing/all-of.ts'
import { type Stage, stageOf } from '../testing/deeds/stage.ts'
import { prepared } from '../testing/deeds.ts'
import { changingDoors, type Door, filled, looseObjects } from '../testing/doors.ts'
import { type Answer, openTestHouse, type TestHouse } from '../testing/house.ts'
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

/** The text of a body with one key more; `__proto__` has to be written by hand. */
const withKey = (body: unknown, key: string, value: unknown): string => {
  const text = JSON.stringify(body)
  const comma = text === '{}' ? '' : ','
  return `{"${key}":${JSON.stringify(value)}${comma}${text.slice(1)}`
}

const other = '0198c0de-0000-7000-8000-000000000000'
/** What somebody would like to decide himself. */
const wishes: Readonly<Record<string, unknown>> = {
  role: 'administrator',
  tenantId: other,
  customerId: other,
  state: 'approved',
  approvedBy: other,
  decidedBy: other,
  id: other,
  createdAt: 0,
  version: 99,
  grants: [{ activities: ['staff.edit'], scope: { kind: 'all' } }],
  passwordHash: 'x',
  provenAt: 9e15,
  __proto__: null,
  constructor: { prototype: { isAdmin: true } },
  prototype: { isAdmin: true },
}
const keys = [...Object.keys(wishes), '__proto__']

/** Sends bodies to a door as it is prepared once; each is to be refused for what was sent, and none does anything. */
const refusesAll = async (
  door: Door,
  bodies: (body: unknown) => readonly { what: string; text: string }[],
): Promise<void> => {
  const { by, ids, body } = await prepared(s, door.name)
  const path = filled(door.path, (name) => ids[name] ?? '')
  const before = await rows.now()
  await allOf(bodies(body), async ({ what, text }) => {
    const answer = await by.send(door.method, path, text)
    expect([what, answer.status, codeOf(answer)], JSON.stringify(answer.body)).toEqual([
      what,
      expect.toBeOneOf([400, 413, 422]),
      expect.toBeOneOf(['invalid_input', 'malformed', 'too_large']),
    ])
  })
  expect(await rows.now(), 'nothing is changed').toEqual(before)
}

describe('AZ06 what nobody may say is refused:', () => {
  /** Browsers say more about a passkey than we asked, and what a model declares is read field by field. */
  const loose = /^(shown\.)?response(\.response)?$|^declaration\b/

  test.each(named(withBody))('%s takes no field that it does not know', (_, door) => {
    expect(looseObjects(door).filter((at) => !loose.test(at))).toEqual([])
  })

  test.each(named(withBody))('%s', async (_, door) => {
    const { body } = await prepared(s, door.name)
    const own = Object.keys(body as object)
    await refusesAll(door, (valid) =>
      keys
        .filter((key) => !own.includes(key))
        .map((key) => ({
          what: key,
          text: withKey(valid, key, key === '__proto__' ? { isAdmin: true, role: 'administrator' } : wishes[key]),
        })),
    )
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })

  test('inside of what is loose it is left out, and never reaches the prototype of anything', async () => {
    const { by, body } = await prepared(s, 'POST /api/models')
    const text = JSON.stringify(body).replace('"driver"', '"__proto__":{"polluted":1},"customerId":"x","driver"')
    const made = await by.send<{ id: string }>('POST', '/api/models', text)
    expect(made.status).toBe(201)
    const { body: seen } = await by.get<{ declaration: object }>(`/api/models/${made.body.id}`)
    expect(Object.keys(seen.declaration)).not.toContain('customerId')
    expect(JSON.stringify(seen)).not.toContain('polluted')
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })
})
