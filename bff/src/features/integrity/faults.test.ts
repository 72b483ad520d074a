import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoPeople } from '../../demo/people.ts'
import { days, hours, minutes } from '../../kernel/clock.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import { newId } from '../../kernel/ids.ts'
import { outboxMail } from '../../kernel/outbox/tables.ts'
import { eventsOf } from '../../testing/events.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { mailsTo } from '../../testing/mailed.ts'
import { signalsOf } from '../../testing/signals.ts'
import { type FoundFault, kindOf, reportFault, reportFaults } from './faults.ts'
import { auditExplanation, auditFault } from './tables.ts'

let h: TestHouse
let helvetia: string
beforeAll(async () => {
  h = await openTestHouse()
  helvetia = h.seeded.customers['Helvetia Pharma']
})
afterAll(() => h.close())

const faultsOf = (tree: string) => h.house.db.select().from(auditFault).where(eq(auditFault.tree, tree))
const mailed = async () => {
  const mails = await h.house.db.select().from(outboxMail)
  return mails
    .filter(({ subject }) => subject.includes('audit log'))
    .map(({ to }) => to)
    .sort()
}
const found = (more: Partial<FoundFault> = {}): FoundFault => ({
  tree: helvetia,
  seq: 7,
  says: 'the event is gone',
  foundBy: 'nightly_check',
  ...more,
})
const told = (events: { event: string; says: string; customerId: string | null }[]) =>
  events.filter(({ event }) => event === 'log.altered').map(({ says, customerId }) => [customerId, says])

