import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { demoPassword, demoPeople, type Persona } from '../../demo/people.ts'
import { auditLine } from '../../kernel/audit/tables.ts'
import { hours, minutes } from '../../kernel/clock.ts'
import { hashOf, newId } from '../../kernel/ids.ts'
import { outboxMail } from '../../kernel/outbox/tables.ts'
import { type Answer, openTestHouse, type TestHouse } from '../../testing/house.ts'
import { proveAt, visitorFrom } from '../../testing/visitor.ts'
import { person } from '../people/tables.ts'
import { forgetOldTries, tellOfFailures } from './jobs.ts'
import { tryLimits } from './rules.ts'
import { signInTry } from './tables.ts'

// A hundred Argon2id hashes are minutes of a machine that has something else to do.
vi.setConfig({ testTimeout: 120_000 })

const security = 'security@alpenwerk.example'
let h: TestHouse
beforeAll(async () => {
  // The proxy of these tests is this machine: they say from where they come.
  h = await openTestHouse({ GATEHOUSE_TRUSTED_PROXIES: '127.0.0.0/8, ::1', GATEHOUSE_SECURITY_CONTACT: security })
})
afterAll(() => h.close())
// Each test begins when what the last one did is forgotten.
beforeEach(async () => {
  await h.house.db.delete(signInTry)
})

const tryIn = (email: string, password: string, from: string): Promise<Answer> =>
  visitorFrom(h.url, from).post('/api/sign-in', { email, password })
/** Signs in with both factors; the first refusal, if there is one. */
const as = async (who: Persona, from: string): Promise<Answer> => {
  const visitor = visitorFrom(h.url, from)
  const answer = await visitor.post('/api/sign-in', { email: demoPeople[who].email, password: demoPassword(who) })
  return answer.status === 200 ? proveAt(h.url, visitor, who) : answer
}
const wrongly = (who: Persona, from: string) => tryIn(demoPeople[who].email, 'not the password', from)
const times = <T>(n: number, deed: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: n }, (_, i) => deed(i)))

const home = '198.51.100.7'

describe('AU13 brute force', () => {
  test('of many tries at once no more than the limit are looked at', async () => {
    await times(30, () => wrongly('reader', '203.0.113.1'))
    const rows = await h.house.db.select().from(signInTry).where(eq(signInTry.outcome, 'failed'))
    expect(rows.length).toBeLessThanOrEqual(tryLimits.pair[0].failures)
    for (let i = 0; i < 5; i++) await wrongly('reader', '203.0.113.1')
    expect((await as('reader', '203.0.113.1')).status).toBe(401)
    h.clock.advance(minutes(5))
    expect((await as('reader', '203.0.113.1')).status).toBe(200)
  })

  test('from everywhere against one account is held back, and its owner comes in from where he was before', async () => {
    expect((await as('approver', home)).status).toBe(200)
    for (let round = 0; round < 5; round++)
      await times(20, (i) => wrongly('approver', `203.0.113.${round * 20 + i + 1}`))
    expect((await as('approver', '203.0.113.250')).status, 'a stranger who has it right at last').toBe(401)
    expect((await as('approver', home)).status, 'the owner at home').toBe(200)
    h.clock.advance(hours(1))
    expect((await as('approver', '203.0.113.250')).status).toBe(200)
  })

  test('from one source against many accounts is told to wait, and whoever was there before comes in', async () => {
    expect((await as('approver', home)).status).toBe(200)
    for (let i = 0; i < 5; i++) await times(10, (j) => tryIn(`nobody-${i}-${j}@helvetia.example`, 'x', home))
    const [known, wrong, unknown, neverHere] = [
      await as('approver', home),
      await wrongly('approver', home),
      await tryIn('who@helvetia.example', 'x', home),
      await as('colleague', home),
    ]
    expect([known, wrong, unknown, neverHere].map(({ status }) => status)).toEqual([200, 429, 429, 429])
    expect((await as('colleague', '198.51.100.8')).status).toBe(200)
  })

  test('guessing the present password on the page that changes it is held back as well', async () => {
    const visitor = await h.as('outsider')
    const guess = (present: string) => visitor.post('/api/me/password', { present, next: 'seven slow herons wade' })
    for (let i = 0; i < 5; i++) expect((await guess('not the password')).status).toBe(422)
    const right = await guess(demoPassword('outsider'))
    expect((right.body as { error: { code: string } }).error.code).toBe('password_wrong')
  })

  test('what bears on nothing any more is forgotten', async () => {
    await wrongly('reader', home)
    await as('reader', home)
    h.clock.advance(hours(25))
    await forgetOldTries.run(h.house)
    // The sign-in, and its second factor.
    const left = (await h.house.db.select().from(signInTry)).map(({ outcome }) => outcome)
    expect(new Set(left)).toEqual(new Set(['succeeded']))
  })
})

