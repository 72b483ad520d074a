import type { Page } from '@gatehouse/shared/views/basics'
import type { GroupView } from '@gatehouse/shared/views/groups'
import type { PersonView } from '@gatehouse/shared/views/people'
import type { MeView } from '@gatehouse/shared/views/sign-in'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { demoPassword, demoPeople } from '../../demo/people.ts'
import { days, hours, minutes } from '../../kernel/clock.ts'
import { hashOf } from '../../kernel/ids.ts'
import { sendMails } from '../../kernel/outbox/send.ts'
import { outboxMail } from '../../kernel/outbox/tables.ts'
import { eventsOf } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { type Answer, openTestHouse, type TestHouse, type Visitor, visitorOf } from '../../testing/house.ts'
import { type MailServer, startMailServer } from '../../testing/mail-server.ts'
import { mailsTo, tokenIn } from '../../testing/mailed.ts'
import { mannWhitney } from '../../testing/mann-whitney.ts'
import { signalsOf } from '../../testing/signals.ts'
import { setUpFactor } from '../../testing/visitor.ts'
import { forgottenTry, person, personToken } from '../people/tables.ts'

vi.setConfig({ testTimeout: 30_000 })

let mails: MailServer
let h: TestHouse
/** Clara, who edits Helvetia's people. */
let clara: Visitor
let theirs: string
beforeAll(async () => {
  mails = await startMailServer()
  h = await openTestHouse({ SMTP_URL: mails.url })
  theirs = `/api/customers/${h.seeded.customers['Helvetia Pharma']}/people`
})
beforeEach(async () => {
  await h.house.db.delete(forgottenTry)
  clara = await h.as('approver')
})
afterAll(async () => {
  await h.close()
  await mails.close()
})

const readers = () => h.seeded.groups['Helvetia readers'] ?? ''
const approvers = () => h.seeded.groups['Helvetia approvers'] ?? ''
const own = 'four herons wade at dawn'
const codeOf = (answer: Answer) => [answer.status, (answer.body as { error?: { code?: string } }).error?.code]
const accept = (token: string, password = own) => h.nobody.post('/api/invitations/accept', { token, password })
const reset = (token: string, password = own) => h.nobody.post('/api/reset', { token, password })
const signIn = (email: string, password = own) => visitorOf(h.url).post('/api/sign-in', { email, password })
const row = async (id: string) => (await h.house.db.select().from(person).where(eq(person.id, id)))[0]

/** What `work` leaves in the log, without the sweep of sign-ins that are over: the clock is moved here. */
const eventsIn = async (work: () => Promise<unknown>) =>
  (await eventsOf(h.house, work)).filter(({ event }) => event !== 'sign_in.ended')

let count = 0
const invited = async (groups = [readers()]) => {
  const email = `urs.${++count}@helvetia.example`
  const answer = await clara.post<{ id: string }>(theirs, { name: `Urs ${count}`, email, groups })
  expect(answer.status).toBe(201)
  const token = tokenIn((await mailsTo(h.house, email))[0]?.text, 'invitation')
  return { id: answer.body.id, email, token }
}
const joined = async () => {
  const one = await invited()
  expect((await accept(one.token)).status).toBe(200)
  return one
}

