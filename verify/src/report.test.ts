import { utf8 } from '@gatehouse/shared/audit/bytes'
import { aBundle, deviceId, logKey, remembering } from '@gatehouse/shared/audit/testing/bundles'
import { type Against, verify } from '@gatehouse/shared/audit/verify'
import { expect, test } from 'vitest'
import { erasedMark, rowOf, rowText, seeker } from './events.ts'
import { inert, inertJson } from './inert.ts'
import { type Report, reportOf } from './report.ts'
import { linesOf, withFile, withLines } from './testing/zips.ts'

const primitives = remembering()
const { printed: pinnedKey } = logKey('customer-1')
const some = [1, 4, 7, 10]

const report = (files: ReadonlyMap<string, Uint8Array>, against: Partial<Against> = {}): Report =>
  reportOf(verify(primitives, files, { pinnedKey, ...against }), {
    key: pinnedKey,
    hasEarlier: against.earlierCheckpoint !== undefined,
  })

const fact = ({ facts }: Report, label: string): string | undefined => facts.find(([name]) => name === label)?.[1]
const failing = ({ checks }: Report) => checks.filter(({ result }) => result === 'failed')

test('AL15 what holds is said in plain words, with what it does not show', async () => {
  const devices = [{ id: deviceId(1), from: 0, to: 3 }]
  const { files } = await aBundle({ seqs: some, devices })
  const good = report(files)
  expect(good).toMatchObject({ ok: true, title: 'Nothing was changed' })
  expect(good.lead).toMatch(/^All of its 4 events are in the log/)
  expect(fact(good, 'Events')).toBe('4 of the 13 in the log when it was signed')
  expect(fact(good, 'Without a gap')).toBe(`${deviceId(1)}: its events 1 to 4`)
  const { files: single } = await aBundle({ seqs: [1], devices: [{ id: deviceId(1), from: 0, to: 0 }] })
  expect(fact(report(single), 'Without a gap')).toBe(`${deviceId(1)}: its event 1`)
  expect(fact(good, 'From – to')).toBe('2025-11-22 08:26:40 UTC – 2025-11-22 08:26:49 UTC')
  expect(fact(good, 'Signed with')).toBe(pinnedKey)
  expect(good.notShown.join(' ')).toMatch(/after the log had 13 events.*your key is the right one.*checkpoint/)
  expect(report((await aBundle()).files).lead).toMatch(/the whole log, 13 events/)
})

test('AL15 what fails says where, and what stands there', async () => {
  const { files } = await aBundle({ seqs: some })
  const lines = linesOf(files)
  const bad = report(withLines(files, lines.with(2, (lines[2] as string).replace('wss', 'tcp'))))
  expect(bad).toMatchObject({ ok: false, title: 'This bundle is NOT what was signed' })
  const [{ name, wrong } = { name: '', wrong: [] }] = failing(bad)
  expect([name, wrong.length]).toEqual(['events', 1])
  expect(wrong[0]?.where).toBe('events.jsonl, line 3, entry 8 of the log')
  expect(wrong[0]?.stands).toMatch(
    /^#8 {2}2025-11-22 08:26:46 UTC .* Balance 1 connected over tcp .*\(event 0198c0de-1111-7000-8000-000000000007\)$/,
  )
})

test('AL17 another log, another server, an attacker’s key: the title says so', async () => {
  const { files } = await aBundle()
  for (const other of [await aBundle({ tree: 'customer-2' }), await aBundle({ seed: 'somebody else' })])
    expect(report(other.files)).toMatchObject({ ok: false, title: 'This is NOT a bundle of the log your key is for' })
  const mallory = await aBundle({ seed: 'mallory' })
  const put = withFile(files, 'keys.txt', () => mallory.files.get('keys.txt') ?? new Uint8Array(0))
  expect(report(put).title).toBe('This is NOT a bundle of the log your key is for')
})

