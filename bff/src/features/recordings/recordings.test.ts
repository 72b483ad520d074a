import { createHash } from 'node:crypto'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { frameKinds, resizeFrame } from '@gatehouse/shared/sessions/terminal-frames'
import type { SessionView } from '@gatehouse/shared/views/sessions'
import { and, asc, eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditLine } from '../../kernel/audit/tables.ts'
import { seconds } from '../../kernel/clock.ts'
import { manyDevices } from '../../testing/devices.ts'
import { eventsOf, looksOf } from '../../testing/events.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { deviceStream, goLive, type LiveSession, openSession, personStream, untilSaid } from '../../testing/sessions.ts'
import { watchTheClock } from '../relay/jobs.ts'
import { folderOf } from './files.ts'
import { recordingPart } from './tables.ts'

let h: TestHouse
let technician: Visitor
let approver: Visitor
beforeAll(async () => {
  h = await openTestHouse()
  ;[technician, approver] = await Promise.all([h.as('technician'), h.as('approver')])
})
afterAll(() => h.close())

const live = async (): Promise<LiveSession> => {
  const [device] = await manyDevices(h, 1)
  if (!device) throw new Error('no device')
  return goLive(h, { technician, approver, device })
}
const partsOf = (id: string) =>
  h.house.db.select().from(recordingPart).where(eq(recordingPart.sessionId, id)).orderBy(asc(recordingPart.part))
const folder = (id: string) => folderOf(h.house.settings.dataDir, id)
const seen = async (id: string) => (await approver.get<SessionView>(`/api/sessions/${id}`)).body
const end = async (one: LiveSession) => {
  await technician.post(`/api/sessions/${one.session.id}/end`, {})
  await one.writer.closed
}
/** A session with two parts in which something was said. */
const recorded = async (): Promise<string> => {
  const one = await live()
  one.writer.socket.send(resizeFrame(100, 30))
  one.writer.send(frameKinds.data, 'who\r')
  await untilSaid(one.device, 'who\r')
  one.device.send(frameKinds.data, 'anna  pts/0 ✓\r\n')
  await untilSaid(one.writer, '✓')
  h.clock.advance(seconds(6))
  await watchTheClock.run(h.house)
  await expect.poll(async () => (await partsOf(one.session.id)).length).toBe(1)
  one.device.send(frameKinds.data, 'bye\r\n')
  await untilSaid(one.writer, 'bye')
  await end(one)
  await expect.poll(async () => (await partsOf(one.session.id)).length).toBe(2)
  return one.session.id
}
type Code = { error: { code: string } }

