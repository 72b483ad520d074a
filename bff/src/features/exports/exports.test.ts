import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { verify } from '@gatehouse/shared/audit/verify'
import type { AuditRow } from '@gatehouse/shared/views/audit'
import type { Page } from '@gatehouse/shared/views/basics'
import type { CheckpointView, ExportPreview, ExportView } from '@gatehouse/shared/views/exports'
import { and, eq } from 'drizzle-orm'
import postgres, { type Sql } from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { entry } from '../../kernel/audit/append.ts'
import { primitives } from '../../kernel/audit/platform.ts'
import { auditLine } from '../../kernel/audit/tables.ts'
import { note } from '../../kernel/change.ts'
import { days } from '../../kernel/clock.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import { openHouse } from '../../main.ts'
import { testSecret } from '../../testing/cluster.ts'
import { eventsOf } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { tellExport } from '../../testing/stories.ts'
import { groupMember } from '../groups/tables.ts'
import { expireExports, stopExports } from './jobs.ts'
import { limits, numberOf } from './rules.ts'
import { auditExport } from './tables.ts'
import { csvRows, fetchFile, pinnedKey, unzipped } from './testing/reading.ts'
import { verifierFiles } from './verifier.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let h: TestHouse
let owner: Sql
let ines: Visitor
let clara: Visitor
let ruth: Visitor
let helvetia: string
beforeAll(async () => {
  h = await openTestHouse()
  owner = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
  helvetia = h.seeded.customers['Helvetia Pharma']
  ;[ines, clara, ruth] = await Promise.all([h.as('reader'), h.as('approver'), h.as('administrator')])
  // More than a page, of two devices, one of which belongs to another customer.
  for (const [device, customer] of [
    ['Balance 7', 'Helvetia Pharma'],
    ['Checkweigher 2', 'Great Lakes Foods'],
  ] as const)
    await note(
      h.house,
      Array.from({ length: 620 }, (_, i) =>
        entry({
          by: { kind: 'device', id: h.seeded.devices[device] ?? '', name: device, company: customer, from: null },
          event: i % 2 === 0 ? 'device.connected' : 'device.refused',
          fields: { device, transport: 'wss', because: 'a test' },
          outcome: i % 2 === 0 ? 'done' : 'refused',
          about: {
            customerId: h.seeded.customers[customer],
            customerName: customer,
            deviceId: h.seeded.devices[device] ?? '',
            deviceName: device,
          },
        }),
      ),
    )
})
afterAll(async () => {
  await owner.end()
  await h.close()
})

type Body = Record<string, unknown>
const asked = { format: 'csv', filter: '', zone: 'Europe/Zurich', reason: 'an inspection' }

const askFor = async (who: Visitor, body: Body): Promise<ExportView> => {
  const answer = await who.post<ExportView>('/api/me/exports', { ...asked, ...body })
  expect([answer.status, answer.body]).toEqual([201, expect.objectContaining({ state: 'queued' })])
  return answer.body
}

const seen = async (who: Visitor, id: string): Promise<ExportView | undefined> =>
  (await who.get<Page<ExportView>>('/api/me/exports')).body.rows.find((one) => one.id === id)

const ended = async (who: Visitor, id: string): Promise<ExportView> => {
  await expect.poll(async () => (await seen(who, id))?.state, { timeout: 20_000 }).not.toMatch(/queued|running/)
  return (await seen(who, id)) as ExportView
}

const made = async (who: Visitor, body: Body = {}): Promise<{ view: ExportView; bytes: Buffer }> => {
  const view = await ended(who, (await askFor(who, body)).id)
  expect([view.state, view.error]).toEqual(['done', null])
  const { status, bytes } = await fetchFile(h.url, who, view.id)
  expect(status).toBe(200)
  return { view, bytes }
}

/** The ids of what the list shows, to its last page. */
const listed = async (who: Visitor, filter: string): Promise<string[]> => {
  const ids: string[] = []
  for (let cursor = ''; ; ) {
    const { status, body } = await who.get<Page<AuditRow>>(`/api/audit?limit=200&${filter}${cursor}`)
    expect(status).toBe(200)
    ids.push(...body.rows.map(({ id }) => id))
    if (!body.next) return ids
    cursor = `&cursor=${encodeURIComponent(body.next)}`
  }
}

