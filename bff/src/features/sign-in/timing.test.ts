import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoPassword, demoPeople, type Persona } from '../../demo/people.ts'
import { hashOf, newId } from '../../kernel/ids.ts'
import { openTestHouse, type TestHouse, visitorOf } from '../../testing/house.ts'
import { mannWhitney } from '../../testing/mann-whitney.ts'
import { person } from '../people/tables.ts'
import { signInTry } from './tables.ts'

let h: TestHouse
beforeAll(async () => {
  // The proxy of this test is this machine: it says from where it comes.
  h = await openTestHouse({ GATEHOUSE_TRUSTED_PROXIES: '127.0.0.0/8, ::1' })
  await set('auditor', { disabledAt: h.clock.now() })
  await set('outsider', { passwordChangedAt: 0 })
})
afterAll(() => h.close())

const set = (who: Persona, values: Partial<typeof person.$inferInsert>) =>
  h.house.db.update(person).set(values).where(eq(person.email, demoPeople[who].email))

const place = '203.0.113.99'
const tryIn = (email: string, password: string) =>
  visitorOf(h.url).send('POST', '/api/sign-in', { email, password }, { 'x-forwarded-for': place })
const rightly = (who: Persona) => tryIn(demoPeople[who].email, demoPassword(who))
const wrongly = (who: Persona) => tryIn(demoPeople[who].email, 'not the password')

const kinds = {
  wrong: () => wrongly('colleague'),
  unknown: () => tryIn('who@helvetia.example', 'not the password'),
  disabled: () => rightly('auditor'),
  locked: () => rightly('otherApprover'),
  expired: () => wrongly('outsider'),
}
type Kind = keyof typeof kinds
const names = Object.keys(kinds) as Kind[]

/** The table of tries as it stands before every round: one account has failed too often, just now. */
const begin = async () => {
  const [at, accountHash] = [h.clock.now(), hashOf(demoPeople.otherApprover.email)]
  const row = { at, accountHash, fromAddress: place, outcome: 'failed' as const }
  await h.house.db.delete(signInTry)
  await h.house.db.insert(signInTry).values(Array.from({ length: 5 }, () => ({ id: newId(), ...row })))
}

/** The order of a round: each time another, the same in every run. */
const shuffled = (round: number): Kind[] => {
  let seed = round * 2_654_435_761 + 1
  const next = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return (seed >>> 8) % below
  }
  const order = [...names]
  for (let i = order.length - 1; i > 0; i--) {
    const j = next(i + 1)
    ;[order[i], order[j]] = [order[j] as Kind, order[i] as Kind]
  }
  return order
}

/**
 * How long `n` tries of each kind took, ms. Every round asks all kinds at once, in another order: whatever else the
 * machine does meets all alike, and they are held up by each other as strangers would hold them up.
 */
const measure = async (n: number, from: number): Promise<Record<Kind, number[]>> => {
  const spent: Record<Kind, number[]> = { wrong: [], unknown: [], disabled: [], locked: [], expired: [] }
  for (let round = from; round < from + n; round++) {
    await begin()
    await Promise.all(
      shuffled(round).map(async (kind) => {
        const began = performance.now()
        const { status } = await kinds[kind]()
        spent[kind].push(performance.now() - began)
        expect(status).toBe(401)
      }),
    )
  }
  return spent
}

const suspects = (spent: Record<Kind, number[]>): Kind[] =>
  names.filter((kind) => kind !== 'wrong' && mannWhitney(spent.wrong, spent[kind]) <= 0.01)

test('AU14 unknown, wrong, locked, expired and disabled take equally long: 500 of each, Mann-Whitney p > 0.01', async () => {
  await measure(5, 0)
  const first = suspects(await measure(500, 5))
  // Of a hundred equal samples one differs so much by chance. What really differs does so again in new ones.
  const still = first.length > 0 ? suspects(await measure(500, 505)) : []
  expect(first.filter((kind) => still.includes(kind))).toEqual([])
}, 420_000)
