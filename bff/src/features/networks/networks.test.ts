import type { AuditRow } from '@gatehouse/shared/views/audit'
import type { Page } from '@gatehouse/shared/views/basics'
import type { NetworksPreview, NetworksView } from '@gatehouse/shared/views/networks'
import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { demoPassword, demoPeople, type Persona } from '../../demo/people.ts'
import { hashOf } from '../../kernel/ids.ts'
import { command } from '../../testing/command.ts'
import { eventsOf } from '../../testing/events.ts'
import { type Answer, openTestHouse, type TestHouse, type Visitor, visitorOf } from '../../testing/house.ts'
import { sceneOf } from '../../testing/scene.ts'
import { personStream } from '../../testing/sessions.ts'
import { person } from '../people/tables.ts'
import { reviewSessions } from '../relay/jobs.ts'
import { session as sessionTable } from '../sessions/tables.ts'
import { signIn, signInTry } from '../sign-in/tables.ts'
import { networkEntry } from './tables.ts'

let h: TestHouse
beforeAll(async () => {
  // The proxy of these tests is this machine: it says from where somebody comes, and where it says nothing he is here.
  h = await openTestHouse({ GATEHOUSE_TRUSTED_PROXIES: '127.0.0.0/8, ::1' })
})
afterAll(() => h.close())

const here = '127.0.0.1'
const office = '198.51.100.7'
const officeNet = '198.51.100.0/24'
const elsewhere = '203.0.113.9'

type Refusal = { error: { code: string; fields?: Record<string, string>; state?: string } }
const codeOf = ({ status, body }: Answer) => [status, (body as Partial<Refusal>).error?.code]

/** The same person at another address. */
const at = (visitor: Visitor, from: string): Visitor => {
  const send: Visitor['send'] = (method, path, body, headers = {}) =>
    visitor.send(method, path, body, { 'x-forwarded-for': from, ...headers })
  return {
    cookie: visitor.cookie,
    send,
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, body),
  }
}

const ofHelvetia = () => `/api/customers/${h.seeded.customers['Helvetia Pharma']}/networks`
const ofStaff = '/api/staff/networks'
const listed = (...cidrs: string[]) => cidrs.map((cidr) => ({ cidr, note: '' }))

const look = async (by: Visitor, path = ofHelvetia()): Promise<NetworksView> => {
  const seen = await by.get<NetworksView>(path)
  expect(seen.status).toBe(200)
  return seen.body
}
/** Saves a list as somebody who has looked at it just now. */
const save = async (
  by: Visitor,
  cidrs: readonly (string | { cidr: string; note: string })[],
  { path = ofHelvetia(), ...more }: { path?: string; lockMyselfOut?: boolean } = {},
): Promise<Answer<{ version: number } & Partial<Refusal>>> => {
  const { version } = await look(by, path)
  const networks = cidrs.map((one) => (typeof one === 'string' ? { cidr: one, note: '' } : one))
  return by.send('PUT', path, { version, networks, ...more })
}

// Each test begins in a house into which everybody may come from everywhere, and where nobody is or has tried yet.
beforeEach(async () => {
  await h.house.db.delete(networkEntry)
  await h.house.db.delete(signIn)
  await h.house.db.delete(signInTry)
})

