import { allNews, type NewsChoice, type NewsKind, newsKindNames } from '@gatehouse/shared/profile/news'
import type { SettingsView } from '@gatehouse/shared/views/profile'
import type { RequestView } from '@gatehouse/shared/views/requests'
import type { MeView } from '@gatehouse/shared/views/sign-in'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { demoPassword, demoPeople, type Persona } from '../../demo/people.ts'
import type { Signal } from '../../kernel/bus.ts'
import { days, hours } from '../../kernel/clock.ts'
import { outboxMail } from '../../kernel/outbox/tables.ts'
import type { DeviceClient } from '../../testing/device-client.ts'
import { enrolled, manyDevices } from '../../testing/devices.ts'
import { eventsOf } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse, type Visitor, visitorOf } from '../../testing/house.ts'
import { mailsTo } from '../../testing/mailed.ts'
import { answer, ask } from '../../testing/sessions.ts'
import { person } from '../people/tables.ts'
import { expireRequests } from '../requests/expire.ts'
import { remindOfPasswords, tellOfFailures } from '../sign-in/jobs.ts'
import { personSettings } from './tables.ts'

let h: TestHouse
let anna: Visitor
let clara: Visitor
let marc: Visitor
let balance: DeviceClient

beforeAll(async () => {
  h = await openTestHouse()
  balance = await enrolled(h, 'Balance 7')
  ;[anna, clara, marc] = await Promise.all([h.as('technician'), h.as('approver'), h.as('colleague')])
})
afterAll(() => h.close())
beforeEach(async () => {
  await h.house.db.delete(personSettings)
  await h.house.db.delete(outboxMail)
})

const put = (who: Visitor, wanted: unknown) => who.send<SettingsView>('PUT', '/api/me/settings', wanted)
const settings = async (who: Visitor) => (await who.get<SettingsView>('/api/me/settings')).body
const without = (...kinds: NewsKind[]): NewsChoice => ({
  ...allNews,
  ...Object.fromEntries(kinds.map((kind) => [kind, { mail: false, note: true }])),
})
const nothing = Object.fromEntries(newsKindNames.map((kind) => [kind, { mail: false, note: false }]))
const subjects = async (who: Persona) => (await mailsTo(h.house, demoPeople[who].email)).map(({ subject }) => subject)
const asked = async (deviceId = balance.deviceId): Promise<RequestView> => (await ask(h, anna, deviceId)).body