const idsIn = {
  csv: (bytes: Buffer) => {
    const [head = [], ...rows] = csvRows(bytes)
    return rows.map((row) => row[head.indexOf('Event id')] ?? '')
  },
  jsonl: (bytes: Buffer) => {
    const lines = bytes.toString('utf8').split('\n')
    expect(lines.pop()).toBe('')
    return lines.map((line) => (JSON.parse(line) as { event: { id: string } }).event.id)
  },
}

/** What `work` does while the exports stand still in the middle of a page. */
const inTheMiddle = async (
  who: Visitor,
  body: Body,
  work: (view: ExportView) => Promise<unknown>,
): Promise<ExportView> => {
  const view = await owner.begin(async (tx) => {
    await tx`lock table audit_leaf in access exclusive mode`
    const one = await askFor(who, body)
    // Not only begun: who asked has been looked at, and what he may see is read.
    const reading = async () => {
      await tx`select pg_stat_clear_snapshot()`
      const rows = await tx`select 1 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%from audit_leaf where event_id = any%'`
      return rows.length
    }
    await expect.poll(reading, { interval: 20 }).toBeGreaterThan(0)
    expect((await seen(who, one.id))?.state).toBe('running')
    await work(one)
    return one
  })
  return view
}

const pathOf = (id: string) => join(h.house.settings.dataDir, 'exports', id)
const personId = (who: keyof TestHouse['seeded']['people']) => h.seeded.people[who]

/** Somebody who leaves all his groups, and comes back into them. */
const outOfGroups = async (who: keyof TestHouse['seeded']['people']) => {
  const of = eq(groupMember.personId, personId(who))
  const was = await h.house.db.select({ groupId: groupMember.groupId }).from(groupMember).where(of)
  return {
    leave: () => h.house.db.delete(groupMember).where(of),
    comeBack: () => h.house.db.insert(groupMember).values(was.map((row) => ({ ...row, personId: personId(who) }))),
  }
}

