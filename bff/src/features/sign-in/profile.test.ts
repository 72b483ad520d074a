import type { Page } from '@gatehouse/shared/views/basics'
import type { MeView, SignInView } from '@gatehouse/shared/views/sign-in'
import { desc, eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoPassword, demoPeople } from '../../demo/people.ts'
import { auditLine } from '../../kernel/audit/tables.ts'
import { minutes } from '../../kernel/clock.ts'
import { newToken } from '../../kernel/ids.ts'
import { openTestHouse, type TestHouse, type Visitor, visitorOf } from '../../testing/house.ts'
import { signIn } from './tables.ts'

let h: TestHouse
beforeAll(async () => {
  h = await openTestHouse()
})
afterAll(() => h.close())

const list = async (visitor: Visitor) => (await visitor.get<Page<SignInView>>('/api/me/sign-ins')).body.rows
const asks = async (cookie: string) => (await h.nobody.send('GET', '/api/me', undefined, { cookie })).status

describe('AU18 the profile', () => {
  test('tells of the sign-in before this one and of the last failure: when, from where, how', async () => {
    const ines = { email: demoPeople.reader.email, password: demoPassword('reader') }
    const from = expect.stringMatching(/^(127\.0\.0\.1|::1)$/)
    const first = h.clock.now()
    expect((await (await h.as('reader')).get<MeView>('/api/me')).body).toMatchObject({
      lastSignIn: null,
      lastFailure: null,
    })
    h.clock.advance(minutes(10))
    await visitorOf(h.url).post('/api/sign-in', { ...ines, password: 'not the password' })
    h.clock.advance(minutes(10))
    const { lastSignIn, lastFailure, now } = (await (await h.as('reader')).get<MeView>('/api/me')).body
    expect(lastSignIn).toEqual({ at: expect.any(Number), from, method: 'password_passkey' })
    expect(lastFailure).toEqual({ at: expect.any(Number), from, method: 'password' })
    expect((lastSignIn?.at ?? 0) - first).toBeLessThan(minutes(5))
    expect((lastFailure?.at ?? 0) - first).toBeGreaterThanOrEqual(minutes(10))
    expect(now - (lastFailure?.at ?? 0)).toBeGreaterThanOrEqual(minutes(10))
  })
})

describe('AU19 sign-ins', () => {
  test('are listed without what would open them, and the asking one is marked', async () => {
    const [one, other] = [await h.as('technician'), await h.as('technician')]
    const rows = await list(one)
    expect(rows.filter(({ thisOne }) => thisOne)).toHaveLength(1)
    expect(rows.length).toBeGreaterThanOrEqual(2)
    const ids = (await h.house.db.select({ id: signIn.id }).from(signIn)).map(({ id }) => id)
    const text = JSON.stringify(rows)
    for (const secret of [...ids, one.cookie().split('=')[1] ?? '', other.cookie().split('=')[1] ?? ''])
      expect(text).not.toContain(secret)
    expect((await list(other)).find(({ thisOne }) => thisOne)?.id).not.toBe(rows.find(({ thisOne }) => thisOne)?.id)
  })

  test('end one by one: a kept cookie is answered 401 within a second', async () => {
    const [one, other] = [await h.as('auditor'), await h.as('auditor')]
    const theirs = (await list(other)).find(({ thisOne }) => thisOne)
    const began = performance.now()
    expect((await one.post(`/api/me/sign-ins/${theirs?.id}/end`)).status).toBe(200)
    expect(await asks(other.cookie())).toBe(401)
    expect(performance.now() - began).toBeLessThan(1_000)
    expect(await asks(one.cookie())).toBe(200)
    expect((await one.post(`/api/me/sign-ins/${theirs?.id}/end`)).status).toBe(404)
  })

  test('end all but the asking one', async () => {
    const [one, ...others] = [await h.as('colleague'), await h.as('colleague'), await h.as('colleague')]
    expect((await one.post('/api/me/sign-ins/end-others')).status).toBe(200)
    expect(await Promise.all(others.map((other) => asks(other.cookie())))).toEqual([401, 401])
    expect(await list(one)).toHaveLength(1)
  })

  test('of somebody else are not there', async () => {
    const [one, other] = [await h.as('technician'), await h.as('approver')]
    const theirs = (await list(other)).find(({ thisOne }) => thisOne)
    expect((await one.post(`/api/me/sign-ins/${theirs?.id}/end`)).status).toBe(404)
    expect(await asks(other.cookie())).toBe(200)
  })

  test('of their people are ended by administrators, everywhere at once, and the log says by whom', async () => {
    const [approver, ...readers] = [await h.as('approver'), await h.as('reader'), await h.as('reader')]
    const { customers, people } = h.seeded
    const path = `/api/customers/${customers['Helvetia Pharma']}/people/${people.reader}/sign-out`
    expect([403, 404]).toContain((await (await h.as('technician')).post(path)).status)
    expect((await approver.post(path)).status).toBe(200)
    expect(await Promise.all(readers.map((reader) => asks(reader.cookie())))).toEqual([401, 401])
    const [event] = await h.house.db
      .select()
      .from(auditLine)
      .where(eq(auditLine.event, 'person.signed_out'))
      .orderBy(desc(auditLine.id))
      .limit(1)
    expect(event).toMatchObject({ actorName: demoPeople.approver.name, fields: { name: demoPeople.reader.name } })
    // He was signed out, not shut out.
    expect((await (await h.as('reader')).get('/api/me')).status).toBe(200)
  })

  test('of the maker’s people by theirs', async () => {
    const [administrator, technician] = [await h.as('administrator'), await h.as('technician')]
    expect((await administrator.post(`/api/staff/${h.seeded.people.technician}/sign-out`)).status).toBe(200)
    expect(await asks(technician.cookie())).toBe(401)
    expect((await technician.post(`/api/staff/${h.seeded.people.administrator}/sign-out`)).status).toBe(401)
  })
})

describe('SE06 tokens', () => {
  test('are 256 random bits each', () => {
    const tokens = new Set(Array.from({ length: 10_000 }, newToken))
    expect(tokens.size).toBe(10_000)
    const bits = [...tokens].map((token) => Buffer.from(token, 'base64url'))
    expect(bits.every((bytes) => bytes.length === 32)).toBe(true)
    // Of a fair coin thrown 10,000 times 5,000 ± 250 is five sigma.
    for (const bit of [0, 7, 100, 255]) {
      const ones = bits.filter((bytes) => ((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1).length
      expect(Math.abs(ones - 5_000)).toBeLessThan(250)
    }
  })

  test('are not what the database keeps: whoever reads it signs nobody in', async () => {
    await h.as('technician')
    for (const { id } of await h.house.db.select({ id: signIn.id }).from(signIn))
      for (const value of [id, Buffer.from(id, 'hex').toString('base64url')])
        expect(await asks(`__Host-gatehouse=${value}`)).toBe(401)
  })
})
