import type { Activity } from '@gatehouse/shared/activities'
import { type Grant, granted, type Scope, type Target } from '@gatehouse/shared/decide'
import { isNull } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Persona } from '../../demo/people.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { device } from '../devices/tables.ts'
import { peopleGranted, peopleWithGrants } from './door.ts'

/** One of each kind of target, and one more. */
const asked: Activity[] = ['device.view', 'person.edit', 'customer.view', 'staff.view']

let h: TestHouse
let targets: Target[]
beforeAll(async () => {
  h = await openTestHouse()
  const rows = await h.house.db.select().from(device).where(isNull(device.removedAt))
  const devices = rows.map(
    ({ id, customerId, siteId, modelId, tags }): Target => ({
      kind: 'device',
      deviceId: id,
      customerId,
      siteId,
      modelId,
      tags,
    }),
  )
  const customers = Object.values(h.seeded.customers).map((customerId): Target => ({ kind: 'customer', customerId }))
  targets = [...devices, ...customers, { kind: 'maker' }]
})
afterAll(() => h.close())

test('AZ02 the people who are granted something are those whom `granted` names, over random grants', async () => {
  const some = (of: readonly string[]) => fc.uniqueArray(fc.constantFrom(...of), { maxLength: 2 })
  const listed = (kind: 'customers' | 'sites' | 'models' | 'devices') =>
    some(Object.values(h.seeded[kind])).map((ids): Scope => ({ kind, ids }))
  const tags = [...new Set(targets.flatMap((one) => (one.kind === 'device' ? one.tags : [])))]
  const scope = fc.oneof(
    fc.constant<Scope>({ kind: 'all' }),
    listed('customers'),
    listed('sites'),
    listed('models'),
    listed('devices'),
    some([...tags, 'none has this']).map((own): Scope => ({ kind: 'tags', tags: own })),
  )
  const activities = fc.uniqueArray(fc.constantFrom(...asked), {
    maxLength: 2,
  })
  const grants = fc.array(fc.record<Grant>({ activities, scope }), { maxLength: 3 })
  const makers: Persona[] = ['outsider', 'administrator']
  let seen = 0
  await fc.assert(
    fc.asyncProperty(grants, grants, fc.nat(), fc.constantFrom(...asked), async (one, other, at, activity) => {
      for (const [i, who] of makers.entries()) await regrant(h, who, [...(i === 0 ? one : other)])
      const target = targets[at % targets.length] as Target
      for (const customerId of [null, ...Object.values(h.seeded.customers)]) {
        const people = await peopleWithGrants(h.house.db, customerId)
        const expected = people.filter((person) => granted(person, activity, target)).map(({ id }) => id)
        const found = await peopleGranted(h.house.db, customerId, activity, target)
        expect(found.map(({ id }) => id)).toEqual(expected)
        seen += expected.length
      }
    }),
    { numRuns: 60 },
  )
  expect(seen).toBeGreaterThan(50)
}, 60_000)