describe('AL26 what comes out is exactly what the list shows', () => {
  const filters = () => ['', 'outcome=refused', `device=${h.seeded.devices['Balance 7']}`, 'by=person', 'search=wss']
  test.each(['csv', 'jsonl'] as const)('as %s', async (format) => {
    for (const filter of filters()) {
      const expected = await listed(ines, filter)
      const { bytes, view } = await made(ines, { format, filter })
      const ids = idsIn[format](bytes)
      expect(ids.length).toBeGreaterThan(0)
      expect(ids).toEqual(expected)
      expect([view.done, view.total, view.bytes]).toEqual([expected.length, expected.length, bytes.length])
    }
  })

  test('AL15 AL17 as a proof bundle, which the pinned key verifies and no other', async () => {
    const key = await pinnedKey(h.house, helvetia)
    const other = await pinnedKey(h.house, h.seeded.customers['Great Lakes Foods'])
    for (const filter of filters().slice(0, 3)) {
      const expected = await listed(ines, filter)
      const { bytes } = await made(ines, { format: 'bundle', filter })
      const { files } = await unzipped(bytes)
      const result = verify(primitives, files, { pinnedKey: key })
      expect(result.checks.filter((one) => one.result === 'failed')).toEqual([])
      expect([result.ok, result.count]).toEqual([true, expected.length])
      const ids = Buffer.from(files.get('events.jsonl') ?? [])
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { event: { id: string } }).event.id)
      expect([...ids].sort()).toEqual([...expected].sort())
      expect(verify(primitives, files, { pinnedKey: other }).ok).toBe(false)
      // The verifier in it is what it says, and what is handed out; any other tool that knows SHA-256 says the same.
      const sums = Buffer.from(files.get('README.txt') ?? [])
        .toString()
        .matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)
      const said = [...sums].map(([, hash, name = '']) => [name, hash])
      const inside = [...files].filter(([name]) => name.startsWith('verifier/'))
      expect(said).toEqual(inside.map(([name, one]) => [name, createHash('sha256').update(one).digest('hex')]))
      expect(inside.map(([name]) => name)).toEqual([...(await verifierFiles()).keys()])
      expect(result.checks.find(({ name }) => name === 'verifier')?.because).toBe(
        inside.length === 0 ? 'there is none' : undefined,
      )
      // All of a device from its first event on.
      if (filter.startsWith('device'))
        expect(result.manifest?.devices).toEqual([
          { id: h.seeded.devices['Balance 7'], from: 0, to: expected.length - 1 },
        ])
    }
  })

  test('the maker chooses one log of several, its own among them', async () => {
    const { body } = await ruth.post<ExportPreview>('/api/me/exports/preview', { filter: '', zone: 'Europe/Zurich' })
    expect(body.logs.map(({ name }) => name)).toEqual(['Alpenwerk Instruments', 'Great Lakes Foods', 'Helvetia Pharma'])
    expect(body).toMatchObject({ words: 'All events', leavesOut: false, reasonNeeded: true })
    const none = await ruth.post('/api/me/exports', { ...asked, format: 'bundle' })
    expect([none.status, none.body]).toMatchObject([422, { error: { fields: { log: expect.any(String) } } }])
    for (const id of ['maker', helvetia]) {
      const { bytes, view } = await made(ruth, { format: 'bundle', log: id })
      const { files } = await unzipped(bytes)
      const key = await pinnedKey(h.house, id === 'maker' ? theMakerItself : id)
      const result = verify(primitives, files, { pinnedKey: key })
      expect([result.ok, result.count]).toEqual([true, view.done])
      expect(view.done).toBeGreaterThan(0)
    }
    const foreign = await clara.post('/api/me/exports', {
      ...asked,
      format: 'bundle',
      log: h.seeded.customers['Great Lakes Foods'],
    })
    expect(foreign.status).toBe(404)
  })

  test('AL15 proves that nothing was changed since a checkpoint: the first, one that is stored, one that was kept', async () => {
    const { rows } = (await clara.get<{ rows: CheckpointView[] }>(`/api/me/exports/checkpoints?log=${helvetia}`)).body
    expect(rows.length).toBeGreaterThan(0)
    const key = await pinnedKey(h.house, helvetia)
    const { bytes } = await made(clara, { format: 'bundle', since: 'none' })
    const { files: kept } = await unzipped(bytes)
    expect(kept.has('earlier-checkpoint.txt')).toBe(false)
    const earlier = kept.get('checkpoint.txt') ?? new Uint8Array(0)
    const note = Buffer.from(earlier).toString()
    for (const since of ['first', { size: rows[0]?.size }, { note }]) {
      const { files } = await unzipped((await made(clara, { format: 'bundle', since })).bytes)
      const result = verify(primitives, files, {
        pinnedKey: key,
        ...(typeof since === 'object' && 'note' in since && { earlierCheckpoint: earlier }),
      })
      expect([since, result.checks.filter((one) => one.result === 'failed')]).toEqual([since, []])
      expect(files.has('earlier-checkpoint.txt')).toBe(true)
    }
    const strange = await ended(
      clara,
      (await askFor(clara, { format: 'bundle', since: { note: note.replace(/^.*$/m, 'x/audit/y') } })).id,
    )
    expect([strange.state, strange.error]).toEqual(['failed', expect.stringContaining('checkpoint that was given')])
  })
})

