import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MeView } from '@gatehouse/shared/views/sign-in'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoPassword, demoPeople, type Persona } from '../../demo/people.ts'
import { days, minutes } from '../../kernel/clock.ts'
import { deriveFrom } from '../../kernel/keys.ts'
import { outboxMail } from '../../kernel/outbox/tables.ts'
import { temporaryFolder, testSecret } from '../../testing/cluster.ts'
import { eventsOf } from '../../testing/events.ts'
import { openTestHouse, signedInAt, type TestHouse, type Visitor, visitorOf } from '../../testing/house.ts'
import { person } from '../people/tables.ts'
import { remindOfPasswords } from './jobs.ts'
import { hashPassword } from './passwords.ts'
import { formerPasswords, retirePassword } from './store.ts'
import { passwordHistory, passwordReminder } from './tables.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let h: TestHouse
beforeAll(async () => {
  folder = await temporaryFolder('list')
  const list = join(folder.path, 'stolen.txt')
  await writeFile(list, 'seven stolen herons wade\n')
  h = await openTestHouse({ GATEHOUSE_PASSWORD_LIST: list })
})
afterAll(async () => {
  await h.close()
  await folder.remove()
})

type Refusal = { error: { code: string; fields?: { next?: string } } }
const rowOf = async (who: Persona) => {
  const [row] = await h.house.db.select().from(person).where(eq(person.email, demoPeople[who].email))
  if (!row) throw new Error(`no ${who}`)
  return row
}
const set = async (who: Persona, values: Partial<typeof person.$inferInsert>) => {
  await h.house.db.update(person).set(values).where(eq(person.email, demoPeople[who].email))
}
const give = async (who: Persona, password: string) =>
  set(who, { passwordHash: await hashPassword(h.house.keys, password) })
/** What the door answers to a password. */
const enter = async (who: Persona, password: string): Promise<number> =>
  (await visitorOf(h.url).post('/api/sign-in', { email: demoPeople[who].email, password })).status
const visitorWith = (who: Persona, password: string): Promise<Visitor> => signedInAt(h.url, who, password)

describe('AU06 what is typed is what is kept', () => {
  const long = `${'four herons wade here '.repeat(4)}and then left`.slice(0, 99)
  test('100 characters that differ in the last one are two passwords', async () => {
    await give('auditor', `${long}a`)
    expect(await enter('auditor', `${long}b`)).toBe(401)
    expect(await enter('auditor', long)).toBe(401)
    expect(await enter('auditor', `${long}a`)).not.toBe(401)
  })

  test('spaces at the ends count', async () => {
    await give('auditor', '  seven slow herons ')
    expect(await enter('auditor', 'seven slow herons')).toBe(401)
    expect(await enter('auditor', '  seven slow herons ')).not.toBe(401)
  })
})

describe('AU07 lists', () => {
  let visitor: Visitor
  beforeAll(async () => {
    h.clock.advance(days(2))
    visitor = await h.as('technician')
  })
  test.each([
    'Password1234',
    'passwordpassword',
    '123qweasdzxc',
    'q1w2e3r4t5y6',
    '!!motherfucker!!',
    'seven stolen herons wade',
    'Anna Keller 2026',
    'alpenwerk2026!',
    'gatehouse 12345',
  ])('refuse %s', async (next) => {
    const answer = await visitor.post<Refusal>('/api/me/password', { present: demoPassword('technician'), next })
    expect([answer.status, answer.body.error.code, typeof answer.body.error.fields?.next]).toEqual([
      422,
      'password_unfit',
      'string',
    ])
  })

  test('are looked at again at every sign-in: whose password is on one now has to choose another', async () => {
    await give('reader', 'seven stolen herons wade')
    const reader = await visitorWith('reader', 'seven stolen herons wade')
    expect((await reader.get<MeView>('/api/me')).body.passwordDue).toBe(true)
    expect((await reader.get('/api/live')).status).toBe(403)
    // Ordered, so at once.
    const changed = await reader.post('/api/me/password', {
      present: 'seven stolen herons wade',
      next: 'eleven grey cranes wade',
    })
    expect(changed.status).toBe(200)
    expect((await reader.get<MeView>('/api/me')).body.passwordDue).toBe(false)
  })
})

describe('AU07 what is refused today', () => {
  test.each(['Helvetia Pharma 26', 'Ines Frei ines!', 'too short'])(
    'has to be changed at once: %s',
    async (password) => {
      await give('reader', password)
      await set('reader', { passwordChangedAt: h.clock.now(), passwordDue: false })
      let reader: Visitor | undefined
      const events = await eventsOf(h.house, async () => {
        reader = await visitorWith('reader', password)
      })
      expect((await reader?.get<MeView>('/api/me'))?.body.passwordDue).toBe(true)
      const ordered = events.filter(({ event }) => event === 'password.change_ordered')
      expect(ordered).toMatchObject([{ actorId: h.seeded.people.reader, fields: { because: expect.any(String) } }])
      // Whoever signs in once more with it is not told anew.
      const again = await eventsOf(h.house, () => visitorWith('reader', password))
      expect(again.map(({ event }) => event)).not.toContain('password.change_ordered')
    },
  )
})