describe('an invitation', () => {
  test('AU03 goes through a real mail server, and its link signs nobody in', async () => {
    const email = 'beat@helvetia.example'
    const events = await eventsIn(() => clara.post(theirs, { name: 'Beat Roth', email, groups: [readers()] }))
    expect(events.map(({ says }) => says)).toEqual(['Invited Beat Roth into Helvetia readers'])
    // The house's own timer may be the one that sends it.
    const mine = () => mails.received.find((one) => one.includes(`To: ${email}`))
    await expect.poll(() => sendMails.run(h.house).then(mine)).toBeDefined()
    const raw = (mine() ?? '').replace(/=\r\n/g, '').replace(/=3D/g, '=')
    expect(raw).toContain('text/html')
    const token = tokenIn(raw, 'invitation')
    expect(token).toMatch(/^[\w-]{43}$/)

    expect((await signIn(email)).status, 'before it is accepted').toBe(401)
    const stranger = visitorOf(h.url)
    expect(codeOf(await stranger.post('/api/invitations/accept', { token, password: 'short' }))).toEqual([
      422,
      'password_unfit',
    ])
    const answer = await stranger.post('/api/invitations/accept', { token, password: own })
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []])
    expect((await stranger.get('/api/me')).status).toBe(401)
    const beat = visitorOf(h.url)
    expect((await beat.post('/api/sign-in', { email, password: own })).body).toEqual({ step: 'set_up' })
    expect((await beat.get('/api/me')).status).toBe(403)
    await setUpFactor(beat, h.clock.now())
    const me = await beat.get<MeView>('/api/me')
    expect(me.body).toMatchObject({ name: 'Beat Roth', customer: { name: 'Helvetia Pharma' }, passwordDue: false })
    expect(me.body.activities).toContain('device.view')
    expect(me.body.activities).not.toContain('session.approve')
  })

  test('AU12 SE06 of a link only its hash is kept, in the outbox as well', async () => {
    const { token, id } = await invited()
    const [kept] = await h.house.db.select().from(personToken).where(eq(personToken.personId, id))
    expect(kept?.tokenHash).toBe(hashOf(token))
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    const text = JSON.stringify([
      await h.house.db.select().from(outboxMail),
      await h.house.db.select().from(personToken),
      await h.house.db.execute('select * from audit_line'),
    ])
    expect(text).not.toContain(token)
    expect(text).not.toContain(Buffer.from(token).toString('base64'))
  })

  test('AU03 works once, also for two at the same time', async () => {
    const { token, email } = await invited()
    const answers = await Promise.all([accept(token, own), accept(token, 'nine slow barges go by')])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403])
    const winner = answers[0]?.status === 200 ? own : 'nine slow barges go by'
    const loser = answers[0]?.status === 200 ? 'nine slow barges go by' : own
    expect([(await signIn(email, winner)).status, (await signIn(email, loser)).status]).toEqual([200, 401])
  })

  test('AL02 wrong, used, expired and taken back are answered alike, and audited', async () => {
    const used = await joined()
    const taken = await invited()
    expect((await clara.send('DELETE', `${theirs}/${taken.id}/invitation`)).status).toBe(200)
    const disabled = await invited()
    await h.house.db.update(person).set({ disabledAt: 1 }).where(eq(person.id, disabled.id))
    const late = await invited()
    h.clock.advance(days(7))
    const events = await eventsIn(async () => {
      const answers = [
        await accept('A'.repeat(43)),
        await accept(used.token),
        await accept(taken.token),
        await accept(disabled.token),
        await accept(late.token),
      ]
      const bodies = answers.map(({ status, body }) => {
        const { correlationId: _, ...error } = (body as { error: Record<string, unknown> }).error
        return { status, error }
      })
      expect(bodies[0]).toMatchObject({ status: 403, error: { code: 'link_unusable' } })
      for (const one of bodies) expect(one).toEqual(bodies[0])
    })
    expect(events.map(({ event, outcome }) => [event, outcome])).toEqual(Array(5).fill(['link.refused', 'refused']))
  })

  test('another one voids the one before', async () => {
    const { id, email, token } = await invited()
    expect((await clara.post(`${theirs}/${id}/invitation`)).status).toBe(200)
    expect(codeOf(await accept(token))).toEqual([403, 'link_unusable'])
    expect((await accept(tokenIn((await mailsTo(h.house, email))[0]?.text, 'invitation'))).status).toBe(200)
    expect(codeOf(await clara.post(`${theirs}/${id}/invitation`)), 'accepted').toEqual([409, 'wrong_state'])
  })

  test('AU01 AL06 the same address again is another person; the log keeps the first', async () => {
    const first = await joined()
    expect((await clara.send('DELETE', `${theirs}/${first.id}`)).status).toBe(200)
    const again = await clara.post<{ id: string }>(theirs, { name: 'Somebody new', email: first.email, groups: [] })
    expect(again.status).toBe(201)
    expect(again.body.id).not.toBe(first.id)
    expect((await row(first.id))?.name).toMatch(/^Urs/)
    expect((await signIn(first.email)).status, 'his password opens nothing of the new one').toBe(401)
    const twice = await clara.post<{ error: { fields: object } }>(theirs, {
      name: 'X',
      email: first.email.toUpperCase(),
      groups: [],
    })
    expect([twice.status, Object.keys(twice.body.error.fields)]).toEqual([409, ['email']])
  })

  test('AZ05 AZ06 AZ08 reaches no group of others, nothing beyond one holds, and no other column', async () => {
    const ask = (groups: string[], more = {}) =>
      clara.post(theirs, { name: 'Urs', email: `none.${++count}@helvetia.example`, groups, ...more })
    const [foreign, unknown] = [
      await ask([h.seeded.groups['Great Lakes approvers'] ?? '']),
      await ask(['01890000-0000-7000-8000-000000000000']),
    ]
    expect(codeOf(foreign)).toEqual([422, 'invalid_input'])
    expect({ ...(foreign.body as { error: object }).error, correlationId: 0 }).toEqual({
      ...(unknown.body as { error: object }).error,
      correlationId: 0,
    })
    for (const more of [
      { password: own },
      { passwordHash: 'x' },
      { customerId: null },
      { id: 'x' },
      { state: 'active' },
    ])
      expect((await ask([], more)).status).toBe(422)
    await regrant(h, 'colleague', [
      { activities: ['customer.view', 'person.view', 'person.edit'], scope: { kind: 'all' } },
    ])
    const marc = await h.as('colleague')
    const events = await eventsIn(async () => {
      const answer = await marc.post(theirs, { name: 'Urs', email: 'x@helvetia.example', groups: [approvers()] })
      expect(codeOf(answer)).toEqual([403, 'beyond_own'])
    })
    expect(events.map(({ says }) => says)).toEqual(['Refused: person.edit (beyond_own)'])
    expect(await mailsTo(h.house, 'x@helvetia.example')).toEqual([])
  })
})