describe('the list', () => {
  test('is empty at first: from everywhere', async () => {
    const clara = await h.as('approver')
    expect(await look(clara)).toMatchObject({
      customer: { name: 'Helvetia Pharma' },
      networks: [],
      yourAddress: here,
      yours: true,
      may: { edit: { ok: true } },
    })
    expect(await look(await h.as('administrator'), ofStaff)).toMatchObject({
      customer: null,
      networks: [],
      yours: true,
    })
    expect(await look(await h.as('administrator'))).toMatchObject({ yours: false, may: { edit: { ok: true } } })
    expect(await look(await h.as('auditor'))).toMatchObject({ may: { edit: { ok: false, because: 'not_granted' } } })
  })

  test('keeps each network with its note, who added it and when, and the log has it in words', async () => {
    const [clara, ruth] = [await h.as('approver'), await h.as('administrator')]
    const events = await eventsOf(h.house, async () => {
      const first = await save(clara, [
        { cidr: ' 2001:DB8:0::/32', note: 'VPN' },
        { cidr: here, note: ' Desk ' },
      ])
      expect(first.status).toBe(200)
    })
    expect(events.map(({ says, customerName, actorName }) => [says, customerName, actorName])).toEqual([
      [
        'Changed from where the people of Helvetia Pharma may sign in: everywhere → 127.0.0.1/32 “Desk”, 2001:db8::/32 “VPN”',
        'Helvetia Pharma',
        'Clara Meier',
      ],
    ])
    const added = h.clock.now()
    h.clock.advance(60_000)
    const again = await eventsOf(h.house, () =>
      save(ruth, [
        { cidr: `${here}/32`, note: 'Front desk' },
        { cidr: officeNet, note: '' },
      ]),
    )
    expect(again.map(({ says }) => says)).toEqual([
      'Changed from where the people of Helvetia Pharma may sign in: ' +
        '127.0.0.1/32 “Desk”, 2001:db8::/32 “VPN” → 127.0.0.1/32 “Front desk”, 198.51.100.0/24',
    ])
    const { networks } = await look(clara)
    expect(networks.map(({ cidr, note, addedBy }) => [cidr, note, addedBy])).toEqual([
      ['127.0.0.1/32', 'Front desk', 'Clara Meier'],
      [officeNet, '', 'Ruth Vogel'],
    ])
    expect(networks[0]?.addedAt).toBeLessThanOrEqual(added)
    expect(networks[1]?.addedAt).toBeGreaterThan(added)
  })

  test('says at the field what is no network, and what stands there twice', async () => {
    const clara = await h.as('approver')
    const wrong = await save(clara, ['office', '192.0.2.7/24', officeNet, '198.51.100.0/24', '::1%lo'])
    expect(codeOf(wrong)).toEqual([422, 'invalid_input'])
    expect(wrong.body.error?.fields).toEqual({
      'networks.0.cidr': expect.stringContaining('Write an address like'),
      'networks.1.cidr': expect.stringContaining('Write 192.0.2.0/24 for the whole network'),
      'networks.4.cidr': expect.stringContaining('without its zone'),
    })
    const twice = await save(clara, [here, officeNet, `${here}/32`])
    expect(twice.body.error?.fields).toEqual({ 'networks.2.cidr': '127.0.0.1/32 stands in the list already.' })
    const many = await save(
      clara,
      Array.from({ length: 65 }, (_, i) => `10.0.${i}.0/24`),
    )
    expect(many.body.error?.fields).toEqual({ networks: 'A list holds 64 networks at most' })
    expect((await look(clara)).networks).toEqual([])
  })

  test('that somebody else changed meanwhile is not written over; of two at once one is told', async () => {
    const [clara, marc] = [await h.as('approver'), await h.as('colleague')]
    const { version } = await look(clara)
    const put = (by: Visitor, cidr: string) => by.send('PUT', ofHelvetia(), { version, networks: listed(here, cidr) })
    const both = await Promise.all([put(clara, officeNet), put(marc, '192.0.2.0/24')])
    expect(both.map(codeOf).sort()).toEqual([
      [200, undefined],
      [409, 'changed_meanwhile'],
    ])
    const lost = await put(clara, officeNet)
    expect([...codeOf(lost), (lost.body as Refusal).error.state]).toEqual([
      409,
      'changed_meanwhile',
      String(version + 1),
    ])
    expect((await look(clara)).version).toBe(version + 1)
  })

  test('takes every way to write an address that PostgreSQL has, and gives it back in ours', async () => {
    const clara = await h.as('approver')
    const odd = ['64:ff9b::192.0.2.1', '::192.0.2.1', '::ffff:192.0.2.9', '2001:db8:0:0:1::', '::/0', '0.0.0.0/0']
    expect((await save(clara, odd)).status).toBe(200)
    const { networks } = await look(clara)
    expect(networks.map(({ cidr }) => cidr)).toEqual([
      '0.0.0.0/0',
      '192.0.2.9/32',
      '::/0',
      '::192.0.2.1/128',
      '64:ff9b::c000:201/128',
      '2001:db8:0:0:1::/128',
    ])
    const again = await save(
      clara,
      networks.map(({ cidr, note }) => ({ cidr, note })),
    )
    expect(again.status).toBe(200)
  })

  test('is for whoever may see and change the people there, and for nobody else', async () => {
    const [ines, luis, anna, oskar] = await Promise.all(
      (['reader', 'otherApprover', 'technician', 'auditor'] as const).map((who) => h.as(who)),
    )
    const put = { version: 0, networks: listed(officeNet) }
    for (const [who, status] of [
      [ines, 403],
      [luis, 404],
      [anna, 403],
    ] as const) {
      expect((await who?.get(ofHelvetia()))?.status).toBe(status)
      expect((await who?.send('PUT', ofHelvetia(), put))?.status).toBe(status)
      expect((await who?.post(`${ofHelvetia()}/preview`, { networks: [] }))?.status).toBe(status)
    }
    expect(codeOf((await oskar?.send('PUT', ofHelvetia(), put)) as Answer)).toEqual([403, 'not_granted'])
    expect(codeOf((await oskar?.send('PUT', ofStaff, put)) as Answer)).toEqual([403, 'not_granted'])
    for (const path of [ofStaff, `${ofStaff}/preview`])
      expect((await luis?.send(path === ofStaff ? 'PUT' : 'POST', path, put))?.status).toBe(404)
    expect((await luis?.get(ofStaff))?.status).toBe(404)
    expect((await h.nobody.get(ofHelvetia())).status).toBe(401)
  })
})