test('AL15 a checkpoint that was kept: the same log, another one, a longer one, none', async () => {
  const { files, checkpointAt } = await aBundle()
  const forked = await aBundle({ size: 8, forkedAt: 5 })
  const longer = await aBundle({ size: 20 })
  expect(report(files, { earlierCheckpoint: await checkpointAt(8) }).ok).toBe(true)
  const part = await aBundle({ seqs: some })
  const unproven = report(part.files, { earlierCheckpoint: await part.checkpointAt(8) })
  expect(unproven).toMatchObject({ ok: false, title: 'It is NOT shown that this log continues what was signed before' })
  expect(unproven.lead).toMatch(/ask for one that is made with this checkpoint\. Without that proof it may be another/)
  for (const [kept, words] of [
    [await forked.checkpointAt(8), /what was written before then has been changed/],
    [await longer.checkpointAt(20), /it has 20 entries, and the bundle is of a log of 13/],
    [utf8('hello'), /no signature/],
  ] as const) {
    const bad = report(files, { earlierCheckpoint: kept })
    expect(bad.title).toBe(
      `${words}`.includes('20 entries')
        ? 'This bundle ends BEFORE the checkpoint you kept'
        : 'This log does NOT continue what was signed before',
    )
    expect(failing(bad).map(({ name, wrong }) => [name, wrong[0]?.because])).toEqual([
      ['earlier', expect.stringMatching(words)],
    ])
  }
})

test('AL23 what was erased is marked, and cannot be made up', async () => {
  const { files } = await aBundle({
    seqs: some,
    events: (events) => events.map((one) => ({ ...one, openings: {} })),
  })
  const row = rowOf(linesOf(files)[0] as string)
  expect(row).toMatchObject({ who: erasedMark, erased: true })
  expect(rowText(row ?? expect.fail('it is an event'))).toContain('[erased]')
  expect(fact(report(files), 'Erased')).toMatch(/^\d+ personal values/)
  const forged = rowOf(
    JSON.stringify({
      event: { event: 'device.connected', at: 0, actorName: '\u0001', fields: { device: '\u0001' } },
      leaf: { seq: 0, deviceSeq: null },
      openings: {},
    }),
  )
  expect([forged?.erased, forged?.who, forged?.what]).toEqual([false, '\\u{0001}', '\\u{0001} connected over –'])
})