describe('IO04 IO05 what was typed forges nothing', () => {
  const payloads = [
    "=cmd|' /C calc'!A0",
    '+1+1',
    '-2+3',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\0=1',
    ' "=1',
    'a;=1+1',
    'one\r\n2026-01-01T00:00:00Z,forged',
    'one\u2028{"event":"forged"}',
    '\u001b[2Jone',
    '\u0085x\u2029y',
    '\uff1d1+1',
  ]
  /** A name in a column: PostgreSQL takes no zero byte there. */
  const named = (payload: string) => payload.replaceAll('\0', '')
  test('a line of its own for each, in every format', async () => {
    const deviceId = h.seeded.devices['Balance 7'] ?? ''
    await note(
      h.house,
      payloads.map((payload) =>
        entry({
          by: { kind: 'person', id: personId('approver'), name: payload, company: payload, from: null },
          event: 'session.denied',
          fields: { activities: payload, technician: payload, comment: payload },
          about: { customerId: helvetia, customerName: named(payload), deviceId, deviceName: named(payload) },
        }),
      ),
    )
    const filter = 'event=session.denied'
    const csv = (await made(ines, { filter })).bytes
    expect(csv.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]))
    expect(csv.toString('utf8').split(/\r\n|[\n\r\u0085\u2028\u2029]/)).toHaveLength(payloads.length + 2)
    const rows = csvRows(csv)
    expect(rows).toHaveLength(payloads.length + 1)
    for (const cell of rows.flat()) {
      expect(cell).not.toMatch(/^[\s"]*[=+\-@\t\r\0\uff1d]/u)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there.
      expect(cell).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
    }
    const lines = (await made(ines, { filter, format: 'jsonl' })).bytes.toString('utf8')
    expect(lines.split(/\r\n|[\n\r\u0085\u2028\u2029]/)).toHaveLength(payloads.length + 1)
    const events = lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: { customerName: string } })
    expect(new Set(events.map(({ event }) => event.customerName)).size).toBe(payloads.length)
    const { files } = await unzipped((await made(ines, { filter, format: 'bundle' })).bytes)
    expect(verify(primitives, files, { pinnedKey: await pinnedKey(h.house, helvetia) })).toMatchObject({
      ok: true,
      count: payloads.length,
    })
  })

  test('AL26 a row says who, what, why, and when in UTC and in the zone', async () => {
    const { bytes } = await made(ines, { filter: 'event=session.denied', zone: 'America/New_York' })
    const [head = [], row = []] = csvRows(bytes)
    const at = (name: string) => row[head.indexOf(name)] ?? ''
    expect(at('Time (UTC)')).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/)
    expect(at('Time (America/New_York)')).toMatch(/^\d{4}-\d\d-\d\d [\d:.]{12} -0[45]:00$/)
    expect(at('Comment')).not.toBe('')
    expect(at('Number in the log')).toMatch(/^\d+$/)
    expect(JSON.parse(at('All fields'))).toHaveProperty('comment')
  })
})

describe('whoever asks', () => {
  test('AL01 C7 is in the log, with what for; and in that of each customer whose events went into it', async () => {
    const events = await eventsOf(h.house, async () => {
      await made(ruth, { filter: 'by=device', reason: 'case C-77' })
    })
    const told = events.filter(({ event }) => event.startsWith('export.'))
    expect(told.map(({ event, customerName }) => [event, customerName])).toEqual(
      expect.arrayContaining([
        ['export.asked', null],
        ['export.finished', null],
        ['export.included', 'Helvetia Pharma'],
        ['export.included', 'Great Lakes Foods'],
        ['export.downloaded', null],
      ]),
    )
    const included = told.find((one) => one.event === 'export.included' && one.customerName === 'Helvetia Pharma')
    expect(included?.says).toMatch(
      /^Took 620 events of this log into the export \w{8} as CSV: All events; by devices\. What for: case C-77$/,
    )
    const own = await eventsOf(h.house, () => made(ines, { filter: 'by=device', reason: '' }))
    expect(
      own
        .filter(({ event }) => event.startsWith('export.'))
        .map(({ event, customerName, actorName }) => [event, customerName, actorName]),
    ).toEqual(
      ['export.asked', 'export.finished', 'export.downloaded'].map((event) => [event, 'Helvetia Pharma', 'Ines Frei']),
    )
  })

  test('C7 of the maker says what for', async () => {
    const answer = await ruth.post('/api/me/exports', { ...asked, reason: '' })
    expect([answer.status, answer.body]).toMatchObject([422, { error: { fields: { reason: expect.any(String) } } }])
  })

  test('who may only look takes nothing away', async () => {
    const anna = await h.as('technician')
    const events = await eventsOf(h.house, async () => {
      expect((await anna.post('/api/me/exports', { ...asked })).status).toBe(403)
      expect((await anna.post('/api/me/exports/preview', { filter: '', zone: 'UTC' })).status).toBe(403)
    })
    expect(events.map(({ says }) => says)).toEqual([
      'Refused: audit.export (not_granted)',
      'Refused: audit.export (not_granted)',
    ])
  })

  test('who looks as another exports nothing', async () => {
    const looking = await h.as('administrator')
    const path = `/api/customers/${helvetia}/people/${personId('reader')}/viewing`
    expect((await looking.post(path, { reason: 'a test', caseNumber: '', minutes: 5 })).status).toBe(201)
    expect((await looking.post('/api/me/exports', asked)).status).toBe(403)
    const { view } = await made(ines)
    expect((await fetchFile(h.url, looking, view.id)).status).toBe(403)
    expect((await looking.send('DELETE', '/api/me/viewing')).status).toBe(200)
  })

  test('AZ03 has his own alone: that of another is not there', async () => {
    const { view } = await made(ines)
    for (const who of [clara, ruth, await h.as('otherApprover')]) {
      expect(await seen(who, view.id)).toBeUndefined()
      expect((await fetchFile(h.url, who, view.id)).status).toBe(404)
      expect((await who.post(`/api/me/exports/${view.id}/cancel`)).status).toBe(404)
      expect((await who.send('DELETE', `/api/me/exports/${view.id}`)).status).toBe(404)
    }
    expect((await fetchFile(h.url, ines, view.id)).status).toBe(200)
  })

  test('has three under way at most', async () => {
    const ids = await Promise.all([1, 2, 3].map(() => tellExport(h, personId('reader'), 'queued')))
    const answer = await ines.post('/api/me/exports', asked)
    expect([answer.status, answer.body]).toMatchObject([409, { error: { code: 'too_many_exports' } }])
    for (const id of ids) expect((await ines.post(`/api/me/exports/${id}/cancel`)).status).toBe(200)
    for (const id of ids) expect((await ines.send('DELETE', `/api/me/exports/${id}`)).status).toBe(200)
  })
})