describe('AL14 what is found in a log', () => {
  test('is in the table, in both logs, and mailed to the administrators of both sides and to nobody else', async () => {
    const signals = await signalsOf(h.house, async () => {
      const events = await eventsOf(h.house, () => reportFault(h.house, found()))
      const says = 'Found in the audit log of Helvetia Pharma, entry 8: the event is gone (found by the nightly check)'
      expect(told(events)).toEqual([
        [helvetia, says],
        [null, says],
      ])
    })
    expect(await faultsOf(helvetia)).toMatchObject([{ seq: 7, says: 'the event is gone', toldAt: expect.any(Number) }])
    expect(await mailed()).toEqual(
      [demoPeople.administrator.email, demoPeople.approver.email, demoPeople.colleague.email].sort(),
    )
    const [mail] = await mailsTo(h.house, demoPeople.approver.email)
    expect(mail?.subject).toBe('Alarm: the audit log of Helvetia Pharma is not as written')
    expect(mail?.text).toContain('- entry 8: the event is gone (found by the nightly check')
    expect(mail?.text).toContain(`${h.house.origin}/audit/logs/${helvetia}`)
    const hints = signals.flatMap((one) => (one.kind === 'hint' && one.hint.about === 'log' ? [one.customerId] : []))
    expect(hints).toEqual([helvetia, undefined])
  })

  test('is the same when it is found again, by whomever and with other numbers: nobody is told twice', async () => {
    const before = await mailed()
    const first = await faultsOf(helvetia)
    h.clock.advance(minutes(20))
    const events = await eventsOf(h.house, async () => {
      await Promise.all([reportFault(h.house, found()), reportFault(h.house, found({ foundBy: 'agent' }))])
      await reportFault(h.house, found({ seq: null, says: 'the tree has 20 entries, and 18 are there' }))
      await reportFault(h.house, found({ seq: null, says: 'the tree has 25 entries, and 23 are there' }))
    })
    expect(told(events)).toHaveLength(2)
    const [same, other, ...more] = await faultsOf(helvetia)
    expect(more).toEqual([])
    expect(same).toMatchObject({ firstAt: first[0]?.firstAt, foundBy: 'nightly_check' })
    expect(same?.lastAt).toBeGreaterThan((first[0]?.lastAt ?? 0) + minutes(19))
    expect(other?.says).toBe('the tree has 20 entries, and 18 are there')
    expect((await mailed()).length - before.length).toBe(3)
  })

  test('may be found behind the wall of its customer, and of no other', async () => {
    const behind = { ...h.house, db: h.house.dbOf([helvetia]) }
    const device = h.seeded.devices['Balance 7'] ?? ''
    const events = await eventsOf(h.house, () =>
      reportFault(behind, found({ seq: 9, foundBy: 'agent', deviceId: device })),
    )
    expect(told(events)).toHaveLength(2)
    expect(events.find(({ customerId }) => customerId === helvetia)).toMatchObject({
      deviceId: device,
      deviceName: 'Balance 7',
    })
    const other = h.seeded.customers['Great Lakes Foods']
    await expect(reportFault(behind, found({ tree: other }))).rejects.toMatchObject({ cause: { code: '42501' } })
    expect(await faultsOf(other)).toEqual([])
  })

  test('a hundred at once are one mail for each, and a day of ever more is no flood', async () => {
    h.clock.advance(hours(25))
    const before = await mailed()
    const many = Array.from({ length: 100 }, (_, seq) => found({ seq: 100 + seq }))
    expect(await reportFaults(h.house, many)).toBe(100)
    expect((await mailed()).length - before.length).toBe(3)
    for (let seq = 0; seq < 6; seq++) {
      h.clock.advance(minutes(1))
      await reportFault(h.house, found({ seq: 300 + seq }))
    }
    expect((await mailed()).length - before.length).toBe(9)
    const [mail] = await mailsTo(h.house, demoPeople.approver.email)
    expect(mail?.text).toContain('entry 302')
  })

  test('in the log of the maker itself is no matter of any customer', async () => {
    const before = await mailed()
    const events = await eventsOf(h.house, () => reportFault(h.house, found({ tree: theMakerItself })))
    expect(told(events)).toEqual([[null, expect.stringContaining(`audit log of ${h.house.settings.maker}, entry 8`)]])
    expect((await mailed()).length - before.length).toBe(1)
  })

  describe('that was explained, or not seen for a while', () => {
    const explain = async () => {
      const [newest] = (await faultsOf(helvetia))
        .filter(({ kind }) => kind === kindOf(shrunk(1, 1).says))
        .sort((a, b) => b.occurrence - a.occurrence)
      await h.house.db.insert(auditExplanation).values({
        faultId: newest?.id ?? '',
        tree: helvetia,
        side: 'maker',
        at: h.clock.now(),
        personId: newId(),
        reason: 'a disk',
      })
    }
    const shrunk = (signed: number, there: number) =>
      found({ seq: null, says: `${signed} signed, ${there} there`, foundBy: 'signer' })
    /** What a finding comes to: events, mails, and how often it came up so far. */
    const comesTo = async (one: FoundFault) => {
      const before = (await mailed()).length
      const events = await eventsOf(h.house, () => reportFault(h.house, one))
      const rows = (await faultsOf(helvetia)).filter(({ kind }) => kind === kindOf(one.says))
      return [told(events).length, (await mailed()).length - before, rows.length]
    }
    const asNew = (times: number) => [2, 3, times]
    const asKnown = (times: number) => [0, 0, times]

    test('is told anew when it comes up anew, and one explanation silences nothing for ever', async () => {
      h.clock.advance(days(2))
      expect(await comesTo(shrunk(9, 7))).toEqual(asNew(1))
      await explain()
      // It goes on for thirty days, and is what was explained.
      for (let day = 0; day < 30; day++) {
        h.clock.advance(days(1))
        expect(await comesTo(shrunk(9, 7))).toEqual(asKnown(1))
      }
      expect(await comesTo(shrunk(900, 400))).toEqual(asNew(2))
      const both = await Promise.all([comesTo(shrunk(901, 400)), comesTo(shrunk(902, 400))])
      expect(both).toEqual([asKnown(2), asKnown(2)])
      // Until it is explained as well, and a day is over: what grows on is no alarm with every entry.
      await explain()
      h.clock.advance(hours(12))
      expect(await comesTo(shrunk(900, 403))).toEqual(asKnown(2))
      h.clock.advance(hours(13))
      await Promise.all([reportFault(h.house, shrunk(900, 404)), reportFault(h.house, shrunk(900, 404))])
      expect(await comesTo(shrunk(900, 405))).toEqual(asKnown(3))
    })

    test('is told anew where it was away for a night, explained or not', async () => {
      const one = found({ seq: 7_000 })
      h.clock.advance(days(2))
      expect(await comesTo(one)).toEqual([2, 3, expect.any(Number)])
      h.clock.advance(hours(25))
      expect((await comesTo(one)).slice(0, 2)).toEqual([0, 0])
      h.clock.advance(hours(48))
      expect((await comesTo(one)).slice(0, 2)).toEqual([2, 3])
      expect((await faultsOf(helvetia)).filter(({ seq }) => seq === 7_000)).toHaveLength(2)
    })
  })
})