describe('the preview', () => {
  test('says where one is, who would be put out and who came from outside the last time', async () => {
    const [clara, marc, ines] = [await h.as('approver'), await h.as('colleague'), await h.as('reader')]
    await ines.post('/api/sign-out')
    // Marc has moved since he signed in.
    expect((await at(marc, office).get('/api/me')).status).toBe(200)
    const preview = async (...cidrs: string[]) => {
      const { status, body } = await clara.post<NetworksPreview>(`${ofHelvetia()}/preview`, {
        networks: listed(...cidrs),
      })
      expect(status).toBe(200)
      return body
    }
    expect(await preview()).toMatchObject({ locksYouOut: false, putOut: { people: 0 }, outside: { people: 0 } })
    const mapped = await at(marc, '::ffff:c633:6407').get<NetworksView>(ofHelvetia())
    expect(mapped.body.yourAddress).toBe(office)
    const strict = await preview(officeNet, '9.0.0.0/8')
    expect(strict).toMatchObject({ yourAddress: here, locksYouOut: true })
    expect(strict.networks.map(({ cidr }) => cidr)).toEqual(['9.0.0.0/8', officeNet])
    expect(strict.putOut).toEqual({
      people: 1,
      some: [{ id: h.seeded.people.approver, name: 'Clara Meier', from: [here] }],
    })
    expect(strict.outside).toMatchObject({
      people: 1,
      some: [{ name: 'Ines Frei', from: here, at: expect.any(Number) }],
    })
    const local = await preview(here)
    expect(local).toMatchObject({ locksYouOut: false, outside: { people: 0 } })
    expect(local.putOut).toEqual({
      people: 1,
      some: [{ id: h.seeded.people.colleague, name: 'Marc Aubry', from: [office] }],
    })
    // Nothing of it was saved.
    expect((await look(clara)).networks).toEqual([])
  })

  test("of a list that is somebody else's says nothing of one's own place", async () => {
    const ruth = await h.as('administrator')
    const { body } = await ruth.post<NetworksPreview>(`${ofHelvetia()}/preview`, { networks: listed(officeNet) })
    expect(body).toMatchObject({ yourAddress: here, locksYouOut: false })
  })
})

describe('nobody locks himself out unknowingly', () => {
  test('a list without his own address is refused, until he says that he knows; then he is out', async () => {
    const [clara, marc] = [await h.as('approver'), await h.as('colleague')]
    expect((await at(marc, office).get('/api/me')).status).toBe(200)
    const events = await eventsOf(h.house, async () => {
      expect(codeOf(await save(clara, [officeNet]))).toEqual([409, 'would_lock_out'])
    })
    expect(events.map(({ says, outcome }) => [says, outcome])).toEqual([
      ['Refused: person.edit (would_lock_out)', 'refused'],
    ])
    expect((await look(clara)).networks).toEqual([])
    const cut = await eventsOf(h.house, async () => {
      expect((await save(clara, [officeNet], { lockMyselfOut: true })).status).toBe(200)
    })
    expect(cut.map(({ event, actorName }) => [event, actorName])).toContainEqual(['networks.changed', 'Clara Meier'])
    expect(cut.at(-1)).toMatchObject({
      says: 'Signed out: it was outside the networks that were chosen',
      customerName: 'Helvetia Pharma',
    })
    expect((await clara.get('/api/me')).status).toBe(401)
    expect((await at(clara, office).get('/api/me')).status).toBe(401)
    expect((await at(marc, office).get('/api/me')).status).toBe(200)
  })

  test("does not stop the maker's people from shutting a customer's networks, nor a person who is inside", async () => {
    const [ruth, clara] = [await h.as('administrator'), await h.as('approver')]
    expect((await save(ruth, [officeNet])).status).toBe(200)
    expect((await ruth.get('/api/me')).status).toBe(200)
    expect((await clara.get('/api/me')).status).toBe(401)
    expect((await save(ruth, [])).status).toBe(200)
    expect((await save(await h.as('approver'), [here])).status).toBe(200)
  })
})

