import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { allOf } from '../testing/all-of.ts'
import { type Stage, stageOf } from '../testing/deeds/stage.ts'
import { type Door, filled, peoplesDoors, queryFields } from '../testing/doors.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../testing/house.ts'
import { reads } from '../testing/reads.ts'
import { pathWords, seedStories } from '../testing/stories.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let h: TestHouse
let s: Stage
let ours: Record<string, string>
beforeAll(async () => {
  h = await openTestHouse()
  s = stageOf(h)
  ours = await seedStories(h)
})
afterAll(async () => {
  await s.close()
  await h.close()
})

const named = (doors: readonly Door[]) => doors.map((door) => [door.name, door] as const)

describe('AZ12 a query in another form is refused, or means nothing:', () => {
  const reading = peoplesDoors.filter((door) => door.readings.some(({ part }) => part === 'query'))
  /** Forms of a field of a query, written out. */
  const queries = (name: string): string[] => [
    `${name}=a&${name}=b`,
    `${name}=1&${name}=2`,
    `${name}[]=1`,
    `${name}[$ne]=1`,
    `${name}=`,
    `${name}`,
    `${name}=NaN`,
    `${name}=Infinity`,
    `${name}=1%00`,
    `${name}=%00`,
    `${name}=%ff%fe`,
    `${name}=null`,
    `${name}=__proto__`,
    `${name}=constructor`,
    `${name}=${'9'.repeat(400)}`,
    `${name}=${'x'.repeat(5_000)}`,
    `${name}=1'%20or%20'1'='1`,
    `${name}=%25%27_%5C`,
    `${name}=W10`,
    `${name}=${Buffer.from('["\\u0000","0198c0de-0000-7000-8000-000000000000"]').toString('base64url')}`,
    `${name}=${Buffer.from('[1e999,"0198c0de-0000-7000-8000-000000000000"]').toString('base64url')}`,
    `__proto__[${name}]=1&constructor[prototype][${name}]=1`,
  ]

  const seeing = async (door: Door): Promise<Visitor> =>
    s.as(/approvers$/.test(door.path) ? 'technician' : door.guard?.kind === 'activity' ? 'administrator' : 'approver')

  test.each(named(reading))('%s', async (_, door) => {
    const by = await seeing(door)
    const path = filled(door.path, (name) => ({ ...pathWords, ...ours })[name] ?? '')
    const fixed = reads[door.name] ? `${reads[door.name]}&` : '?'
    const plain = await by.get(path + (reads[door.name] ?? ''))
    expect(plain.status).toBe(200)
    const all = [...queryFields(door), 'unheard_of'].flatMap(queries)
    await allOf(all, async (query) => {
      const answer = await by.get(path + fixed + query)
      expect([query, answer.status], JSON.stringify(answer.body)).toEqual([query, expect.toBeOneOf([200, 404, 422])])
    })
    // Twice the same field is no list of choices.
    for (const name of queryFields(door)) {
      const twice = await by.get(`${path}${fixed}${name}=1&${name}=2`)
      expect([name, twice.status]).toEqual([name, 422])
    }
  })
})
