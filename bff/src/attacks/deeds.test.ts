import { isActivity } from '@gatehouse/shared/activities'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Stage } from '../testing/deeds/stage.ts'
import { deeds, prepared } from '../testing/deeds.ts'
import { changingDoors, filled, idFields } from '../testing/doors.ts'
import { openStage } from '../testing/openings.ts'

let s: Stage
let close: () => Promise<void>
beforeAll(async () => {
  ;({ s, close } = await openStage())
})
afterAll(() => close())

test('AZ01 it is known for every door what is done there, and for no other', () => {
  expect(Object.keys(deeds).sort()).toEqual(changingDoors.map(({ name }) => name).sort())
})

/** The paths of the ids in a body, as `idFields` writes them. */
const idsIn = (body: unknown, at = ''): string[] => {
  if (typeof body === 'string') return s.kinds.has(body) ? [at] : []
  if (Array.isArray(body)) return body.flatMap((one) => idsIn(one, `${at}[]`))
  if (typeof body !== 'object' || body === null) return []
  // Names that are data are any name to a schema.
  const keyOf = (name: string) => (isActivity(name) ? '*' : name)
  return Object.entries(body).flatMap(([name, one]) => idsIn(one, at ? `${at}.${keyOf(name)}` : keyOf(name)))
}

describe('what the attacks start from', () => {
  test.each(changingDoors.map((door) => [door.name, door] as const))('works: %s', async (_, door) => {
    const { by, ids, body, refused } = await prepared(s, door.name)
    for (const field of idFields(door, 'json')) expect(idsIn(body), 'an id in every field for one').toContain(field)
    const path = filled(door.path, (name) => ids[name] ?? `no ${name}`)
    const answer = await by.send(door.method, path, body)
    const code = (answer.body as { error?: { code?: string } }).error?.code
    expect([answer.status < 300, code], JSON.stringify(answer.body)).toEqual([!refused, refused])
  })
})