describe('B4 room', () => {
  afterEach(() => {
    h.house.settings.exports = { perPerson: 4e9, perCompany: 10e9 }
  })

  test('is what a person and a company have; whoever removes one has some again', async () => {
    const { view } = await made(ines)
    const { bytes } = view
    const ask = async (who: Visitor) => {
      const { status, body } = await who.post('/api/me/exports', asked)
      return [status, (body as { error?: { code: string } }).error?.code]
    }
    h.house.settings.exports = { perPerson: bytes ?? 0, perCompany: 10e9 }
    expect(await ask(ines)).toEqual([409, 'exports_full'])
    h.house.settings.exports = { perPerson: 4e9, perCompany: bytes ?? 0 }
    expect(await ask(clara)).toEqual([409, 'exports_full'])
    // What she keeps is nothing to the maker's people.
    h.house.settings.exports = { perPerson: 4e9, perCompany: 1e9 }
    expect((await ask(ruth))[0]).toBe(201)
    await expect
      .poll(async () => (await ruth.get<Page<ExportView>>('/api/me/exports')).body.rows[0]?.state)
      .toBe('done')
    const kept = (await ines.get<Page<ExportView>>('/api/me/exports')).body.rows.reduce(
      (sum, one) => sum + (one.state === 'done' ? (one.bytes ?? 0) : 0),
      0,
    )
    h.house.settings.exports = { perPerson: kept + 100, perCompany: 10e9 }
    expect(await ended(ines, (await askFor(ines, {})).id)).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/take as much room as there is for them\. Remove one/),
    })
    h.house.settings.exports = { perPerson: kept, perCompany: 10e9 }
    expect(await ask(ines)).toEqual([409, 'exports_full'])
    expect((await ines.send('DELETE', `/api/me/exports/${view.id}`)).status).toBe(200)
    expect((await ask(ines))[0]).toBe(201)
  })

  test('of memory: a bundle holds so many events, and says so', async () => {
    const most = limits.entries
    Object.assign(limits, { entries: 50 })
    try {
      expect(await ended(ines, (await askFor(ines, { format: 'bundle' })).id)).toMatchObject({
        state: 'failed',
        error: 'A proof bundle holds 50 events at most. It can be narrowed, for instance to a shorter time.',
      })
    } finally {
      Object.assign(limits, { entries: most })
    }
  })
})