describe('what a person chooses for himself', () => {
  test('is everything, and no zone, until he chooses', async () => {
    expect(await settings(anna)).toEqual({ zone: null, news: allNews, alone: null })
    expect((await anna.get<MeView>('/api/me')).body).toMatchObject({ zone: null, news: allNews })
  })

  test('is kept part by part, is in his own name alone, and reaches his open pages', async () => {
    const heard: Signal[] = []
    const stop = h.house.bus.subscribe((signal) => heard.push(signal))
    expect((await put(anna, { zone: 'Asia/Kolkata' })).body.zone).toBe('Asia/Kolkata')
    expect((await put(anna, { news: without('answered') })).body).toMatchObject({
      zone: 'Asia/Kolkata',
      news: without('answered'),
    })
    stop()
    const hint = { kind: 'hint', hint: { about: 'people' }, personId: h.seeded.people.technician }
    expect(heard).toEqual([hint, hint])
    expect((await anna.get<MeView>('/api/me')).body).toMatchObject({
      zone: 'Asia/Kolkata',
      news: { answered: { mail: false, note: true } },
    })
    expect((await settings(clara)).zone).toBeNull()
    expect((await put(anna, { zone: null })).body.zone).toBeNull()
  })

  test('is one event with what was and what is', async () => {
    const events = await eventsOf(h.house, async () => {
      await put(clara, { zone: 'Europe/Zurich' })
      await put(clara, { zone: 'Europe/London', news: without('asked') })
    })
    expect(events.map(({ actorName, says }) => `${actorName}: ${says}`)).toEqual([
      'Clara Meier: Changed the own settings: time zone: “none” → “Europe/Zurich”',
      'Clara Meier: Changed the own settings: time zone: “Europe/Zurich” → “Europe/London”; news of requests to answer: “mail and note” → “note”',
    ])
    expect(events.map(({ customerName }) => customerName)).toEqual(['Helvetia Pharma', 'Helvetia Pharma'])
  })

  test.each([
    ['a zone that is none', { zone: 'Europe/Basle' }, { zone: 'Choose a time zone such as Europe/Zurich' }],
    ['an offset', { zone: '+02:00' }, { zone: 'Choose a time zone such as Europe/Zurich' }],
    ['an empty zone', { zone: '' }, { zone: 'Choose a time zone such as Europe/Zurich' }],
    ['a choice for some kinds only', { news: { asked: { mail: true, note: true } } }, expect.anything()],
    ['a kind that is none', { news: { ...allNews, password: { mail: false, note: false } } }, expect.anything()],
    ['another field', { zone: 'UTC', personId: 'somebody' }, expect.anything()],
    ['nothing', {}, expect.anything()],
  ])('is refused in words: %s', async (_, wanted, fields) => {
    const refused = await put(anna, wanted)
    expect([refused.status, refused.body]).toMatchObject([422, { error: { code: 'invalid_input', fields } }])
    expect((await settings(anna)).zone).toBeNull()
  })

  test('is not undone by another tab that changes another part at the same moment', async () => {
    await put(anna, { zone: 'UTC' })
    const whose = eq(personSettings.personId, h.seeded.people.technician)
    let other: Promise<unknown> | undefined
    await h.house.db.transaction(async (tx) => {
      await tx.select().from(personSettings).where(whose).for('update')
      other = put(anna, { news: without('ran_out') })
      const waiting = sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      await vi.waitFor(async () => expect(await h.house.db.execute(waiting)).toHaveLength(1))
      await tx.update(personSettings).set({ zone: 'Europe/Zurich' }).where(whose)
    })
    await other
    expect(await settings(anna)).toMatchObject({ zone: 'Europe/Zurich', news: without('ran_out') })
  })
})

describe('mails that may be switched off', () => {
  test('requests go to those approvers who want them', async () => {
    await put(marc, { news: without('asked') })
    await asked()
    expect([await subjects('approver'), await subjects('colleague')]).toEqual([
      ['Anna Keller asks for access to Balance 7'],
      [],
    ])
  })

  test('a request reaches everybody where all have switched it off: never nobody', async () => {
    await put(marc, { news: nothing })
    await put(clara, { news: nothing })
    await asked()
    expect([await subjects('approver'), await subjects('colleague')]).toEqual([
      ['Anna Keller asks for access to Balance 7'],
      ['Anna Keller asks for access to Balance 7'],
    ])
  })

  const stories: [NewsKind, string, () => Promise<unknown>][] = [
    ['answered', 'Approved: Balance 7', async () => answer(clara, await asked())],
    ['answered', 'Denied: Balance 7', async () => answer(clara, await asked(), { answer: 'deny', comment: 'no' })],
    [
      'taken_back',
      'Approval taken back: Balance 7',
      async () => {
        const { body } = await answer(clara, await asked())
        expect((await clara.post(`/api/requests/${body.id}/revoke`, { comment: 'changed my mind' })).status).toBe(200)
      },
    ],
    [
      'ran_out',
      'Nobody answered in time: Balance 7',
      async () => {
        await asked()
        h.clock.advance(hours(25))
        await expireRequests.run(h.house)
      },
    ],
    [
      'ran_out',
      'Approval ran out unused: Balance 7',
      async () => {
        await answer(clara, await asked())
        h.clock.advance(hours(25))
        await expireRequests.run(h.house)
      },
    ],
  ]
  test.each(stories)(
    'the technician is told (%s) “%s”, unless he does not want to be',
    async (kind, subject, story) => {
      const again = async () => {
        ;[anna, clara, marc] = await Promise.all([h.as('technician'), h.as('approver'), h.as('colleague')])
      }
      await story()
      expect(await subjects('technician')).toContain(subject)
      await again()
      await h.house.db.delete(outboxMail)
      await put(anna, { news: without(kind) })
      await story()
      expect(await subjects('technician')).not.toContain(subject)
      await again()
      // The others are not silenced with it.
      await h.house.db.delete(outboxMail)
      await put(anna, { news: without(...newsKindNames.filter((one) => one !== kind)) })
      await story()
      expect(await subjects('technician')).toEqual([subject])
      await again()
    },
  )

  test('what was taken back says by whom and why, on his own clock too', async () => {
    await put(anna, { zone: 'Asia/Kolkata' })
    const { body } = await answer(clara, await asked())
    await clara.post(`/api/requests/${body.id}/revoke`, { comment: 'changed my mind' })
    const [mail] = await mailsTo(h.house, demoPeople.technician.email)
    expect(mail?.text).toContain('Clara Meier, Helvetia Pharma, has taken the approval back.')
    expect(mail?.text).toContain('Comment: changed my mind')
    expect(mail?.text).toMatch(/When: from .* \(Europe\/Zurich; for you .*, Asia\/Kolkata\), for 60 minutes/)
    expect(mail?.text).toContain(`${h.url}/requests/${body.id}`)
  })
})