describe('a recording', () => {
  test('is everything that crossed, in parts whose hashes stand in the log, and is played back as one asciicast', async () => {
    const id = await recorded()
    const parts = await partsOf(id)
    for (const part of parts) {
      const bytes = await readFile(join(folder(id), `${part.part}.cast`))
      expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([part.bytes, part.hash])
      expect((await stat(join(folder(id), `${part.part}.cast`))).mode & 0o777).toBe(0o600)
    }
    const stored = await h.house.db
      .select()
      .from(auditLine)
      .where(and(eq(auditLine.sessionId, id), eq(auditLine.event, 'recording.stored')))
      .orderBy(asc(auditLine.id))
    expect(stored.map(({ fields }) => fields)).toEqual(parts.map(({ part, hash }) => ({ part, hash })))
    expect((await seen(id)).recording).toMatchObject({ parts: 2, failed: false })
    const events = await eventsOf(h.house, async () => {
      const played = await approver.get<string>(`/api/sessions/${id}/recording`)
      expect([played.status, played.headers.get('content-type')]).toEqual([200, 'application/x-asciicast'])
      const [header, ...lines] = played.body
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(header).toMatchObject({ version: 2, width: expect.any(Number), height: expect.any(Number) })
      expect(lines.map(([, kind, text]) => [kind, text])).toEqual([
        ['r', '100x30'],
        ['i', 'who\r'],
        ['o', 'anna  pts/0 ✓\r\n'],
        ['o', 'bye\r\n'],
      ])
      expect(lines.at(-1)?.[0]).toBeGreaterThan(6)
    })
    expect(events.map(({ event, actorName }) => [event, actorName])).toEqual([['recording.played', 'Clara Meier']])
    // C7 of the maker it is a look, every time, and says why.
    const anna = await h.as('technician')
    const looks = await looksOf(h.house, async () => {
      for (const _ of [1, 2]) expect((await anna.get(`/api/sessions/${id}/recording`)).status).toBe(200)
    })
    expect(looks.map(({ event, sessionId }) => [event, sessionId])).toEqual([
      ['recording.viewed', id],
      ['recording.viewed', id],
    ])
  })

  test('is played back to those who are granted it, and to nobody else', async () => {
    const id = await recorded()
    const ask = async (who: Visitor) => {
      const one = await who.get<Code>(`/api/sessions/${id}/recording`)
      return [one.status, one.body.error?.code]
    }
    expect(await ask(await h.as('reader'))).toEqual([403, 'not_granted'])
    expect(await ask(await h.as('otherApprover'))).toEqual([404, 'not_found'])
    expect(await ask(h.nobody)).toEqual([401, 'not_signed_in'])
    expect((await technician.get(`/api/sessions/${id}/recording`)).status).toBe(200)
    expect((await seen(id)).may.playBack).toEqual({ ok: true })
  })

  test.each<[string, (path: string) => Promise<unknown>]>([
    ['a letter was changed', async (path) => writeFile(path, (await readFile(path, 'utf8')).replace('bye', 'bay'))],
    ['a line was added', async (path) => writeFile(path, `${await readFile(path, 'utf8')}[9,"o","x"]\n`)],
    ['it was cut', async (path) => writeFile(path, (await readFile(path)).subarray(0, -2))],
    ['it is gone', (path) => rm(path)],
  ])('of which %s is not played, not even in part, and the log says so', async (_, change) => {
    const id = await recorded()
    await change(join(folder(id), '1.cast'))
    const events = await eventsOf(h.house, async () => {
      const one = await approver.get<Code>(`/api/sessions/${id}/recording`)
      expect([one.status, one.body.error.code]).toEqual([409, 'recording_damaged'])
    })
    expect(events.map(({ event, says }) => [event, says])).toEqual([
      ['recording.failed', 'The recording failed: part 1 is missing or was changed'],
      ['access.refused', 'Refused: recording.view (recording_damaged)'],
    ])
  })

  test('its parts can be added to, and never be changed or taken away', async () => {
    const id = await recorded()
    const [part] = await partsOf(id)
    expect(part).toBeDefined()
    for (const text of [
      `update recording_part set hash = '' where session_id = '${id}'`,
      `delete from recording_part where session_id = '${id}'`,
      `delete from recording where session_id = '${id}'`,
    ])
      await expect(
        h.house.db.execute(text).catch((error: { cause: unknown }) => Promise.reject(error.cause)),
      ).rejects.toMatchObject({ code: '42501' })
  })

  test('a flood becomes few large parts, and nothing of it is lost', async () => {
    const one = await live()
    const line = `${'0123456789 "quoted" \u001b[1mbold\u001b[0m é'.padEnd(98, '.')}\r\n`
    const block = Buffer.from(line.repeat(600))
    const sent = 320
    for (let i = 0; i < sent; i++) {
      one.device.send(frameKinds.data, block)
      if (i % 20 === 0) await one.device.settled()
    }
    const received = () => one.writer.of(frameKinds.data).reduce((sum, { length }) => sum + length, 0)
    await expect.poll(received, { timeout: 20_000 }).toBe(block.length * sent)
    await end(one)
    const { id } = one.session
    const total = async () =>
      (await readdir(folder(id)).catch(() => [])).length > 0
        ? (await approver.get<string>(`/api/sessions/${id}/recording`)).body
        : ''
    await expect.poll(async () => String(await total()).split('\n').length, { timeout: 20_000 }).toBeGreaterThan(2)
    await expect
      .poll(
        async () =>
          Buffer.byteLength(
            String(await total())
              .split('\n')
              .slice(1, -1)
              .map((text) => (JSON.parse(text) as [number, string, string])[2])
              .join(''),
          ),
        { timeout: 20_000 },
      )
      .toBe(block.length * sent)
    expect((await partsOf(id)).length).toBeLessThan(12)
  }, 60_000)
})

describe('AL25 what cannot be recorded', () => {
  test('does not begin', async () => {
    const [device] = await manyDevices(h, 1)
    if (!device) throw new Error('no device')
    const { session, grant } = await openSession(h, { technician, approver, device })
    await writeFile(folder(session.id), 'in the way')
    const writer = await personStream(h, technician, session.id, 'write')
    const stream = await deviceStream(device, session.id, grant.epoch)
    stream.send(frameKinds.data, 'nobody reads this')
    expect(await writer.closed).toMatchObject({ code: 4000, reason: 'recording_failed' })
    expect(writer.text()).toBe('')
    expect((await seen(session.id)).cause).toBe('recording_failed')
  })

  test('ends at once when it no longer can be', async () => {
    const one = await live()
    const { id } = one.session
    await rm(folder(id), { recursive: true })
    one.device.send(frameKinds.data, 'said')
    await untilSaid(one.writer, 'said')
    h.clock.advance(seconds(5))
    await watchTheClock.run(h.house)
    expect(await one.writer.closed).toMatchObject({ code: 4000, reason: 'recording_failed' })
    expect((await one.device.closed).code).toBe(4000)
    await expect.poll(async () => (await seen(id)).recording?.failed).toBe(true)
    const [event] = await h.house.db
      .select()
      .from(auditLine)
      .where(and(eq(auditLine.sessionId, id), eq(auditLine.event, 'recording.failed')))
    expect(event).toMatchObject({ outcome: 'failed', fields: { because: 'ENOENT' } })
  })
})