describe('signing in', () => {
  const tryIn = (who: Persona, password: string, from: string): Promise<Answer> =>
    at(visitorOf(h.url), from).post('/api/sign-in', { email: demoPeople[who].email, password })
  const rightly = (who: Persona, from: string) => tryIn(who, demoPassword(who), from)

  beforeEach(async () => {
    const ruth = await h.as('administrator')
    expect((await save(ruth, [here, officeNet])).status).toBe(200)
  })

  test('from outside is refused with words and audited, from inside it goes on', async () => {
    const refused = await eventsOf(h.house, async () => {
      const answer = await rightly('reader', elsewhere)
      expect(codeOf(answer)).toEqual([403, 'network_refused'])
      expect(answer.headers.getSetCookie()).toEqual([])
    })
    expect(
      refused.map(({ says, outcome, fromAddress, customerId }) => [says, outcome, fromAddress, customerId]),
    ).toEqual([
      [
        'Sign-in refused for “ines@helvetia.example”: from a network that is not on the list',
        'refused',
        elsewhere,
        h.seeded.customers['Helvetia Pharma'],
      ],
    ])
    const [row] = await h.house.db.select().from(person).where(eq(person.email, demoPeople.reader.email))
    expect(row).toMatchObject({ lastFailureFrom: elsewhere })
    expect((await rightly('reader', office)).status).toBe(200)
    expect((await rightly('reader', `::ffff:${office}`)).status).toBe(200)
  })

  test('half done inside is not completed from outside', async () => {
    const ines = visitorOf(h.url)
    const given = { email: demoPeople.reader.email, password: demoPassword('reader') }
    expect((await at(ines, office).post('/api/sign-in', given)).body).toEqual({ step: 'factor' })
    const options = '/api/me/proof/passkey-options'
    expect(codeOf(await at(ines, elsewhere).post(options))).toEqual([403, 'network_refused'])
    expect((await at(ines, office).post(options)).status).toBe(200)
  })

  test("holds for the customer's own people only", async () => {
    expect((await rightly('otherApprover', elsewhere)).status).toBe(200)
    expect((await rightly('technician', elsewhere)).status).toBe(200)
    const ruth = await h.as('administrator')
    expect((await save(ruth, [here], { path: ofStaff })).status).toBe(200)
    expect(codeOf(await rightly('technician', elsewhere))).toEqual([403, 'network_refused'])
    expect((await rightly('otherApprover', elsewhere)).status).toBe(200)
  })

  test('AU14 with a wrong password is answered as always, and says nothing of the networks', async () => {
    const plain = ({ status, headers, body }: Answer) => ({
      status,
      headers: [...headers].filter(([name]) => name !== 'date'),
      body: JSON.stringify(body).replace(/"correlationId":"[^"]+"/, ''),
    })
    const [inside, outside, unknown] = [
      await tryIn('reader', 'not the password', office),
      await tryIn('reader', 'not the password', elsewhere),
      await at(visitorOf(h.url), elsewhere).post('/api/sign-in', { email: 'who@helvetia.example', password: 'x' }),
    ].map(plain)
    expect(outside).toEqual(inside)
    expect(outside).toEqual(unknown)
    expect(outside?.status).toBe(401)
  })

  test('AU14 from outside a disabled or locked account is answered as a wrong password', async () => {
    const [row] = await h.house.db.select().from(person).where(eq(person.email, demoPeople.reader.email))
    await h.house.db
      .update(person)
      .set({ disabledAt: h.clock.now() })
      .where(eq(person.id, row?.id ?? ''))
    expect(codeOf(await rightly('reader', elsewhere))).toEqual([401, 'wrong_sign_in'])
    await h.house.db
      .update(person)
      .set({ disabledAt: null })
      .where(eq(person.id, row?.id ?? ''))
    for (let i = 0; i < 5; i++) await tryIn('reader', 'not the password', elsewhere)
    expect(codeOf(await rightly('reader', elsewhere))).toEqual([401, 'wrong_sign_in'])
  })

  test('AU13 from outside neither counts against the owner nor makes the place a known one', async () => {
    for (let i = 0; i < 6; i++) expect((await rightly('reader', elsewhere)).status).toBe(403)
    const outcomes = await h.house.db
      .select({ outcome: signInTry.outcome })
      .from(signInTry)
      .where(eq(signInTry.accountHash, hashOf(demoPeople.reader.email)))
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['limited']))
    expect((await rightly('reader', office)).status).toBe(200)
  })
})

