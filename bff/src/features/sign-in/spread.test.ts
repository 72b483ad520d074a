import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoPassword, demoPeople, type Persona } from '../../demo/people.ts'
import { days, minutes } from '../../kernel/clock.ts'
import { hashOf } from '../../kernel/ids.ts'
import { openTestHouse, type TestHouse, visitorOf } from '../../testing/house.ts'
import { type Instance, startInstance } from '../../testing/instance.ts'
import { proveAt, visitorFrom } from '../../testing/visitor.ts'
import { tryLimits } from './rules.ts'
import { signInTry } from './tables.ts'

// Hundreds of Argon2id hashes are a minute of a machine that has something else to do.
const patience = 300_000

let h: TestHouse
beforeAll(async () => {
  // The proxy of these tests is this machine: they say from where they come.
  h = await openTestHouse({ GATEHOUSE_TRUSTED_PROXIES: '127.0.0.0/8, ::1' })
})
afterAll(() => h.close())

const tryFrom = async (from: string, email: string, password: string): Promise<number> =>
  (await visitorFrom(h.url, from).post('/api/sign-in', { email, password })).status
/** Signs in with both factors; the status of what was refused, or of the profile that is open then. */
const enterFrom = async (from: string, who: Persona): Promise<number> => {
  const visitor = visitorFrom(h.url, from)
  const { status } = await visitor.post('/api/sign-in', { email: demoPeople[who].email, password: demoPassword(who) })
  if (status !== 200) return status
  const proven = await proveAt(h.url, visitor, who)
  return proven.status === 200 ? (await visitor.get('/api/me')).status : proven.status
}
const lookedAt = async () => (await h.house.db.select().from(signInTry)).filter(({ outcome }) => outcome === 'failed')

const [home, stranger] = ['198.51.100.7', '203.0.113.250']

describe('AU13 a thousand tries', () => {
  test(
    'at one account, each from another source, over a day: at most 100 are looked at, and its owner enters at home',
    async () => {
      const { email } = demoPeople.approver
      expect(await enterFrom(home, 'approver')).toBe(200)
      const statuses: number[] = []
      for (let round = 0; round < 20; round++) {
        // A few at once: of many at once none is looked at, and the day's limit would never be reached.
        for (let ten = 0; ten < 10; ten++)
          statuses.push(
            ...(await Promise.all(
              [1, 2, 3, 4, 5].map((i) => tryFrom(`192.0.${round}.${ten * 5 + i}`, email, 'not the password')),
            )),
          )
        h.clock.advance(minutes(70))
      }
      expect(statuses).toEqual(Array(1_000).fill(401))
      const looked = (await lookedAt()).filter(({ accountHash }) => accountHash === hashOf(email))
      expect(looked.length).toBeGreaterThan(20)
      expect(looked.length).toBeLessThanOrEqual(100)
      // The last hour's limit is over; the day's is not.
      expect(await enterFrom(stranger, 'approver'), 'a stranger who has it right at last').toBe(401)
      expect(await enterFrom(home, 'approver'), 'the owner at home').toBe(200)
      h.clock.advance(days(1))
      expect(await enterFrom(stranger, 'approver'), 'a day later').toBe(200)
    },
    patience,
  )

  test(
    'from one source at a thousand accounts: at most 50 are looked at, and who was there before enters',
    async () => {
      expect(await enterFrom(home, 'reader')).toBe(200)
      const before = (await lookedAt()).length
      const statuses: number[] = []
      for (let round = 0; round < 20; round++) {
        const tries = Array.from({ length: 50 }, (_, i) => tryFrom(home, `who.${round}.${i}@nowhere.example`, 'x'))
        statuses.push(...(await Promise.all(tries)))
      }
      expect((await lookedAt()).length - before).toBeLessThanOrEqual(tryLimits.source[0].failures)
      expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(950)
      expect(await enterFrom(home, 'colleague'), 'who never was there').toBe(429)
      expect(await enterFrom(home, 'reader'), 'who was').toBe(200)
      expect(await enterFrom('198.51.100.8', 'colleague'), 'from elsewhere').toBe(200)
      h.clock.advance(minutes(15))
      expect(await enterFrom(home, 'colleague'), 'a little later').toBe(200)
    },
    patience,
  )
})

describe('AU15 the limits', () => {
  test(
    'hold where two instances alternate, one of which is killed between two tries, again and again',
    async () => {
      const own = await openTestHouse()
      const running = new Set<Instance>()
      const start = async (): Promise<Instance> => {
        const one = await startInstance(own.ownerUrl, own.house.settings.dataDir, { LOG_LEVEL: 'error' })
        running.add(one)
        return one
      }
      const wrong = async ({ url }: { url: string }) =>
        (await visitorOf(url).post('/api/sign-in', { email: demoPeople.technician.email, password: 'not it' })).status
      const right = async ({ url }: { url: string }, who: Persona) =>
        (await visitorOf(url).post('/api/sign-in', { email: demoPeople[who].email, password: demoPassword(who) }))
          .status
      const again = async (one: Instance): Promise<Instance> => {
        await one.kill()
        running.delete(one)
        return start()
      }
      try {
        const [first, b] = await Promise.all([start(), start()])
        let a = first
        for (let n = 1; n <= tryLimits.pair[0].failures; n++) {
          expect(await wrong(n % 2 ? a : b)).toBe(401)
          if (n % 2) a = await again(a)
        }
        expect([await right(a, 'technician'), await right(b, 'technician')]).toEqual([401, 401])
        const somebodyElse = await right(a, 'colleague')
        expect(somebodyElse, `somebody else, at an instance that says: ${a.printed()}`).toBe(200)
      } finally {
        for (const one of running) await one.kill()
        await own.close()
      }
    },
    patience,
  )
})