describe('groups of a person', () => {
  const groupsOf = (who: string, body: object, by = clara) => by.post(`${theirs}/${who}/groups`, body)

  test('AZ09 hold from the next request on, with one event each', async () => {
    const one = await joined()
    const visitor = visitorOf(h.url)
    await visitor.post('/api/sign-in', { email: one.email, password: own })
    await setUpFactor(visitor, h.clock.now())
    const list = `${theirs}?limit=10`
    expect((await visitor.get(list)).status).toBe(403)
    const signals = await signalsOf(h.house, async () => {
      const events = await eventsIn(() => groupsOf(one.id, { add: [approvers()], remove: [readers()] }))
      expect(events.map(({ says }) => says)).toEqual([
        expect.stringMatching(/^Changed the group Helvetia approvers: added Urs/),
        expect.stringMatching(/^Changed the group Helvetia readers: took Urs .* out$/),
      ])
    })
    expect(signals).toContainEqual({ kind: 'person', personId: one.id })
    expect((await visitor.get(list)).status).toBe(200)
    await groupsOf(one.id, { remove: [approvers()] })
    expect((await visitor.get(list)).status).toBe(404)
  })

  test('AZ04 AZ08 all or nothing, never his own, never beyond his own', async () => {
    const one = await joined()
    const bad = await groupsOf(one.id, { add: [approvers(), h.seeded.groups['Great Lakes approvers']] })
    expect(bad.status).toBe(422)
    const [me] = (await clara.get<Page<PersonView>>(`${theirs}?search=Urs ${count}`)).body.rows
    expect(me?.groups.map(({ name }) => name)).toEqual(['Helvetia readers'])
    expect(codeOf(await groupsOf(h.seeded.people.approver, { add: [readers()] }))).toEqual([403, 'own_account'])
    const ruth = await h.as('administrator')
    const self = `/api/staff/${h.seeded.people.administrator}/groups`
    expect(codeOf(await ruth.post(self, { add: [h.seeded.groups.Auditors] }))).toEqual([403, 'own_account'])
    expect(codeOf(await groupsOf(one.id, { add: [approvers()] }, ruth)), 'the customer has its own').toEqual([
      403,
      'beyond_own',
    ])
    const path = `/api/customers/${h.seeded.customers['Helvetia Pharma']}/groups`
    const offered = (await ruth.get<GroupView[]>(path)).body.map(({ name, may }) => [name, may.assign.ok])
    expect(offered).toContainEqual(['Helvetia approvers', false])
    expect(offered).toContainEqual(['Helvetia readers', false])
  })
})

