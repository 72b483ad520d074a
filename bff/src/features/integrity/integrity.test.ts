import { utf8 } from '@gatehouse/shared/audit/bytes'
import { openCheckpoint } from '@gatehouse/shared/audit/checkpoint'
import { readKey } from '@gatehouse/shared/audit/note'
import type { Page } from '@gatehouse/shared/views/basics'
import type { LogFaultView, LogView, OpenFaultsView } from '@gatehouse/shared/views/integrity'
import { asc, eq, inArray, isNull } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoPeople, type Persona } from '../../demo/people.ts'
import { primitives, sha256 } from '../../kernel/audit/platform.ts'
import { days, hours, minutes } from '../../kernel/clock.ts'
import { newId } from '../../kernel/ids.ts'
import { outboxMail } from '../../kernel/outbox/tables.ts'
import { allEventsOf, eventsOf } from '../../testing/events.ts'
import { type Answer, openTestHouse, type TestHouse } from '../../testing/house.ts'
import { mailsTo } from '../../testing/mailed.ts'
import { signCheckpoints } from '../audit/checkpoints.ts'
import { sequence } from '../audit/sequencer.ts'
import { person } from '../people/tables.ts'
import { runChecks } from './checks.ts'
import { reportFault, reportFaults } from './faults.ts'
import { remindOfFaults } from './reminders.ts'
import { auditCheck, auditFault } from './tables.ts'

let h: TestHouse
let helvetia: string
beforeAll(async () => {
  h = await openTestHouse()
  helvetia = h.seeded.customers['Helvetia Pharma']
})
afterAll(() => h.close())

const codeOf = (answer: Answer) => [answer.status, (answer.body as { error?: { code?: string } }).error?.code]
const logOf = async (who: Persona, path = `logs/${helvetia}`) =>
  (await (await h.as(who)).get<LogView>(`/api/${path}`)).body
const faultsSeen = async (who: Persona) =>
  (await (await h.as(who)).get<Page<LogFaultView>>(`/api/logs/${helvetia}/faults`)).body.rows
const own = (events: { event: string; says: string; actorName: string; customerId: string | null }[]) =>
  events
    .filter(({ event }) => event.startsWith('log.'))
    .map(({ says, actorName, customerId }) => [actorName, customerId, says])