test('AL15 words that are signed call what is whole the whole', async () => {
  const words = async (who: Visitor, body: Body) => {
    const view = await askFor(who, body)
    await ended(who, view.id)
    return view.words
  }
  expect(await words(ines, {})).toBe('All events')
  const hers = eq(groupMember.personId, personId('reader'))
  const was = await h.house.db.select().from(groupMember).where(hers)
  onTestFinished(async () => {
    await h.house.db.delete(groupMember).where(hers)
    await h.house.db.insert(groupMember).values(was)
  })
  const activities = ['audit.view', 'audit.export'] as const
  await regrant(h, 'reader', [{ activities, scope: { kind: 'devices', ids: [h.seeded.devices['Balance 7'] ?? ''] } }])
  const asked = await eventsOf(h.house, async () => {
    expect(await words(ines, {})).toBe('All events; as far as Ines Frei may see it')
    // What the customer is called last: other tests write events of other names.
    expect(await words(ines, { format: 'bundle', log: helvetia })).toMatch(
      /^All events; in the log of .+; as far as Ines Frei may see it$/,
    )
  })
  const { bytes } = await made(ines, { format: 'bundle', log: helvetia })
  const manifest = (await unzipped(bytes)).files.get('manifest.json') ?? Buffer.alloc(0)
  expect(Buffer.from(manifest).toString('utf8')).toContain('as far as Ines Frei may see it')
  expect(asked.find(({ event }) => event === 'export.asked')?.says).toContain('as far as Ines Frei may see it')
})

describe('AL07 what he may see now', () => {
  test('is asked again while it is made', async () => {
    const out = await outOfGroups('reader')
    const one = await inTheMiddle(ines, {}, () => out.leave())
    const row = async () => (await h.house.db.select().from(auditExport).where(eq(auditExport.id, one.id)))[0]
    await expect.poll(row, { timeout: 15_000 }).toMatchObject({
      state: 'failed',
      error: 'Whoever asked for it may no longer export the audit log.',
    })
    const failed = await h.house.db.select().from(auditLine).where(eq(auditLine.event, 'export.failed'))
    expect(failed.filter(({ fields }) => String(fields.because).includes('no longer export'))).toMatchObject([
      { outcome: 'failed', actorId: h.seeded.people.reader, fields: { export: one.id.slice(-8) } },
    ])
    expect(existsSync(pathOf(one.id)) || existsSync(`${pathOf(one.id)}.part`)).toBe(false)
    await out.comeBack()
  })

  test('of other grants is another file, also where they allow more', async () => {
    const joining = { groupId: h.seeded.groups['Helvetia approvers'] ?? '', personId: personId('reader') }
    const one = await inTheMiddle(ines, {}, () => h.house.db.insert(groupMember).values(joining))
    expect(await ended(ines, one.id)).toMatchObject({
      state: 'failed',
      error: 'What whoever asked for it may see changed while it was made. It can be asked for again.',
    })
    await h.house.db
      .delete(groupMember)
      .where(and(eq(groupMember.groupId, joining.groupId), eq(groupMember.personId, joining.personId)))
  })

  test('is asked again when it is fetched', async () => {
    const { view } = await made(ines)
    const out = await outOfGroups('reader')
    await out.leave()
    const events = await eventsOf(h.house, async () => expect((await fetchFile(h.url, ines, view.id)).status).toBe(403))
    expect(events.map(({ says }) => says)).toEqual(['Refused: audit.export (not_granted)'])
    await out.comeBack()
    expect((await fetchFile(h.url, ines, view.id)).status).toBe(200)
  })
})

describe('a file', () => {
  test('is attached, under a name of safe characters, and kept by nobody on the way', async () => {
    const { view } = await made(ines, { filter: `device=${h.seeded.devices['Balance 7']}` })
    const { headers, bytes } = await fetchFile(h.url, ines, view.id)
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    expect(headers.get('content-disposition')).toMatch(
      /^attachment; filename="audit-helvetia-pharma-balance-7-\d{4}-\d\d-\d\d-to-\d{4}-\d\d-\d\d-\w{8}\.csv"$/,
    )
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-length')).toBe(String(bytes.length))
    const { mode } = await stat(pathOf(view.id))
    expect(mode & 0o777).toBe(0o600)
  })

  test('AL24 holds no secret', async () => {
    const cookies = [ines, clara, ruth].map((who) => who.cookie().split('=')[1] ?? '')
    for (const format of ['csv', 'jsonl', 'bundle']) {
      const { bytes } = await made(ruth, { format, log: helvetia })
      const files = format === 'bundle' ? [...(await unzipped(bytes)).files.values()] : [bytes]
      const text = files.map((one) => Buffer.from(one).toString('latin1')).join('\n')
      for (const secret of [testSecret, 'copper lantern', '$argon2', ...cookies])
        expect(text.includes(secret)).toBe(false)
    }
  })

  test('that was changed on the disk does not arrive whole', async () => {
    const { view, bytes } = await made(ines)
    const changed = await readFile(pathOf(view.id))
    changed[changed.length - 5] = 0x41
    await writeFile(pathOf(view.id), changed)
    await expect(fetchFile(h.url, ines, view.id)).rejects.toThrow()
    expect(bytes.equals(changed)).toBe(false)
  })
})