describe('a reset', () => {
  test('AU21 is started by an administrator who neither sets nor learns the password', async () => {
    const one = await joined()
    const visitor = visitorOf(h.url)
    await visitor.post('/api/sign-in', { email: one.email, password: own })
    await setUpFactor(visitor, h.clock.now())
    for (const body of [{ password: 'x' }, { token: 'x' }, { passwordHash: 'x' }])
      expect((await clara.post(`${theirs}/${one.id}/reset`, body)).status).toBe(422)
    expect((await visitor.get('/api/me')).status).toBe(200)
    const answer = await clara.post(`${theirs}/${one.id}/reset`, {})
    expect(answer.body).toEqual({ state: 'reset' })
    expect((await visitor.get('/api/me')).status, 'signed out').toBe(401)
    expect((await signIn(one.email)).status, 'the old password is void at once').toBe(401)
    const token = tokenIn((await mailsTo(h.house, one.email))[0]?.text, 'reset')
    expect(codeOf(await accept(token)), 'no invitation').toEqual([403, 'link_unusable'])
    const back = await reset(token)
    expect(codeOf(back), 'AU09 the one before does not come back').toEqual([422, 'password_unfit'])
    const next = 'nine slow barges go by'
    const [a, b] = await Promise.all([reset(token, next), reset(token, next)])
    expect([a.status, b.status].sort()).toEqual([200, 403])
    expect(a.headers.getSetCookie()).toEqual([])
    expect((await signIn(one.email, next)).status).toBe(200)
    expect(codeOf(await reset(token, 'two owls over the barn')), 'used').toEqual([403, 'link_unusable'])
    expect((await signIn(one.email, next)).status).toBe(200)
    expect((await mailsTo(h.house, one.email))[0]?.subject, 'AU20 its owner is told').toBe('Your password was changed')
  })

  test('lasts 24 hours, is never for oneself, and not for who has no password yet', async () => {
    const one = await joined()
    await clara.post(`${theirs}/${one.id}/reset`, {})
    const token = tokenIn((await mailsTo(h.house, one.email))[0]?.text, 'reset')
    const waiting = await invited()
    expect(codeOf(await clara.post(`${theirs}/${waiting.id}/reset`, {}))).toEqual([409, 'wrong_state'])
    expect(codeOf(await clara.post(`${theirs}/${h.seeded.people.approver}/reset`, {}))).toEqual([403, 'own_account'])
    h.clock.advance(hours(24))
    expect(codeOf(await reset(token))).toEqual([403, 'link_unusable'])
  })
})