describe('verify now', () => {
  test('makes the whole log again, says so with its time, and is in the log: who asked, and what came of it', async () => {
    await sequence(h.house)
    await signCheckpoints.run(h.house)
    const ines = await h.as('reader')
    const events = await allEventsOf(h.house, async () => {
      expect((await ines.post(`/api/logs/${helvetia}/checks`)).status).toBe(202)
      await expect
        .poll(async () => {
          await runChecks.run(h.house)
          return (await logOf('reader')).checks[0]?.endedAt
        })
        .toEqual(expect.any(Number))
    })
    const log = await logOf('reader')
    const [check] = log.checks
    expect(check).toMatchObject({ askedBy: 'Ines Frei', faults: 0, failed: null, size: check?.done })
    expect(check?.comparedSize).toBeGreaterThan(0)
    expect(check?.root).toMatch(/^[\w+/]{43}=$/)
    expect(own(events)).toEqual([
      ['Ines Frei', helvetia, 'Asked for a check of the audit log of Helvetia Pharma, from its events'],
      [
        'Gatehouse',
        helvetia,
        `Made the audit log of Helvetia Pharma again from its ${check?.size} events: nothing was altered`,
      ],
    ])
  })

  test('is done once at a time, for each log by itself', async () => {
    const [clara, luis] = [await h.as('approver'), await h.as('otherApprover')]
    const at = h.clock.now()
    // One that is under way, at another instance.
    await h.house.db.insert(auditCheck).values({ id: newId(), tree: helvetia, askedAt: at, begunAt: at, heardAt: at })
    expect(codeOf(await clara.post(`/api/logs/${helvetia}/checks`))).toEqual([409, 'check_running'])
    expect((await logOf('approver')).may.check).toMatchObject({ ok: false, because: 'check_running' })
    const foods = h.seeded.customers['Great Lakes Foods']
    expect((await luis.post(`/api/logs/${foods}/checks`)).status).toBe(202)
    // Its process has died: whoever finds it silent begins it anew.
    h.clock.advance(minutes(3))
    await expect
      .poll(async () => {
        await runChecks.run(h.house)
        return (await h.house.db.select().from(auditCheck)).filter(({ endedAt }) => endedAt === null)
      })
      .toEqual([])
  })

  test('is asked of a log once in ten minutes, and whoever asks keeps the night from no other log', async () => {
    const now = h.clock.now()
    const at = (minute: number) => ({ askedAt: now - minutes(60) + minutes(minute) })
    const [asker] = await h.house.db.select({ id: person.id }).from(person).limit(1)
    const logs = Array.from({ length: 8 }, () => newId())
    const rows = logs.map((one, nth) => ({
      id: newId(),
      tree: one,
      askedBy: nth < 5 ? (asker?.id ?? null) : null,
      ...at(nth),
    }))
    await h.house.db.insert(auditCheck).values(rows)
    await expect
      .poll(async () => {
        await runChecks.run(h.house)
        return h.house.db.select().from(auditCheck).where(isNull(auditCheck.endedAt))
      })
      .toEqual([])
    const done = await h.house.db
      .select()
      .from(auditCheck)
      .where(inArray(auditCheck.tree, logs))
      .orderBy(asc(auditCheck.endedAt))
    // The house itself takes of them at the same time, two by two.
    const nightly = done.map(({ askedBy }) => askedBy === null)
    expect(nightly.slice(0, nightly.lastIndexOf(false)).filter(Boolean).length).toBeGreaterThanOrEqual(2)

    const foods = h.seeded.customers['Great Lakes Foods']
    h.clock.advance(minutes(11))
    const again = await h.as('otherApprover')
    expect((await again.post(`/api/logs/${foods}/checks`)).status).toBe(202)
    await expect
      .poll(async () => {
        await runChecks.run(h.house)
        return h.house.db.select().from(auditCheck).where(isNull(auditCheck.endedAt))
      })
      .toEqual([])
    const events = await eventsOf(h.house, async () => {
      expect(codeOf(await again.post(`/api/logs/${foods}/checks`))).toEqual([409, 'checked_lately'])
    })
    expect(own(events)).toEqual([])
    expect((await logOf('otherApprover', `logs/${foods}`)).may.check).toMatchObject({ because: 'checked_lately' })
  })

  test('is for those who may see the log as a whole: of the customer itself, and of the maker', async () => {
    expect(codeOf(await (await h.as('otherApprover')).post(`/api/logs/${helvetia}/checks`))).toEqual([404, 'not_found'])
    expect(codeOf(await (await h.as('technician')).post(`/api/logs/${helvetia}/checks`))).toEqual([403, 'not_granted'])
    expect(codeOf(await (await h.as('approver')).get('/api/makers-log'))).toEqual([404, 'not_found'])
    expect((await logOf('auditor', 'makers-log')).name).toBe(h.house.settings.maker)
    const rows = async (who: Persona) =>
      (await (await h.as(who)).get<{ rows: { name: string }[] }>('/api/logs')).body.rows.map(({ name }) => name)
    expect(await rows('reader')).toEqual(['Helvetia Pharma'])
    expect(await rows('auditor')).toEqual([h.house.settings.maker, 'Great Lakes Foods', 'Helvetia Pharma'])
    expect(await rows('technician')).toEqual([])
  })

  test('AL17 the key on the page opens the checkpoint of the file, and no other log’s', async () => {
    const log = await logOf('reader')
    const key = readKey(sha256, log.key.text)
    const { body: file } = await (await h.as('reader')).get<string>(`/api/logs/${helvetia}/checkpoint`)
    expect(openCheckpoint(primitives, utf8(file), key).checkpoint.size).toBeGreaterThanOrEqual(
      log.checkpoint?.size ?? 1,
    )
    await sequence(h.house)
    await expect
      .poll(async () => {
        await signCheckpoints.run(h.house)
        return (await logOf('auditor', 'makers-log')).checkpoint
      })
      .not.toBeNull()
    const { body: other } = await (await h.as('auditor')).get<string>('/api/makers-log/checkpoint')
    expect(() => openCheckpoint(primitives, utf8(other), key)).toThrow('it is a checkpoint of')
  })
})