describe('in the middle of it', () => {
  test('it can be cancelled, and nothing is left', async () => {
    const view = await inTheMiddle(ines, { format: 'jsonl' }, async ({ id }) => {
      expect((await ines.post(`/api/me/exports/${id}/cancel`)).status).toBe(200)
    })
    expect((await seen(ines, view.id))?.state).toBe('cancelled')
    await expect.poll(() => existsSync(`${pathOf(view.id)}.part`)).toBe(false)
    expect((await seen(ines, view.id))?.state).toBe('cancelled')
    expect((await ines.post(`/api/me/exports/${view.id}/cancel`)).status).toBe(409)
  })

  test('where nothing can be written it fails, says so, and holds nobody up', async () => {
    const folder = join(h.house.settings.dataDir, 'exports')
    await made(ines)
    await rename(folder, `${folder}-away`)
    await writeFile(folder, 'no folder')
    try {
      const [one, other] = [await askFor(ines, {}), await askFor(clara, {})]
      for (const [who, { id }] of [
        [ines, one],
        [clara, other],
      ] as const)
        expect(await ended(who, id)).toMatchObject({
          state: 'failed',
          error: 'Something went wrong on our side. It has been noted.',
        })
      const { rows } = (await ines.get<Page<AuditRow>>('/api/audit?event=export.failed')).body
      for (const { id } of [one, other])
        expect(rows.filter(({ says }) => says.includes(numberOf(id))).map(({ outcome }) => outcome)).toEqual(['failed'])
    } finally {
      await rm(folder)
      await rename(`${folder}-away`, folder)
    }
    expect((await made(ines)).view.state).toBe('done')
  })

  test('the server may stop: whoever opens it again makes it anew, with the same events', async () => {
    const expected = await listed(ines, '')
    let stopped: Promise<unknown> | undefined
    const view = await inTheMiddle(ines, {}, async () => {
      stopped = stopExports(h.house)
    })
    await stopped
    expect((await seen(ines, view.id))?.state).toBe('running')
    expect(existsSync(pathOf(view.id))).toBe(false)
    const again = await openHouse(h.house.settings, { clock: h.clock })
    try {
      expect((await ended(ines, view.id)).state).toBe('done')
      const { bytes } = await fetchFile(h.url, ines, view.id)
      expect(idsIn.csv(bytes)).toEqual(expected)
      await expires(again.house)
    } finally {
      await again.close()
    }
  })

  /** Of two files one is removed by its owner, the other after seven days; what belongs to nobody goes with it. */
  const expires = async (house: TestHouse['house']) => {
    const [one, other] = [await made(ines), await made(ines)]
    expect((await ines.send('DELETE', `/api/me/exports/${one.view.id}`)).status).toBe(200)
    expect(existsSync(pathOf(one.view.id))).toBe(false)
    expect(await seen(ines, one.view.id)).toBeUndefined()
    const stray = pathOf('0198c0de-0000-7000-8000-000000000000')
    await writeFile(stray, 'of no export')
    h.clock.advance(days(7))
    await expireExports.run(house)
    ines = await h.as('reader')
    expect((await seen(ines, other.view.id))?.state).toBe('expired')
    expect((await fetchFile(h.url, ines, other.view.id)).status).toBe(409)
    expect([existsSync(pathOf(other.view.id)), existsSync(stray)]).toEqual([false, false])
    const { rows } = (await ines.get<Page<AuditRow>>('/api/audit?event=export.removed')).body
    expect(rows.map(({ who }) => who.name)).toEqual(expect.arrayContaining(['Gatehouse', 'Ines Frei']))
  }
})