describe('a forgotten password', () => {
  const forgotten = (email: string) => h.nobody.post('/api/forgotten', { email })
  const ines = demoPeople.reader.email

  test('AU14 is answered alike whoever asks; one mail in ten minutes', async () => {
    const disabled = await joined()
    await clara.post(`${theirs}/${disabled.id}/disable`)
    const waiting = await invited()
    const mailed = async () => [
      (await mailsTo(h.house, disabled.email)).length,
      (await mailsTo(h.house, waiting.email)).length,
    ]
    const before = await mailed()
    const answers = []
    for (const email of [ines, ines, 'who@nowhere.example', disabled.email, waiting.email])
      answers.push(await forgotten(email))
    for (const { status, body, headers } of answers) {
      expect([status, body]).toEqual([200, { asked: true }])
      expect([...headers.keys()]).toEqual([...(answers[0]?.headers.keys() ?? [])])
    }
    expect(await mailsTo(h.house, ines)).toHaveLength(1)
    expect(await mailed()).toEqual(before)
    const [a, b] = await Promise.all([forgotten(demoPeople.colleague.email), forgotten(demoPeople.colleague.email)])
    expect([a.status, b.status, (await mailsTo(h.house, demoPeople.colleague.email)).length]).toEqual([200, 200, 1])
    h.clock.advance(minutes(10))
    await forgotten(ines)
    expect(await mailsTo(h.house, ines)).toHaveLength(2)
  })

  test('AU14 takes as long for an address that no account has', async () => {
    const compared = async (): Promise<number> => {
      const spent: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] }
      for (let i = 0; i < 12; i++) {
        h.clock.advance(minutes(11))
        const two = [['known', ines] as const, ['unknown', `nobody.${i}@nowhere.example`] as const]
        // Neither is always the one that comes after the pause.
        for (const [kind, email] of i % 2 ? two : two.reverse()) {
          const began = performance.now()
          await forgotten(email)
          spent[kind].push(performance.now() - began)
        }
      }
      return mannWhitney(spent.known, spent.unknown)
    }
    const first = await compared()
    // One of a hundred is so low by chance.
    expect(first > 0.01 ? first : await compared()).toBeGreaterThan(0.01)
  })

  test('AU03 leaves the old password alone until the link is used, and signs nobody in', async () => {
    h.clock.advance(minutes(11))
    await forgotten(ines)
    expect((await signIn(ines, demoPassword('reader'))).status).toBe(200)
    const visitor = await h.as('reader')
    const token = tokenIn((await mailsTo(h.house, ines))[0]?.text, 'reset')
    const answer = await reset(token)
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []])
    expect((await visitor.get('/api/me')).status).toBe(401)
    expect([(await signIn(ines, demoPassword('reader'))).status, (await signIn(ines)).status]).toEqual([401, 200])
    h.clock.advance(minutes(11))
    await forgotten(ines)
    const second = tokenIn((await mailsTo(h.house, ines))[0]?.text, 'reset')
    expect(codeOf(await reset(second, demoPassword('reader'))), 'AU09').toEqual([422, 'password_unfit'])
    h.clock.advance(hours(1))
    expect(codeOf(await reset(second, 'nine slow barges go by'))).toEqual([403, 'link_unusable'])
  })

  test('AU15 each source and each address may ask so often, kept in PostgreSQL', async () => {
    for (let i = 0; i < 20; i++) expect((await forgotten(`nobody.${i}@nowhere.example`)).status).toBe(200)
    const events = await eventsIn(async () => {
      for (let i = 0; i < 3; i++)
        expect(codeOf(await forgotten('nobody@nowhere.example'))).toEqual([429, 'too_many_tries'])
    })
    expect(events.map(({ says }) => says)).toEqual(['Sent no link to choose another password: too many tries'])
    h.clock.advance(minutes(16))
    // Three of the ten were asked before.
    for (let i = 0; i < 7; i++) expect((await forgotten('nobody@nowhere.example')).status).toBe(200)
    expect((await forgotten('nobody@nowhere.example')).status).toBe(429)
  })
})

