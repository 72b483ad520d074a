import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from '@gatehouse/shared/views/basics'
import type {
  IntakeView,
  ReportCounts,
  ReportListRow,
  ReportReceiptView,
  ReportStandingView,
  ReportView,
} from '@gatehouse/shared/views/intake'
import { eq } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { demoPeople } from '../../demo/people.ts'
import { days, hours } from '../../kernel/clock.ts'
import { hashOf } from '../../kernel/ids.ts'
import { outboxMail } from '../../kernel/outbox/tables.ts'
import { eventsOf, eventsSince } from '../../testing/events.ts'
import { type Answer, openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { mailsTo } from '../../testing/mailed.ts'
import { signalsOf } from '../../testing/signals.ts'
import { person } from '../people/tables.ts'
import { tellOfOverdueReports } from './jobs.ts'
import { firstAnswerWithin } from './rules.ts'
import { securityReport, securityReportTry } from './tables.ts'

const contact = 'security@alpenwerk.example'

let h: TestHouse
let ruth: Visitor
beforeAll(async () => {
  // Addresses of visitors come from a header here, so that a test can be many sources.
  h = await openTestHouse({ GATEHOUSE_SECURITY_CONTACT: contact, GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1, ::1' })
})
beforeEach(async () => {
  await h.house.db.delete(securityReportTry)
  ruth = await h.as('administrator')
})
afterAll(() => h.close())

const found = {
  kind: 'vulnerability',
  severity: 'high',
  title: 'The login page takes any password',
  place: 'https://gatehouse.example/sign-in',
  details: 'Steps:\r\n1. Open the page\r\n2. Type kanarie\r\n',
}
const report = (more: object = {}, who: Visitor = h.nobody) =>
  who.post<ReportReceiptView>('/api/security-reports', { ...found, ...more })
const reportFrom = (address: string, more: object = {}) =>
  h.nobody.send<ReportReceiptView>(
    'POST',
    '/api/security-reports',
    { ...found, ...more },
    { 'x-forwarded-for': address },
  )
const reported = async (more: object = {}, who?: Visitor) => {
  const { status, body } = await report(more, who)
  expect(status).toBe(201)
  const [row] = await h.house.db.select().from(securityReport).where(eq(securityReport.number, body.number))
  return { ...body, id: row?.id ?? '' }
}
const lookUp = (number: string, key: string) =>
  h.nobody.post<ReportStandingView>('/api/security-reports/lookup', { number, key })
const path = (id: string, deed = '') => `/api/security-reports/${id}${deed}`
const codeOf = (answer: Answer) => [answer.status, (answer.body as { error?: { code?: string } }).error?.code]
const says = (events: { event: string; says: string }[]) =>
  events.filter(({ event }) => !event.startsWith('sign_in.')).map((one) => one.says)

describe('HD11 whoever reports something', () => {
  test('gets a number, a key and a clock; it is in the log, and the security contact is told', async () => {
    const before = h.clock.now()
    let receipt: ReportReceiptView | undefined
    const events = await eventsOf(h.house, async () => {
      receipt = (await report()).body
    })
    const { number = '', key = '', answerBefore = 0, mailed } = receipt ?? {}
    expect(number).toMatch(/^GH-\d{4}-\d{4}$/)
    expect(key).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}$/)
    expect(answerBefore - before).toBeGreaterThanOrEqual(hours(72))
    expect(answerBefore - h.clock.now()).toBeLessThanOrEqual(hours(72))
    expect(mailed).toBe(false)
    expect(says(events)).toEqual([
      `Reported a security matter (vulnerability), number ${number}; an answer is due within 72 hours`,
    ])
    expect(events[0]).toMatchObject({ actorId: null, actorName: 'Somebody', customerId: null, outcome: 'done' })
    const [mail] = await mailsTo(h.house, contact)
    expect(mail?.subject).toBe(`Security report ${number}: vulnerability`)
    expect(mail?.text).toContain(`${h.house.origin}/security-reports/`)
    expect(mail?.text, 'what was found is no matter for mails').not.toMatch(/kanarie|login page/)
  })

  test('a breach has the shorter clock', async () => {
    const { answerBefore } = await reported({ kind: 'breach' })
    expect(h.clock.now() + hours(24) - answerBefore).toBeLessThan(hours(1))
    expect(firstAnswerWithin).toEqual({ vulnerability: hours(72), breach: hours(24) })
  })

  test('gets numbers without gaps, also many at once', async () => {
    const first = await reported()
    const count = (number: string) => Number(number.split('-')[2])
    const many = await Promise.all(Array.from({ length: 12 }, (_, i) => reportFrom(`198.51.100.${i + 1}`)))
    const numbers = many.map(({ body }) => count(body.number)).sort((a, b) => a - b)
    expect(numbers).toEqual(Array.from({ length: 12 }, (_, i) => count(first.number) + 1 + i))
    expect(new Set(many.map(({ body }) => body.key)).size).toBe(12)
  })

  test('the number begins anew with the year', async () => {
    const now = h.clock.now()
    const year = new Date(now).getUTCFullYear() + 1
    try {
      h.clock.moveTo(Date.UTC(year, 0, 1))
      expect((await reported()).number).toBe(`GH-${year}-0001`)
    } finally {
      h.clock.moveTo(now)
    }
  })

  test('is known where signed in, and nobody where a new password is owed', async () => {
    const ines = await h.as('reader')
    const { body } = await ines.get<IntakeView>('/api/security')
    expect(body.signedInAs).toEqual({ name: 'Ines Frei', company: 'Helvetia Pharma', email: demoPeople.reader.email })
    const events = await eventsOf(h.house, () => report({}, ines))
    expect(events[0]).toMatchObject({ actorName: 'Ines Frei', actorCompany: 'Helvetia Pharma', customerId: null })
    const list = await ruth.get<Page<ReportListRow>>('/api/security-reports?state=all')
    expect(list.body.rows[0]?.reporter).toEqual({ name: 'Ines Frei', company: 'Helvetia Pharma' })
    await h.house.db.update(person).set({ passwordDue: true }).where(eq(person.id, h.seeded.people.reader))
    try {
      expect((await ines.get<IntakeView>('/api/security')).body.signedInAs).toBeNull()
      const again = await eventsOf(h.house, () => report({}, ines))
      expect(again[0]).toMatchObject({ actorName: 'Somebody' })
    } finally {
      await h.house.db.update(person).set({ passwordDue: false }).where(eq(person.id, h.seeded.people.reader))
    }
  })

  test('anybody reads how, and how fast an answer comes', async () => {
    const { status, body } = await h.nobody.get<IntakeView>('/api/security')
    expect([status, body]).toEqual([
      200,
      { maker: h.house.settings.maker, contact, firstAnswerHours: { vulnerability: 72, breach: 24 }, signedInAs: null },
    ])
  })
})

describe('what strangers send', () => {
  const bad: Record<string, object> = {
    'a kind that is none': { kind: 'joke' },
    'no kind': { kind: undefined },
    'a kind of another type': { kind: ['breach'] },
    'a severity that is none': { severity: 'apocalyptic' },
    'no title': { title: '   ' },
    'a title too long': { title: 'x'.repeat(151) },
    'two lines as title': { title: 'one\ntwo' },
    'details too long': { details: 'x'.repeat(8_001) },
    'no details': { details: ' \r\n ' },
    'a NUL': { details: 'a\0b' },
    'an escape sequence': { details: 'a\u001b[2Jb' },
    'text that runs backwards': { title: 'invoice\u202efdp.exe' },
    'half a surrogate': { details: 'a\ud800b' },
    'no address': { email: 'somebody' },
    'an address with a header': { email: 'a@example.com\r\nBcc: all@example.com' },
    'a field of ours': { state: 'closed' },
    'another number': { number: 'GH-2026-0001' },
    'another reporter': { reporterId: '00000000-0000-7000-8000-000000000000' },
  }
  test.each(Object.entries(bad))('is refused and not given back: %s', async (_, more) => {
    const answer = await report(more)
    expect(codeOf(answer)).toEqual([422, 'invalid_input'])
    expect(JSON.stringify(answer.body)).not.toMatch(/apocalyptic|fdp|Bcc|login page|kanarie/)
  })

  test('no receipt and no standing gives back what was written', async () => {
    const script = '<script>alert(1)</script>'
    const answer = await report({ title: script, place: script, details: script })
    const { number, key } = answer.body
    const standing = await lookUp(number, key)
    expect(JSON.stringify([answer.body, standing.body])).not.toContain('alert')
    expect(answer.headers.get('content-type')).toContain('application/json')
  })

  test('is refused where it is too large, before it is read', async () => {
    expect(codeOf(await report({ details: 'x'.repeat(80_000) }))).toEqual([413, 'too_large'])
  })

  test('keeps every letter of an honest report', async () => {
    const details = 'Ünïcode ✓ 漢字 😀\n\tindented\n{{AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA}} %s \\0 $x'
    const { id } = await reported({ details: details.replaceAll('\n', '\r\n') })
    expect((await ruth.get<ReportView>(path(id))).body.details).toBe(details)
  })

  test('is held to limits per source, which stand in the database; the first too many is written down', async () => {
    const from = '192.0.2.10'
    for (let i = 0; i < 5; i++) expect((await reportFrom(from)).status).toBe(201)
    const events = await eventsOf(h.house, async () => {
      for (let i = 0; i < 3; i++) expect(codeOf(await reportFrom(from))).toEqual([429, 'too_many_tries'])
    })
    expect(says(events)).toEqual(['Refused: report a security matter (too_many_tries)'])
    expect(events[0]).toMatchObject({ outcome: 'refused', fromAddress: from })
    expect((await reportFrom('192.0.2.11')).status, 'another source').toBe(201)
    const tries = await h.house.db.select().from(securityReportTry).where(eq(securityReportTry.source, from))
    expect(tries).toHaveLength(8)
    h.clock.advance(hours(1))
    expect((await reportFrom(from)).status, 'an hour later').toBe(201)
  })

  test('many at once come no further than one after the other', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => reportFrom('192.0.2.20')))
    expect(answers.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(5)
  })

  test('what does not fit is not counted', async () => {
    for (let i = 0; i < 8; i++)
      await h.nobody.send('POST', '/api/security-reports', {}, { 'x-forwarded-for': '192.0.2.30' })
    expect((await reportFrom('192.0.2.30')).status).toBe(201)
  })
})

