import type { MeView } from '@gatehouse/shared/views/sign-in'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoPassword, demoPeople } from '../../demo/people.ts'
import { days, hours, minutes, seconds } from '../../kernel/clock.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { endOverdueSignIns } from './door.ts'

let h: TestHouse
beforeAll(async () => {
  h = await openTestHouse()
})
afterAll(() => h.close())

const anna = { email: demoPeople.technician.email, password: demoPassword('technician') }

describe('signing in', () => {
  test('SE07 gives a cookie that only this origin and no script can use', async () => {
    const answer = await h.nobody.post('/api/sign-in', anna)
    expect(answer.status).toBe(200)
    const cookie = answer.headers.getSetCookie()
    expect(cookie).toHaveLength(1)
    expect(cookie[0]).toMatch(/^__Host-gatehouse=[\w-]{43}; /)
    const attributes = (cookie[0] ?? '').split('; ').slice(1).sort()
    expect(attributes).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict', 'Secure'])
    expect(answer.body).toEqual({ step: 'factor' })
  })

  test('AU14 a wrong password and an unknown address are answered alike', async () => {
    const wrong = await h.nobody.post<{ error: object }>('/api/sign-in', { ...anna, password: 'not the password' })
    const unknown = await h.nobody.post<{ error: object }>('/api/sign-in', { ...anna, email: 'who@nowhere.example' })
    expect([wrong.status, unknown.status]).toEqual([401, 401])
    expect({ ...wrong.body.error, correlationId: '' }).toEqual({ ...unknown.body.error, correlationId: '' })
  })

  test('AU18 shows the last sign-in before this one, and the last failure', async () => {
    const before = (await (await h.as('reader')).get<MeView>('/api/me')).body
    expect(before.lastSignIn).toBeNull()
    h.clock.advance(minutes(3))
    await h.nobody.post('/api/sign-in', { email: demoPeople.reader.email, password: 'not the password' })
    const after = (await (await h.as('reader')).get<MeView>('/api/me')).body
    expect(after.lastSignIn?.at).toBeGreaterThan(0)
    expect(after.lastSignIn?.at).toBeLessThan(after.lastFailure?.at ?? 0)
  })

  test('AU13 five failures from one address close the door for that account there', async () => {
    const luis = { email: demoPeople.otherApprover.email, password: 'not the password' }
    for (let i = 0; i < 5; i++) expect((await h.nobody.post('/api/sign-in', luis)).status).toBe(401)
    const right = { ...luis, password: demoPassword('otherApprover') }
    expect((await h.nobody.post('/api/sign-in', right)).status).toBe(401)
    h.clock.advance(minutes(6))
    expect((await h.as('otherApprover')).cookie()).not.toBe('')
  })

  test('SE09 a second cookie of the same name makes both worth nothing', async () => {
    const visitor = await h.as('technician')
    const planted = `${visitor.cookie()}; __Host-gatehouse=${'A'.repeat(43)}`
    expect((await h.nobody.send('GET', '/api/me', undefined, { cookie: visitor.cookie() })).status).toBe(200)
    expect((await h.nobody.send('GET', '/api/me', undefined, { cookie: planted })).status).toBe(401)
  })

  test('HD05 what changes something needs our exact origin and our own header', async () => {
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: `${h.url}0` },
      { 'x-gatehouse': '' },
    ]
    for (const headers of foreign) {
      expect((await h.nobody.send('POST', '/api/sign-in', anna, headers)).status).toBe(403)
    }
  })
})

describe('staying signed in', () => {
  test.each([0, 61, 599, 601, 1_140])(
    'SE01 ends 20 minutes after the last gesture, made %i s after signing in',
    async (offset) => {
      const visitor = await h.as('technician')
      h.clock.advance(seconds(offset))
      if (offset > 0) expect((await visitor.post('/api/me/gesture', {})).status).toBe(200)
      h.clock.advance(minutes(20) - seconds(1))
      expect((await visitor.get('/api/me')).status).toBe(200)
      h.clock.advance(seconds(1))
      expect((await visitor.get('/api/me')).status).toBe(401)
    },
  )

  test('SE02 asking for pages is no gesture', async () => {
    const visitor = await h.as('technician')
    for (let i = 0; i < 5; i++) {
      h.clock.advance(minutes(4) - 1)
      await visitor.get('/api/me')
    }
    h.clock.advance(10)
    expect((await visitor.get('/api/me')).status).toBe(401)
  })

  test('SE04 ends after 12 hours whatever is done', async () => {
    const visitor = await h.as('technician')
    const end = h.clock.now() + hours(12)
    while (h.clock.now() < end - minutes(15)) {
      h.clock.advance(minutes(15))
      await visitor.post('/api/me/gesture', {})
    }
    expect((await visitor.get('/api/me')).status).toBe(200)
    h.clock.moveTo(end)
    expect((await visitor.get('/api/me')).status).toBe(401)
  })

  test('SE08 a cookie kept from before signing out opens nothing', async () => {
    const visitor = await h.as('technician')
    const kept = visitor.cookie()
    const answer = await visitor.post('/api/sign-out')
    expect(answer.headers.get('clear-site-data')).toContain('cookies')
    expect((await h.nobody.send('GET', '/api/me', undefined, { cookie: kept })).status).toBe(401)
  })

  test('SE01 the sweep forgets sign-ins that are over', async () => {
    await h.as('technician')
    h.clock.advance(minutes(21))
    await endOverdueSignIns.run(h.house)
    const [row] = await h.house.db.execute<{ n: number }>('select count(*)::int as n from sign_in')
    expect(row?.n).toBe(0)
  })
})

describe('AU08 a password 90 days old', () => {
  test('opens nothing but its change', async () => {
    const marc = { email: demoPeople.colleague.email, password: demoPassword('colleague') }
    h.clock.advance(days(90))
    const visitor = await h.as('colleague')
    expect((await visitor.get<MeView>('/api/me')).body.passwordDue).toBe(true)
    const shut = await visitor.get<{ error: { code: string } }>('/api/live')
    expect([shut.status, shut.body.error.code]).toEqual([403, 'password_due'])
    const unfit = await visitor.post<{ error: { fields: object } }>('/api/me/password', {
      present: marc.password,
      next: 'short',
    })
    expect([unfit.status, Object.keys(unfit.body.error.fields)]).toEqual([422, ['next']])
    expect((await visitor.post('/api/me/password', { present: 'wrong', next: 'brass weights on linen' })).status).toBe(
      422,
    )
    const kept = visitor.cookie()
    const changed = await visitor.post<MeView>('/api/me/password', {
      present: marc.password,
      next: 'brass weights on linen',
    })
    expect(changed.status).toBe(200)
    expect((await visitor.get<MeView>('/api/me')).body.passwordDue).toBe(false)
    expect(visitor.cookie()).not.toBe(kept)
    expect((await h.nobody.send('GET', '/api/me', undefined, { cookie: kept })).status).toBe(401)
  })
})