describe('AU09 turns', () => {
  test('what a link in a mail has put aside in ten days is remembered beyond the tenth', async () => {
    const { id } = await rowOf('auditor')
    const now = h.clock.now()
    for (let n = 0; n < 14; n++) await retirePassword(h.house.db, id, `hash ${n}`, now + n)
    expect((await formerPasswords(h.house.db, id, now + 14)).filter((hash) => /^hash/.test(hash))).toHaveLength(14)
    const later = now + days(11)
    expect((await formerPasswords(h.house.db, id, later)).filter((hash) => /^hash/.test(hash))).toHaveLength(10)
    await retirePassword(h.house.db, id, 'hash 14', later)
    expect(await formerPasswords(h.house.db, id, now + 14)).not.toContain('hash 3')
    await h.house.db.delete(passwordHistory).where(eq(passwordHistory.personId, id))
  })

  const password = (n: number) =>
    ['amber', 'birch', 'cedar', 'dunes', 'ember', 'fjord', 'grove', 'heath', 'inlet', 'jetty', 'knoll', 'larch'][n] +
    ' stands beside the river'.split('').reverse().join('').slice(n)

  test('not within a day, no variant, none of the last ten; then the first may come back', async () => {
    const who = 'colleague'
    await give(who, password(0))
    await set(who, { passwordChangedAt: h.clock.now() })
    let present = password(0)
    const change = async (next: string) => {
      const visitor = await visitorWith(who, present)
      const { status, body } = await visitor.post<Refusal>('/api/me/password', { present, next })
      if (status === 200) present = next
      return body.error?.fields?.next ?? status
    }
    expect(await change(password(1))).toContain('one day')
    h.clock.advance(days(1))
    expect(await change(`${password(0).toUpperCase()}`)).toContain('present password')
    expect(await change(`${password(0)}7`)).toContain('present password')
    for (let n = 1; n <= 10; n++) {
      expect(await change(password(n)), password(n)).toBe(200)
      h.clock.advance(days(1))
    }
    expect(await change(password(1))).toContain('before')
    expect(await change(password(11))).toBe(200)
    h.clock.advance(days(1))
    // Eleven changes ago: beyond the ten that are remembered.
    expect(await change(password(0))).toBe(200)
    const kept = await h.house.db
      .select()
      .from(passwordHistory)
      .where(eq(passwordHistory.personId, (await rowOf(who)).id))
    expect(kept).toHaveLength(10)
    for (const { passwordHash } of kept) expect(passwordHash).toMatch(/^\$argon2id\$/)
  }, 120_000)

  test('of two changes at once one is made', async () => {
    h.clock.advance(days(2))
    const visitor = await h.as('outsider')
    const present = demoPassword('outsider')
    const answers = await Promise.all(
      ['seven slow herons wade', 'eleven grey cranes wade'].map((next) =>
        visitor.post('/api/me/password', { present, next }),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })
})

describe('AU11 hashes', () => {
  test('are Argon2id of 19 MiB and two turns, salted, and worth nothing without the pepper', async () => {
    const [one, two] = [await hashPassword(h.house.keys, 'the same'), await hashPassword(h.house.keys, 'the same')]
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(one).not.toBe(two)
    const { verify } = await import('@node-rs/argon2')
    expect(await verify(one, 'the same').catch(() => false)).toBe(false)
    expect(await verify(one, 'the same', { secret: deriveFrom(testSecret, 'password pepper') })).toBe(true)
  })

  test.each(['2a', '2b', '2y'] as const)(
    'imported as bcrypt %s are taken once, and hashed anew by it',
    async (version) => {
      const password = `moved over with ${version}`
      await set('administrator', { passwordHash: await bcrypt(password, { cost: 6, version }) })
      expect(await enter('administrator', 'not the password')).toBe(401)
      expect((await rowOf('administrator')).passwordHash).toMatch(/^\$2/)
      expect(await enter('administrator', password)).not.toBe(401)
      expect((await rowOf('administrator')).passwordHash).toMatch(/^\$argon2id\$/)
      expect(await enter('administrator', password)).not.toBe(401)
      h.clock.advance(minutes(6))
    },
  )
})

describe('AU08 reminders by mail', () => {
  test('come 14, 7 and 1 day before the end, once each, whatever is late or runs twice', async () => {
    await set('approver', { passwordChangedAt: h.clock.now(), passwordDue: false })
    const changedAt = (await rowOf('approver')).passwordChangedAt
    const remindAt = async (daysLeft: number) => {
      h.clock.moveTo(changedAt + days(90) - days(daysLeft))
      await Promise.all([remindOfPasswords.run(h.house), remindOfPasswords.run(h.house)])
      const mails = await h.house.db.select().from(outboxMail).where(eq(outboxMail.to, demoPeople.approver.email))
      return mails.map(({ subject }) => subject).filter((subject) => subject.startsWith('Your password ends'))
    }
    expect(await remindAt(14.1)).toEqual([])
    expect(await remindAt(14)).toEqual(['Your password ends in 14 days'])
    expect(await remindAt(8)).toHaveLength(1)
    expect((await remindAt(7)).at(-1)).toBe('Your password ends in 7 days')
    expect((await remindAt(1)).at(-1)).toBe('Your password ends in one day')
    expect(await remindAt(0.5)).toHaveLength(3)
    expect(await remindAt(-1)).toHaveLength(3)
    const sent = await h.house.db.select().from(passwordReminder)
    expect(sent.filter(({ passwordChangedAt }) => passwordChangedAt === changedAt).length).toBeGreaterThanOrEqual(3)
  })

  test('a change is told to its owner', async () => {
    const mails = await h.house.db.select().from(outboxMail).where(eq(outboxMail.to, demoPeople.reader.email))
    expect(mails.map(({ subject }) => subject)).toContain('Your password was changed')
  })
})