describe('the key', () => {
  const email = 'finder@example.com'

  test('SE06 goes out by mail where an address was given, and is kept as its hash only', async () => {
    const { number, key, mailed, id } = await reported({ email })
    expect(mailed).toBe(true)
    const [mail] = await mailsTo(h.house, email)
    expect(mail?.subject).toBe(`We have your security report ${number}`)
    expect(mail?.text).toContain(`\n${h.house.origin}/security/lookup#${number}.${key}\n`)
    expect(mail?.text).not.toMatch(/kanarie|login page/)
    const [row] = await h.house.db.select().from(securityReport).where(eq(securityReport.id, id))
    expect(row?.keyHash).toBe(hashOf(key))
    const kept = JSON.stringify([
      row,
      await h.house.db.select().from(outboxMail),
      await h.house.db.execute('select * from audit_line'),
    ])
    for (const form of [key, key.replaceAll('-', ''), Buffer.from(key).toString('base64')])
      expect(kept).not.toContain(form)
  })

  test('opens what was answered, however it is typed, and nothing of what was reported', async () => {
    const { number, key, answerBefore } = await reported()
    const sloppy = key.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')
    const { status, body } = await lookUp(` ${number.toLowerCase().replaceAll('-', '')} `, sloppy)
    expect([status, body]).toEqual([
      200,
      {
        number,
        kind: 'vulnerability',
        state: 'received',
        receivedAt: expect.any(Number),
        answerBefore,
        answers: [],
        closed: null,
      },
    ])
  })

  test('and number are refused alike, whichever is wrong, and that is written down', async () => {
    const [one, other] = [await reported(), await reported()]
    const events = await eventsOf(h.house, async () => {
      const answers = [
        await lookUp(one.number, other.key),
        await lookUp('GH-2026-9999', one.key),
        await lookUp(one.number, 'AAAAA-AAAAA-AAAAA-AAAAA'),
        await lookUp('no number', 'no key'),
      ]
      const bodies = answers.map(({ status, body }) => {
        const { correlationId: _, ...error } = (body as unknown as { error: Record<string, unknown> }).error
        return { status, error }
      })
      expect(bodies[0]).toMatchObject({ status: 404, error: { code: 'report_unknown' } })
      for (const body of bodies) expect(body).toEqual(bodies[0])
    })
    // The house does its own work meanwhile: sign-ins that are over end.
    const told = events.filter(({ event }) => event.startsWith('report.'))
    expect(told.map(({ event, outcome }) => [event, outcome])).toEqual(Array(4).fill(['report.key_refused', 'refused']))
  })

  test('cannot be tried out', async () => {
    const { number, key } = await reported()
    for (let i = 0; i < 30; i++) await lookUp(number, 'AAAAA-AAAAA-AAAAA-AAAAA')
    expect(codeOf(await lookUp(number, key))).toEqual([429, 'too_many_tries'])
  })

  test('nobody fills a mailbox through us: one address gets three receipts a day', async () => {
    const victim = 'Victim@example.com'
    for (let i = 0; i < 5; i++) {
      const { status, body } = await reportFrom(`203.0.113.${i + 1}`, { email: i % 2 ? victim : victim.toLowerCase() })
      expect([status, body.mailed]).toEqual([201, i < 3])
    }
    const mails = [...(await mailsTo(h.house, victim)), ...(await mailsTo(h.house, victim.toLowerCase()))]
    expect(mails).toHaveLength(3)
  })
})