describe('using it', () => {
  test('from elsewhere is refused and audited, signing out is not, and back inside it goes on', async () => {
    const [ruth, ines] = [await h.as('administrator'), await h.as('reader')]
    expect((await save(ruth, [here])).status).toBe(200)
    const away = at(ines, elsewhere)
    const events = await eventsOf(h.house, async () => {
      for (const ask of [
        () => away.get('/api/me'),
        () => away.get('/api/devices'),
        () => away.get(`/api/devices/${h.seeded.devices['Balance 7']}`),
        () => away.get('/api/live'),
        () => away.post('/api/me/gesture', {}),
      ])
        expect(codeOf(await ask())).toEqual([403, 'network_refused'])
    })
    expect(events.map(({ says }) => says)).toEqual([
      'Refused: GET /api/me (network_refused)',
      'Refused: GET /api/devices (network_refused)',
      'Refused: device.view (network_refused)',
      'Refused: GET /api/live (network_refused)',
      'Refused: POST /api/me/gesture (network_refused)',
    ])
    expect(new Set(events.map(({ customerName, fromAddress }) => `${customerName} ${fromAddress}`))).toEqual(
      new Set([`Helvetia Pharma ${elsewhere}`]),
    )
    const clara = await h.as('approver')
    const log = await clara.get<Page<AuditRow>>('/api/audit?outcome=refused&limit=1')
    expect(log.body.rows[0]?.fields).toMatchObject({ because: 'network_refused' })
    expect((await ines.get('/api/me')).status).toBe(200)
    expect((await away.post('/api/sign-out')).status).toBe(200)
    expect((await ines.get('/api/me')).status).toBe(401)
  })

  test('AU16 a header that claims to be inside changes nothing where no proxy is trusted', async () => {
    const plain = await openTestHouse()
    try {
      const ruth = await plain.as('administrator')
      const ines = await plain.as('reader')
      const path = `/api/customers/${plain.seeded.customers['Helvetia Pharma']}/networks`
      expect((await ruth.send('PUT', path, { version: 0, networks: listed(officeNet) })).status).toBe(200)
      expect((await at(ines, office).get('/api/me')).status).toBe(401)
      const again = await at(visitorOf(plain.url), office).post('/api/sign-in', {
        email: demoPeople.reader.email,
        password: demoPassword('reader'),
      })
      expect(codeOf(again)).toEqual([403, 'network_refused'])
    } finally {
      await plain.close()
    }
  })

  /** Opens the channel on which pages hear of changes; resolves when the server has closed it. */
  const listening = async (visitor: Visitor, from?: string) => {
    const stop = new AbortController()
    const answer = await fetch(`${h.url}/api/live`, {
      headers: { cookie: visitor.cookie(), ...(from && { 'x-forwarded-for': from }) },
      signal: stop.signal,
    })
    expect(answer.status).toBe(200)
    const read = async () => {
      let text = ''
      const decoder = new TextDecoder()
      for await (const part of answer.body ?? []) text += decoder.decode(part as Uint8Array, { stream: true })
      return text
    }
    const closed = read()
    closed.catch(() => undefined)
    return { closed, stop: () => stop.abort() }
  }
  const soon = async <T>(what: Promise<T>): Promise<T> => {
    const begun = performance.now()
    const done = await what
    expect(performance.now() - begun).toBeLessThan(5_000)
    return done
  }

  test('pages that listen outside are closed when the list is changed, also of a sign-in that goes on inside', async () => {
    const [ruth, ines, marc] = [await h.as('administrator'), await h.as('reader'), await h.as('colleague')]
    const [a, b, c] = [await listening(ines), await listening(marc, elsewhere), await listening(marc, office)]
    // Marc's other page is what he used last.
    expect((await at(marc, office).get('/api/me')).status).toBe(200)
    expect((await save(ruth, [officeNet])).status).toBe(200)
    for (const text of await soon(Promise.all([a.closed, b.closed]))) expect(text).toContain('signed_out')
    expect((await at(marc, office).get('/api/me')).status).toBe(200)
    c.stop()
    await expect(c.closed).rejects.toThrow()
  })

  describe('a remote session', () => {
    afterEach(async () => {
      // Whoever was shut out is let in again for the next one.
      await h.house.db.delete(networkEntry)
    })
    const causeOf = async (id: string) => {
      const [row] = await h.house.db.select().from(sessionTable).where(eq(sessionTable.id, id))
      return row?.cause
    }

    test("ends for its technician's network when the maker's list shuts it out", async () => {
      const [ruth, anna, clara] = [await h.as('administrator'), await h.as('technician'), await h.as('approver')]
      const { session, writer, device } = await sceneOf(h, anna, clara).live()
      expect((await save(at(ruth, office), [officeNet], { path: ofStaff })).status).toBe(200)
      const [atWriter] = await soon(Promise.all([writer.closed, device.closed]))
      expect(atWriter).toMatchObject({ code: 4000, reason: 'network' })
      expect(await causeOf(session.id)).toBe('network')
      expect((await anna.get('/api/me')).status).toBe(401)
    })

    test('ends by where its stream is, wherever else its technician is signed in', async () => {
      const [ruth, anna, clara] = [await h.as('administrator'), await h.as('technician'), await h.as('approver')]
      const { session, writer } = await sceneOf(h, anna, clara).live()
      expect((await at(anna, office).get('/api/me')).status).toBe(200)
      // What looks at the stream again does not take it for the place where she works.
      await reviewSessions.run(h.house)
      expect((await save(at(ruth, office), [officeNet], { path: ofStaff })).status).toBe(200)
      await soon(writer.closed)
      expect(await causeOf(session.id)).toBe('network')
      expect((await at(anna, office).get('/api/me')).status).toBe(200)
    })

    test("goes on without a watcher whom the customer's list shuts out", async () => {
      const [ruth, anna, clara] = [await h.as('administrator'), await h.as('technician'), await h.as('approver')]
      const { session, writer, device } = await sceneOf(h, anna, clara).live()
      const watcher = await personStream(h, clara, session.id, 'watch')
      expect((await save(ruth, [officeNet])).status).toBe(200)
      expect(await soon(watcher.closed)).toMatchObject({ reason: 'not allowed' })
      expect(await causeOf(session.id)).toBeNull()
      expect([writer.socket.readyState, device.socket.readyState]).toEqual([1, 1])
      expect((await clara.get('/api/me')).status).toBe(401)
    })
  })
})