describe('AU20 AU17 AU08 mails about the account itself', () => {
  test('go out whatever was chosen, with the times on the reader’s clock and in UTC', async () => {
    const ines = demoPeople.reader
    const reader = await h.as('reader')
    await put(reader, { zone: 'Europe/Zurich', news: nothing })
    const password = { present: demoPassword('reader'), next: 'seven slow herons wade home' }
    // Two weeks before its end.
    await h.house.db
      .update(person)
      .set({ passwordChangedAt: h.clock.now() - days(76) - 1 })
      .where(eq(person.email, ines.email))
    await remindOfPasswords.run(h.house)
    expect((await reader.post('/api/me/password', password)).status).toBe(200)
    await reader.post('/api/me/address', { email: 'ines.frei@helvetia.example', password: password.next })
    expect((await reader.post('/api/me/factors/recovery-codes')).status).toBe(200)
    for (let n = 0; n < 10; n++)
      await visitorOf(h.url).post('/api/sign-in', { email: ines.email, password: 'not the password' })
    await tellOfFailures.run(h.house)
    await h.nobody.post('/api/forgotten', { email: ines.email })
    const mails = await mailsTo(h.house, ines.email)
    expect(mails.map(({ subject }) => subject).sort()).toEqual([
      'A way to sign in was added',
      'Choose another password',
      'Failed tries to sign in as Ines Frei',
      'Your address is to be changed',
      'Your password ends in 14 days',
      'Your password was changed',
    ])
    for (const { text } of mails) expect(text).toMatch(/\d\d:\d\d \(Europe\/Zurich; (.* at )?\d\d:\d\d UTC\)/)
  })
})

describe('who is the only one to be told', () => {
  test('is nobody as long as a colleague is mailed; devices are named where none is', async () => {
    expect((await settings(clara)).alone).toEqual({ count: 0, named: [] })
    await put(marc, { news: without('asked') })
    const { alone } = await settings(clara)
    expect(alone?.count).toBeGreaterThan(0)
    expect(alone?.named.map(({ name }) => name)).toContain('Balance 7')
    expect(alone?.named.length).toBeLessThanOrEqual(5)
  })

  test('counts only devices for which no other may answer', async () => {
    const [mine] = await manyDevices(h, 1)
    const id = mine?.deviceId ?? ''
    const all = (await settings(clara)).alone
    expect(all?.count).toBe(0)
    await regrant(h, 'colleague', [
      { activities: ['device.view', 'session.approve'], scope: { kind: 'devices', ids: [balance.deviceId] } },
      // Seeing is not answering.
      { activities: ['device.view'], scope: { kind: 'all' } },
    ])
    const { alone } = await settings(clara)
    expect(alone?.named.map((one) => one.id)).not.toContain(balance.deviceId)
    await put(clara, { news: without('asked') })
    await asked(balance.deviceId)
    expect([await subjects('approver'), (await subjects('colleague')).length]).toEqual([[], 1])
    await h.house.db.delete(outboxMail)
    await asked(id)
    expect([(await subjects('approver')).length, await subjects('colleague')]).toEqual([1, []])
    expect((await settings(marc)).alone?.named.map((one) => one.id)).toEqual([balance.deviceId])
  })

  test('is no question for whoever answers nothing', async () => {
    expect((await settings(anna)).alone).toBeNull()
    expect((await settings(await h.as('auditor'))).alone).toBeNull()
  })
})