describe('those who answer', () => {
  test('AZ01 are those who are granted it: others find nothing, whether it exists or not', async () => {
    const { id } = await reported()
    const [anna, clara, oskar] = [await h.as('technician'), await h.as('approver'), await h.as('auditor')]
    for (const one of [id, '00000000-0000-7000-8000-000000000000']) {
      expect(codeOf(await anna.get(path(one)))).toEqual([403, 'not_granted'])
      expect(codeOf(await clara.get(path(one)))).toEqual([404, 'not_found'])
      expect(codeOf(await clara.post(path(one, '/answers'), { text: 'x' }))).toEqual([404, 'not_found'])
    }
    expect(codeOf(await anna.get('/api/security-reports'))).toEqual([403, 'not_granted'])
    expect(codeOf(await anna.get('/api/security-reports/counts'))).toEqual([403, 'not_granted'])
    const seen = await oskar.get<ReportView>(path(id))
    expect([seen.status, seen.body.may.answer.ok, seen.body.may.close.ok]).toEqual([200, false, false])
    expect(codeOf(await oskar.post(path(id, '/answers'), { text: 'x' }))).toEqual([403, 'not_granted'])
    expect(codeOf(await oskar.post(path(id, '/close'), { reason: 'x' }))).toEqual([403, 'not_granted'])
    expect(codeOf(await ruth.get(path('nothing')))).toEqual([404, 'not_found'])
  })

  test('AL02 answer; whoever reported it is mailed, reads it with the key, and learns no names', async () => {
    const email = 'answered@example.com'
    const { id, number, key } = await reported({ email })
    const events = await eventsOf(h.house, async () => {
      const signals = await signalsOf(h.house, async () => {
        const answer = await ruth.post<ReportView>(path(id, '/answers'), { text: 'Thank you.\n\nMended in 1.2.' })
        expect(answer.body).toMatchObject({
          state: 'answered',
          answers: [{ by: 'Ruth Vogel', text: 'Thank you.\n\nMended in 1.2.' }],
        })
      })
      expect(signals).toContainEqual({ kind: 'hint', hint: { about: 'reports' } })
    })
    expect(says(events)).toEqual([`Answered the security report ${number}`])
    const [mail] = await mailsTo(h.house, email)
    expect(mail?.subject).toBe(`Your security report ${number} was answered`)
    expect(mail?.text).toContain(`\n${h.house.origin}/security/lookup\n`)
    expect(mail?.text).not.toContain('Mended')
    const { body } = await lookUp(number, key)
    expect(body).toMatchObject({ state: 'answered', answers: [{ text: 'Thank you.\n\nMended in 1.2.' }] })
    expect(JSON.stringify(body)).not.toContain('Ruth')
  })

  test('AP19 close with a reason, once; nothing is answered afterwards', async () => {
    const { id, number, key } = await reported({ email: 'closed@example.com' })
    await ruth.post(path(id, '/answers'), { text: 'We look into it.' })
    const events = await eventsOf(h.house, async () => {
      const both = await Promise.all([
        ruth.post(path(id, '/close'), { reason: 'Mended in 1.2' }),
        ruth.post(path(id, '/close'), { reason: 'No weak spot' }),
      ])
      expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
      const lost = both.find(({ status }) => status === 409)
      expect(lost?.body).toMatchObject({ error: { code: 'wrong_state', state: 'closed' } })
    })
    expect(says(events).filter((one) => one.startsWith('Closed'))).toEqual([`Closed the security report ${number}`])
    expect(codeOf(await ruth.post(path(id, '/answers'), { text: 'late' }))).toEqual([409, 'wrong_state'])
    const { body } = await ruth.get<ReportView>(path(id))
    expect(body).toMatchObject({ state: 'closed', answers: [{ text: 'We look into it.' }] })
    expect(body.may).toMatchObject({ answer: { ok: false, because: 'wrong_state' }, close: { ok: false } })
    expect((await lookUp(number, key)).body.closed?.reason).toBe(body.closed?.reason)
    expect((await mailsTo(h.house, 'closed@example.com'))[0]?.subject).toContain('was closed')
  })

  test('find reports page by page, by what they are looking for and by how they stand', async () => {
    const made = [await reported({ title: 'A 100% needle_' }), await reported({ kind: 'breach' }), await reported()]
    await ruth.post(path(made[2]?.id ?? '', '/close'), { reason: 'Spam' })
    const ids = async (query: string) => {
      const rows: string[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const { status, body }: Answer<Page<ReportListRow>> = await ruth.get(
          `/api/security-reports?limit=2&${query}${cursor && `&cursor=${cursor}`}`,
        )
        expect(status).toBe(200)
        rows.push(...body.rows.map(({ id }) => id))
        cursor = body.next
      }
      return rows
    }
    const all = await h.house.db.select().from(securityReport)
    expect(await ids('state=all')).toEqual(
      all
        .map(({ id }) => id)
        .sort()
        .reverse(),
    )
    expect(await ids('state=all&search=100%25 needle_')).toEqual([made[0]?.id])
    expect(await ids(`state=all&search=${made[1]?.number.toLowerCase()}`)).toEqual([made[1]?.id])
    expect(await ids('state=closed')).toContain(made[2]?.id)
    expect(await ids('state=open')).not.toContain(made[2]?.id)
    expect(await ids('search=nowhere to be found')).toEqual([])
    expect(codeOf(await ruth.get('/api/security-reports?cursor=made-up'))).toEqual([422, 'invalid_input'])
    expect(codeOf(await ruth.get('/api/security-reports?state=lost'))).toEqual([422, 'invalid_input'])
    const { body: counts } = await ruth.get<ReportCounts>('/api/security-reports/counts')
    expect(counts.open).toBe(all.filter(({ state }) => state !== 'closed').length)
  })
})