test('IO02 IO05 nothing in a bundle acts on a terminal or reaches over its line', () => {
  const hostile = [
    '\u001b[2J',
    '\u009b31m',
    '\r\nforged',
    '\u202eabc',
    '\u2066',
    '\u2028',
    '\ud800',
    '\u0007',
    '\u200b',
  ]
  for (const text of hostile) {
    expect(inert(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
    expect(inertJson({ text })).not.toMatch(/[^\n\P{C}]|[\p{Zl}\p{Zp}]/u)
    expect(JSON.parse(inertJson({ text }))).toEqual({ text })
  }
  expect(inert('Zoë “Z” 😀 – 天秤')).toBe('Zoë “Z” 😀 – 天秤')
  const row = rowOf(
    JSON.stringify({
      event: { event: `x${hostile.join('')}`, at: 'x', deviceName: hostile.join(''), [hostile.join('')]: 1 },
      leaf: { seq: 0, deviceSeq: null },
      openings: {},
    }),
  )
  expect(JSON.stringify(row)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\\u00|\\ud8/u)
})

test.each(['', 'null', '[]', '{}', '{"event":1}', '{"event":{},"leaf":{},"openings":[]}', '{"event":{},"leaf":null}'])(
  'IO05 a line that is no event is none: %s',
  (line) => expect(rowOf(line)).toBeUndefined(),
)

test('what is looked for is found by words of the sentence, names that were opened, moments and ids', async () => {
  const lines = linesOf((await aBundle()).files).map((line) => utf8(line))
  const found = (search: string) => lines.flatMap((line) => seeker(search)(line)?.number ?? [])
  expect(found('')).toHaveLength(13)
  expect(found('ADDED ben')).toEqual([3, 6, 9, 12])
  expect(found('zoë connected')).toEqual([1, 5, 13])
  expect(found('2025-11-22 08:26:46')).toEqual([8])
  expect(found('8000-000000000004')).toEqual([5])
  expect(found('0198C0DE-1111-7000-8000-000000000004 anna')).toEqual([])
  expect(seeker('x')(Uint8Array.of(0xff))).toBeUndefined()
})

test('AL15 after a restore: the epoch and what was lost are said, also against a checkpoint of before', async () => {
  const before = await aBundle({ size: 13 })
  const restore = {
    ...{ epoch: 2, at: 1_763_800_000 },
    kept: { size: 8, root: await before.rootAt(8) },
    signed: { size: 13, root: await before.rootAt(13) },
  }
  const { files } = await aBundle({ size: 20, forkedAt: 8, restores: [restore] })
  const good = report(files)
  expect(good).toMatchObject({ ok: true })
  expect(good.lead).toMatch(/ Other entries were lost before by the restore of 2025-11-22 08:26 UTC, as said below\.$/)
  expect(fact(good, 'Restored')).toBe(
    'This is epoch 2 of the log: an older copy of its database was put back\n2025-11-22 08:26 UTC, when epoch 2 began: what had been signed as entries 9 to 13 is lost',
  )
  expect(good.notShown.join(' ')).toContain('What stood in entries 9 to 13 before the restore of 2025-11-22 08:26 UTC.')
  const lost = report(files, { earlierCheckpoint: await before.checkpointAt(11) })
  expect(lost).toMatchObject({ ok: false, title: 'Entries that you have a checkpoint of were LOST by a restore' })
  expect(lost.lead).toMatch(/entries 9 to 11 of it were lost; entries 1 to 8 are said to be the same.*Ask who ordered/)
  expect(report(files, { earlierCheckpoint: await before.checkpointAt(8) }).ok).toBe(true)
})

test('AL15 restored twice: each loss is said; a bundle of an epoch that is over is of before a restore, and no forgery', async () => {
  const before = await aBundle({ size: 13 })
  const first = {
    ...{ epoch: 2, at: 1_763_800_000 },
    kept: { size: 8, root: await before.rootAt(8) },
    signed: { size: 13, root: await before.rootAt(13) },
  }
  const between = await aBundle({ size: 20, forkedAt: 8, restores: [first] })
  const second = {
    ...{ epoch: 3, at: first.at + 86_400 },
    kept: { size: 5, root: await between.rootAt(5) },
    signed: { size: 20, root: await between.rootAt(20) },
  }
  const last = await aBundle({ size: 25, forkedAt: [8, 5], restores: [first, second] })
  const good = report(last.files)
  expect(good).toMatchObject({ ok: true })
  expect(fact(good, 'Restored')?.split('\n')).toEqual([
    'This is epoch 3 of the log: an older copy of its database was put back',
    '2025-11-22 08:26 UTC, when epoch 2 began: what had been signed as entries 9 to 13 is lost',
    '2025-11-23 08:26 UTC, when epoch 3 began: what had been signed as entries 6 to 20 is lost',
  ])
  const lost = report(last.files, { earlierCheckpoint: await before.checkpointAt(12) })
  expect(lost.title).toBe('Entries that you have a checkpoint of were LOST by a restore')
  expect(lost.lead).toContain('by which entries 6 to 12 of it were lost')
  const ended = report(between.files, { earlierCheckpoint: await last.checkpointAt(25) })
  expect(ended).toMatchObject({ ok: false, title: 'This bundle is of BEFORE a restore' })
  expect(ended.lead).toMatch(/entries 6 to 20 were lost by the restore of 2025-11-23.*Keep it: of what was lost since/)
  const more = await aBundle({ size: 21, forkedAt: 8, restores: [first] })
  const denied = report(more.files, { earlierCheckpoint: await last.checkpointAt(25) })
  expect(denied).toMatchObject({ ok: false, title: 'This log does NOT continue what was signed before' })
})
