import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { auditEvents } from './audit-events.ts'
import {
  AuditFilter,
  actorKinds,
  auditQueryShape,
  filterInWords,
  filterOfAddress,
  filterOfQuery,
} from './audit-filter.ts'
import { auditKindNames, auditKindOf, eventsOfKinds } from './audit-kinds.ts'
import { filterToQuery } from './audit-query.ts'

const ids = fc.uuid()
let made = 0
const newId = () => `00000000-0000-4000-8000-${String(++made).padStart(12, '0')}`
const moment = fc.integer({ min: 0, max: 4_000_000_000_000 })
const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: 1, maxLength: 5 })
const filters: fc.Arbitrary<AuditFilter> = fc
  .record(
    {
      search: fc.constantFrom('drift', 'a, b & c = “d”', '100 %', 'ＡＢ+'),
      kinds: list(fc.constantFrom(...auditKindNames)),
      events: list(fc.constantFrom('device.added', 'sign_in.refused')),
      outcomes: list(fc.constantFrom('done' as const, 'refused' as const, 'failed' as const)),
      actorKinds: list(fc.constantFrom(...actorKinds)),
      people: list(ids),
      approval: fc.constantFrom('with' as const, 'without' as const),
      from: moment,
      to: moment,
      customerId: ids,
      siteId: ids,
      deviceId: ids,
      personId: ids,
      requestId: ids,
      sessionId: ids,
    },
    { requiredKeys: [] },
  )
  .chain((filter) =>
    filter.approval === undefined
      ? fc.option(ids, { nil: undefined }).map((approvalId) => ({ ...filter, ...(approvalId && { approvalId }) }))
      : fc.constant(filter),
  )

describe('what the log is narrowed to', () => {
  test('is the same after it was an address', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        const query = filterToQuery(filter)
        expect(AuditFilter.parse(filter)).toEqual(filter)
        expect(filterOfAddress(query)).toEqual(filter)
        expect(filterOfQuery(z.object(auditQueryShape).parse(query))).toEqual(filter)
      }),
    )
  })

  test.each([
    { kind: 'nothing' },
    { people: 'ada' },
    { from: 'yesterday' },
    { from: '2026-03-01T08:00:00' },
    { from: '2026-03-01T08:00:00+01:00' },
    { approval: 'maybe' },
    { device: '1' },
    { people: Array.from({ length: 101 }, () => newId()).join() },
    { event: 'constructor' },
  ])('of the API is refused where it is no filter: %j', (query) => {
    expect(z.object(auditQueryShape).safeParse(query).success).toBe(false)
    expect(filterOfAddress(query as unknown as Record<string, string>)).toEqual({})
  })

  test('says in words what it lets through', () => {
    const [ada, balance] = [newId(), newId()]
    const names = new Map([
      [ada, 'Ada'],
      [balance, 'Balance 7'],
    ])
    const words = (filter: AuditFilter) => filterInWords(filter, (id) => names.get(id), 'Europe/Zurich')
    expect(words({})).toBe('All events')
    expect(
      words({
        deviceId: balance,
        people: [ada],
        kinds: ['requests', 'sessions'],
        outcomes: ['refused', 'failed'],
        approval: 'without',
        from: Date.UTC(2026, 2, 29, 0, 59, 59),
        to: Date.UTC(2026, 2, 29, 1),
        search: 'drift',
      }),
    ).toBe(
      'Events of the device “Balance 7”; about “Requests and approvals” or “Remote sessions”; refused or failed; ' +
        'by “Ada”; without an approval; from 2026-03-29 01:59:59 (Europe/Zurich, UTC+01:00) on; ' +
        'before 2026-03-29 03:00 (Europe/Zurich, UTC+02:00); with the words “drift”',
    )
  })

  test('knows the kind of every event, and no other', () => {
    expect(Object.keys(auditKindOf).sort()).toEqual(Object.keys(auditEvents).sort())
    expect(eventsOfKinds(auditKindNames).sort()).toEqual(Object.keys(auditEvents).sort())
  })
})