describe('HD11 a first answer that is late', () => {
  const delaysOf = async (number: string) =>
    (await mailsTo(h.house, contact)).filter(({ subject }) => subject === `Overdue: security report ${number}`)

  test('is told of once, and shown', async () => {
    const answered = await reported({ kind: 'breach' })
    const late = await reported({ kind: 'breach' })
    await ruth.post(path(answered.id, '/answers'), { text: 'Thank you.' })
    h.clock.moveTo(late.answerBefore - 1_000)
    await tellOfOverdueReports.run(h.house)
    expect(await delaysOf(late.number)).toEqual([])
    const said = await eventsSince(h.house)
    h.clock.moveTo(late.answerBefore)
    await Promise.all([tellOfOverdueReports.run(h.house), tellOfOverdueReports.run(h.house)])
    await tellOfOverdueReports.run(h.house)
    const mine = async () => says(await said()).filter((one) => one.includes(late.number))
    await expect.poll(mine).toEqual([`The security report ${late.number} had no answer within 24 hours`])
    expect(await delaysOf(late.number)).toHaveLength(1)
    expect(await delaysOf(answered.number)).toEqual([])

    ruth = await h.as('administrator')
    const { body } = await ruth.get<Page<ReportListRow>>('/api/security-reports?state=overdue')
    expect(body.rows.map(({ id }) => id)).toContain(late.id)
    expect(body.rows.map(({ id }) => id)).not.toContain(answered.id)
    expect(body.rows.every(({ overdue }) => overdue)).toBe(true)
    const { body: counts } = await ruth.get<ReportCounts>('/api/security-reports/counts')
    expect(counts.overdue).toBe(body.rows.length)
  })

  test('and a report itself are told to those who may answer, where no security contact is set', async () => {
    const other = await openTestHouse()
    try {
      await other.nobody.post('/api/security-reports', found)
      other.clock.advance(days(4))
      await tellOfOverdueReports.run(other.house)
      const mails = await mailsTo(other.house, demoPeople.administrator.email)
      expect(mails.map(({ subject }) => subject.replace(/GH-\d{4}-/, ''))).toEqual([
        'Overdue: security report 0001',
        'Security report 0001: vulnerability',
      ])
      expect(await mailsTo(other.house, demoPeople.auditor.email)).toEqual([])
    } finally {
      await other.close()
    }
  })
})

test('AZ03 in a Gatehouse that was there before, those in charge get to answer, and readers of the log to read', async () => {
  const file = new URL('../../migrations/0007_security_report_guards.sql', import.meta.url)
  const updates = (await readFile(fileURLToPath(file), 'utf8'))
    .split('--> statement-breakpoint')
    .filter((statement) => statement.includes('update "group_grant"'))
  expect(updates).toHaveLength(2)
  const owner = postgres(h.ownerUrl, { max: 1 })
  const held = () =>
    owner`select g.name, array(select a from unnest(r.activities) a where a like 'intake.%' order by 1) as held
      from group_grant r join "group" g on g.id = r.group_id order by g.name`
  try {
    const asSeeded = await held()
    await owner`update group_grant set activities = array(select a from unnest(activities) a where a not like 'intake.%')`
    for (const update of [...updates, ...updates]) await owner.unsafe(update)
    expect(await held()).toEqual(asSeeded)
    expect(asSeeded.filter((row) => row.held.length > 0).map((row) => row.name)).toEqual(['Administrators', 'Auditors'])
  } finally {
    await owner.end()
  }
})