describe('AU14 unknown, wrong, locked, expired and disabled', () => {
  const place = '203.0.113.99'
  /** Makes an address have failed too often there, just now. */
  const lock = async (email: string) => {
    const row = { at: h.clock.now(), accountHash: hashOf(email), fromAddress: place, outcome: 'failed' as const }
    await h.house.db.insert(signInTry).values(Array.from({ length: 5 }, () => ({ id: newId(), ...row })))
  }
  const kinds = {
    unknown: () => tryIn('who@helvetia.example', 'not the password', place),
    wrong: () => wrongly('colleague', place),
    disabled: () => as('auditor', place),
    locked: () => as('otherApprover', place),
    expired: () => wrongly('outsider', place),
  }
  const names = Object.keys(kinds) as (keyof typeof kinds)[]
  const set = (who: Persona, values: Partial<typeof person.$inferInsert>) =>
    h.house.db.update(person).set(values).where(eq(person.email, demoPeople[who].email))

  beforeAll(async () => {
    await set('auditor', { disabledAt: h.clock.now() })
    await set('outsider', { passwordChangedAt: 0 })
  })
  afterAll(async () => {
    await set('auditor', { disabledAt: null })
    await set('outsider', { passwordChangedAt: h.clock.now() })
  })

  test('are answered alike, to the letter', async () => {
    await lock(demoPeople.otherApprover.email)
    const answers = await Promise.all(names.map((kind) => kinds[kind]()))
    const plain = answers.map(({ status, headers, body }) => ({
      status,
      headers: [...headers].filter(([name]) => name !== 'date'),
      body: JSON.stringify(body).replace(/"correlationId":"[^"]+"/, ''),
    }))
    for (const answer of plain) expect(answer).toEqual(plain[0])
    expect(plain[0]?.status).toBe(401)
  })
})

describe('AU17 ten failures', () => {
  test('are looked for often enough to be told within a minute', () => {
    expect(tellOfFailures.everySeconds).toBeLessThanOrEqual(60)
  })

  const mails = async () =>
    (await h.house.db.select().from(outboxMail)).filter(
      ({ subject }) => subject === 'Failed tries to sign in as Marc Aubry',
    )
  const events = async () =>
    (await h.house.db.select().from(auditLine).where(eq(auditLine.event, 'sign_in.attacked'))).filter(
      ({ fields }) => (fields as { email?: string }).email === demoPeople.colleague.email,
    ).length

  test('are told to the owner and to the security contact, once an hour', async () => {
    await h.house.db.delete(outboxMail)
    for (let i = 0; i < 9; i++) await wrongly('colleague', `203.0.113.${i}`)
    await tellOfFailures.run(h.house)
    expect(await mails()).toEqual([])
    await wrongly('colleague', '203.0.113.20')
    await Promise.all([tellOfFailures.run(h.house), tellOfFailures.run(h.house)])
    expect((await mails()).map(({ to }) => to).sort()).toEqual([demoPeople.colleague.email, security].sort())
    expect(await events()).toBe(1)
    h.clock.advance(minutes(30))
    await tellOfFailures.run(h.house)
    expect(await mails()).toHaveLength(2)
    h.clock.advance(minutes(31))
    await times(10, (i) => wrongly('colleague', `203.0.113.${i + 30}`))
    await tellOfFailures.run(h.house)
    expect([(await mails()).length, await events()]).toEqual([4, 2])
  })
})