describe('an own address', () => {
  const tom = { email: demoPeople.outsider.email, password: demoPassword('outsider') }
  const fresh = 'tom.brandt@alpenwerk.example'

  test('AU20 changes with the present password, by the new address, and the old one is told', async () => {
    const visitor = await h.as('outsider')
    expect(codeOf(await visitor.post('/api/me/address', { email: fresh, password: 'wrong' }))).toEqual([
      422,
      'password_wrong',
    ])
    expect((await visitor.post('/api/me/address', { email: fresh, password: tom.password })).status).toBe(200)
    expect((await mailsTo(h.house, tom.email))[0]?.subject).toBe('Your address is to be changed')
    const token = tokenIn((await mailsTo(h.house, fresh))[0]?.text, 'address')
    expect((await signIn(fresh, tom.password)).status, 'nothing has changed yet').toBe(401)
    const anna = await h.as('technician')
    expect(codeOf(await anna.post('/api/me/address/confirm', { token })), 'of somebody else').toEqual([
      403,
      'link_unusable',
    ])
    expect((await h.nobody.post('/api/me/address/confirm', { token })).status).toBe(401)
    const events = await eventsIn(() => visitor.post('/api/me/address/confirm', { token }))
    expect(events.map(({ says }) => says)).toEqual(['Changed the own e-mail address'])
    expect((await mailsTo(h.house, tom.email))[0]?.subject).toBe('Your address was changed')
    expect([(await signIn(tom.email, tom.password)).status, (await signIn(fresh, tom.password)).status]).toEqual([
      401, 200,
    ])
    expect(codeOf(await visitor.post('/api/me/address/confirm', { token }))).toEqual([403, 'link_unusable'])
  })

  test('AL02 a link that confirms nothing is refused and logged, once; also for the slower of two', async () => {
    const visitor = await h.as('colleague')
    const confirm = (token: string) => visitor.post('/api/me/address/confirm', { token })
    const refusals = async (deed: () => Promise<unknown>) =>
      (await eventsIn(deed)).filter(({ outcome }) => outcome === 'refused').map(({ event, says }) => [event, says])
    const said = ['link.refused', 'A link was refused: it is wrong, used or expired']
    expect(await refusals(() => confirm('A'.repeat(43)))).toEqual([said])
    await visitor.post('/api/me/address', { email: 'marc.aubry@helvetia.example', password: demoPassword('colleague') })
    const token = tokenIn((await mailsTo(h.house, 'marc.aubry@helvetia.example'))[0]?.text, 'address')
    let statuses: number[] = []
    const seen = await refusals(async () => {
      statuses = (await Promise.all([confirm(token), confirm(token)])).map(({ status }) => status).sort()
    })
    expect([statuses, seen]).toEqual([[200, 403], [said]])
  })

  test('an address with an account is told to nobody but its reader', async () => {
    const visitor = await h.as('auditor')
    const body = { email: demoPeople.technician.email, password: demoPassword('auditor') }
    expect((await visitor.post('/api/me/address', body)).body).toEqual({ asked: true })
    const token = tokenIn((await mailsTo(h.house, demoPeople.technician.email))[0]?.text, 'address')
    expect(codeOf(await visitor.post('/api/me/address/confirm', { token }))).toEqual([409, 'already_exists'])
  })
})

test('AU03 to open the page of a link, or to ask its route with GET, changes nothing', async () => {
  const one = await invited()
  const state = async () => JSON.stringify([await row(one.id), await h.house.db.select().from(personToken)])
  const before = await state()
  const events = await eventsIn(async () => {
    for (const path of [
      'invitation',
      'reset',
      'forgotten',
      'address',
      'api/invitations/accept',
      'api/reset',
      'api/forgotten',
      'api/me/address/confirm',
    ])
      await h.nobody.get(`/${path}?token=${one.token}`)
  })
  expect([await state(), events]).toEqual([before, []])
  expect((await accept(one.token)).status).toBe(200)
})

test('AU22 who is disabled before he accepts, or while a link waits, gets in by none', async () => {
  const one = await joined()
  await clara.post(`${theirs}/${one.id}/reset`, {})
  const token = tokenIn((await mailsTo(h.house, one.email))[0]?.text, 'reset')
  await clara.post(`${theirs}/${one.id}/disable`)
  expect(codeOf(await reset(token, 'nine slow barges go by'))).toEqual([403, 'link_unusable'])
})