describe('the way back', () => {
  test("empties the list of the maker's people by a command on the server, beside a running house", async () => {
    const [ruth, anna, clara] = [await h.as('administrator'), await h.as('technician'), await h.as('approver')]
    const { writer } = await sceneOf(h, anna, clara).live()
    expect((await save(at(ruth, office), [officeNet, here], { path: ofStaff })).status).toBe(200)
    const events = await eventsOf(h.house, async () =>
      expect(await command(h, 'allow-everywhere')).toEqual({
        code: 0,
        said: expect.stringContaining('from everywhere'),
      }),
    )
    // The house goes on meanwhile, and what it does stands in the log as well.
    const ours = events.filter(({ event }) => event.startsWith('networks.'))
    expect(ours.map(({ actorName, says, customerId }) => [actorName, says, customerId])).toEqual([
      [
        'Gatehouse',
        'Let the people of Alpenwerk Instruments sign in from everywhere, by a command on the server; before: 127.0.0.1/32, 198.51.100.0/24',
        null,
      ],
    ])
    expect((await look(at(ruth, elsewhere), ofStaff)).networks).toEqual([])
    // What runs is not disturbed.
    expect(writer.socket.readyState).toBe(1)
    expect(await command(h, 'allow-everywhere')).toEqual({ code: 0, said: expect.stringContaining('already') })
  }, 60_000)

  test('tells how it is called', async () => {
    expect(await command(h, 'let-me-in')).toEqual({ code: 2, said: expect.stringContaining('allow-everywhere') })
  })
})