describe('an explanation', () => {
  const fault = async (seq: number) => {
    await reportFault(h.house, { tree: helvetia, seq, says: 'the event is gone', foundBy: 'nightly_check' })
    const rows = await h.house.db.select().from(auditFault).where(eq(auditFault.tree, helvetia))
    return rows.find((one) => one.seq === seq)?.id ?? ''
  }
  const explain = async (who: Persona, id: string, body: unknown = { reason: 'A repair of the disk' }) =>
    (await h.as(who)).post<LogView>(`/api/logs/${helvetia}/faults/${id}/explanation`, body)
  const open = async (who: Persona) =>
    (await (await h.as(who)).get<OpenFaultsView>('/api/log-faults')).body.logs.map(({ count }) => count)

  test('of the maker is in both logs and told to the customer, whose own alarm goes on', async () => {
    const id = await fault(4)
    const events = await eventsOf(h.house, async () => {
      const { status, body } = await explain('administrator', id)
      expect(status).toBe(200)
      expect(body.faults).toEqual({ open: 0, all: 1 })
      expect((await faultsSeen('administrator'))[0]).toMatchObject({
        open: false,
        explanations: [{ side: 'maker', by: 'Ruth Vogel' }],
      })
    })
    const says = 'Explained what was found at entry 5 of the audit log of Helvetia Pharma: “A repair of the disk”'
    expect(own(events)).toEqual([
      ['Ruth Vogel', helvetia, says],
      ['Ruth Vogel', null, says],
    ])
    const [mail] = await mailsTo(h.house, demoPeople.colleague.email)
    expect(mail?.subject).toBe(`${h.house.settings.maker} explains a fault in the audit log of Helvetia Pharma`)
    expect(mail?.text).toContain('“A repair of the disk”')
    expect([await open('administrator'), await open('approver')]).toEqual([[], [1]])
    expect((await faultsSeen('approver'))[0]).toMatchObject({ open: true })
  })

  test('is given once by each side, by an administrator with a fresh proof, and is never changed', async () => {
    const id = await fault(5)
    expect(codeOf(await explain('reader', id))).toEqual([403, 'not_granted'])
    expect(codeOf(await explain('auditor', id))).toEqual([403, 'not_granted'])
    expect(codeOf(await explain('otherApprover', id))).toEqual([404, 'not_found'])
    expect(codeOf(await explain('approver', id, { reason: ' ' }))).toEqual([422, 'invalid_input'])
    expect((await explain('approver', id)).status).toBe(200)
    expect(codeOf(await explain('colleague', id, { reason: 'Another' }))).toEqual([409, 'already_decided'])
    const clara = await h.as('approver')
    h.clock.advance(minutes(11))
    expect(codeOf(await clara.post(`/api/logs/${helvetia}/faults/${id}/explanation`, { reason: 'x' }))).toEqual([
      403,
      'step_up_required',
    ])
  })

  test('ends the daily reminders of its side: one mail a day for each person, until then', async () => {
    const id = await fault(6)
    const mails = async (who: Persona) =>
      (await mailsTo(h.house, demoPeople[who].email)).filter(({ subject }) => subject.startsWith('Still unexplained'))
    const counts = async () => [(await mails('administrator')).length, (await mails('approver')).length]
    await remindOfFaults.run(h.house)
    expect(await counts()).toEqual([0, 0])
    h.clock.advance(hours(25))
    await remindOfFaults.run(h.house)
    await remindOfFaults.run(h.house)
    expect(await counts()).toEqual([1, 1])
    expect((await mails('administrator'))[0]?.text).toContain('entry 7')
    expect((await mails('administrator'))[0]?.text).not.toContain('entry 5')
    await explain('administrator', id)
    await explain('administrator', (await faultsSeen('administrator')).find(({ open }) => open)?.id ?? '')
    h.clock.advance(days(1) + minutes(1))
    await remindOfFaults.run(h.house)
    expect(await counts()).toEqual([1, 2])
    for (const { id: one, open: waits } of await faultsSeen('approver')) if (waits) await explain('approver', one)
    h.clock.advance(days(1) + minutes(1))
    await remindOfFaults.run(h.house)
    expect(await counts()).toEqual([1, 2])
    expect([await open('administrator'), await open('approver')]).toEqual([[], []])
    // What was found stays.
    expect(await faultsSeen('reader')).toHaveLength(3)
    expect(await mailsTo(h.house, demoPeople.otherApprover.email)).toEqual([])
    expect((await h.house.db.select().from(outboxMail)).every(({ subject }) => !subject.includes('Great Lakes'))).toBe(
      true,
    )
  })
})

test('faults that are found at once are told in the order of their entries, as people count', async () => {
  const tree = h.seeded.customers['Great Lakes Foods']
  const found = [10, 1, null, 2, 9].map(
    (seq) => ({ tree, seq, says: 'the event is gone', foundBy: 'nightly_check' }) as const,
  )
  const events = await eventsOf(h.house, () => reportFaults(h.house, found))
  const entries = events.filter(({ customerId }) => customerId === tree).map(({ fields }) => fields.entry)
  expect(entries.map(Number).slice(1)).toEqual([2, 3, 10, 11])
  const [mail] = await mailsTo(h.house, demoPeople.otherApprover.email)
  expect(mail?.text.match(/(?<=entry )\d+/g)).toEqual(['2', '3', '10', '11'])
})
