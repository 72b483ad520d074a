import { frameKinds } from '@gatehouse/shared/sessions/terminal-frames'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { entry } from '../../kernel/audit/append.ts'
import { auditPending } from '../../kernel/audit/tables.ts'
import { note } from '../../kernel/change.ts'
import { days, hours, minutes, seconds } from '../../kernel/clock.ts'
import { newId } from '../../kernel/ids.ts'
import { manyDevices } from '../../testing/devices.ts'
import { erasedToTheEnd, goneThroughOnce } from '../../testing/erasing.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { sceneOf } from '../../testing/scene.ts'
import { answer, ask, personStream, untilFrame } from '../../testing/sessions.ts'
import { setDatabaseClock } from '../../testing/superuser.ts'
import { signCheckpoints } from '../audit/checkpoints.ts'
import { sequence } from '../audit/sequencer.ts'
import { auditExport } from '../exports/tables.ts'
import { checkTree } from '../integrity/check.ts'
import { person } from '../people/tables.ts'
import { relayOf } from '../relay/relay.ts'
import { request } from '../requests/tables.ts'
import { erasePeople } from './job.ts'
import { settles } from './rules.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

const patience = { timeout: 30_000, interval: 200 }
let h: TestHouse
let superuser: Sql
let helvetia: string
let ahead = 0
beforeAll(async () => {
  h = await openTestHouse({ LOG_LEVEL: 'error' })
  superuser = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
  helvetia = h.seeded.customers['Helvetia Pharma']
})
afterAll(async () => {
  await superuser.end()
  await h.close()
})

/** Both clocks go on in steps that a lease can follow. */
const later = async (ms: number) => {
  for (let passed = 0; passed < ms; passed += seconds(20)) {
    h.clock.advance(seconds(20))
    await relayOf(h.house).reviewAll()
  }
  await setDatabaseClock(h.ownerUrl, h.clock.now() + ahead)
}
/** The database's clock alone goes on, by which an erasure waits: streams last as long as they do. */
const settling = async (ms: number) => {
  ahead += ms
  await setDatabaseClock(h.ownerUrl, h.clock.now() + ahead)
}
/** An erasure that two people want, and whose time comes in two minutes. */
const wanted = async (personId: string): Promise<string> => {
  ahead = 0
  await later(0)
  const [clara, marc] = await Promise.all([h.as('approver'), h.as('colleague')])
  const { body } = await clara.post<{ id: string }>(`/api/customers/${helvetia}/people/${personId}/erasure`, {
    reason: 'has left',
  })
  expect((await marc.post(`/api/customers/${helvetia}/erasures/${body.id}/confirm`)).status).toBe(200)
  h.clock.advance(hours(24) - minutes(2))
  return body.id
}
/** Every row in which one of these stands, in words or in bytes. */
const linesWith = async (...words: string[]): Promise<string[]> => {
  const tables =
    await superuser`select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`
  const lines: string[] = []
  for (const { name } of tables)
    for (const { row } of await superuser`select one::text as row from ${superuser(name)} as one`)
      lines.push(`${name}: ${row}`)
  for (const { row } of await superuser`select convert_from(canonical, 'UTF8') as row from audit_event`) lines.push(row)
  return lines.filter((line) => words.some((word) => line.toLowerCase().includes(word.toLowerCase())))
}
const faults = async () => {
  await vi.waitFor(async () => {
    await sequence(h.house)
    expect(await h.house.db.select().from(auditPending)).toEqual([])
  }, patience)
  await signCheckpoints.run(h.house)
  const trees = await superuser`select tree from audit_tree`
  return (await Promise.all(trees.map(async ({ tree }) => (await checkTree(h.house, tree)).faults))).flat()
}

describe('AL23 what is written of a person when the erasure has looked at the log already', () => {
  test('a stream that is still there says what happens, of somebody without a name and an address', async () => {
    const ines = h.seeded.people.reader
    const ofHelvetia = { kind: 'customers', ids: [helvetia] } as const
    await regrant(h, 'reader', [{ activities: ['device.view', 'session.watch'], scope: ofHelvetia }])
    const id = await wanted(ines)
    const [anna, clara, own] = await Promise.all([h.as('technician'), h.as('approver'), h.as('reader')])
    const { session, writer } = await sceneOf(h, anna, clara).live()
    const watcher = await personStream(h, own, session.id, 'watch')
    const watchers = () => writer.notices().findLast(({ kind }) => kind === 'watchers')
    await untilFrame(writer, () => watchers() !== undefined)
    await expect.poll(watchers, patience).toMatchObject({ names: ['Ines Frei'] })
    const said = () => superuser`
      select event.event, words.actor_name as name, words.from_address as from, event.canonical::text <> '' as told
      from audit_event event join audit_text words on words.event_id = event.id
      where event.actor_id = ${ines} and event.session_id = ${session.id} order by event.id`
    expect(await said()).toMatchObject([{ event: 'session.watched', name: 'Ines Frei' }])

    // Her browser hears nothing any more, so that it does not say goodbye either.
    watcher.socket.pause()
    await later(minutes(2) + seconds(20))
    await erasedToTheEnd(h, id, settling)
    await expect.poll(watchers, patience).toMatchObject({ names: [] })
    expect((await said()).map(({ event }) => event)).toEqual(['session.watched'])
    expect(await linesWith('Ines Frei', 'ines@helvetia')).toEqual([])

    watcher.send(frameKinds.data, 'late')
    await expect.poll(async () => (await said()).length, patience).toBe(2)
    watcher.socket.terminate()
    await expect.poll(async () => (await said()).length, patience).toBe(3)
    const nobody = { name: 'Erased person', from: null }
    expect(await said()).toMatchObject([
      { event: 'session.watched', name: '(erased)', from: '(erased)' },
      { event: 'session.frame_dropped', ...nobody },
      { event: 'session.unwatched', ...nobody },
    ])
    expect(await linesWith('Ines Frei', 'ines@helvetia')).toEqual([])
    expect(await faults()).toEqual([])
    // It was the session's watcher that was erased, and nothing else of it.
    expect(writer.socket.readyState).toBe(writer.socket.OPEN)
    writer.socket.terminate()
  })

  test('a request that was under way is over when everything is looked through for the last time', async () => {
    const name = `Remo Late ${newId().slice(-6)}`
    const them = newId()
    const at = h.clock.now() - days(10)
    const of = { customerId: helvetia, email: `${them}@helvetia.example`, passwordHash: 'x', passwordChangedAt: at }
    await h.house.db.insert(person).values({ id: them, name, createdAt: at, ...of })
    const [device] = await manyDevices(h, 1)
    const { body: asked } = await ask(h, await h.as('technician'), device?.deviceId ?? '')
    await answer(await h.as('approver'), asked, { answer: 'deny', comment: '' })
    const id = await wanted(them)
    await later(minutes(2) + seconds(20))
    await goneThroughOnce(h, id)

    // Whoever had asked what he is called writes it down now: an event, a row, and a file that has read the log.
    const by = { kind: 'person', id: them, name, company: 'Helvetia Pharma', from: '192.0.2.77' } as const
    const about = { customerId: helvetia }
    await note(h.house, [entry({ by, event: 'access.refused', fields: { activity: 'x', because: 'y' }, about })])
    await h.house.db.update(request).set({ decidedBy: them, decidedByName: name })
    const exports = [newId(), newId()]
    const row = {
      personId: h.seeded.people.colleague,
      format: 'csv',
      filter: {},
      zone: 'UTC',
      reason: '',
      about,
    } as const
    const [underWay = '', made = ''] = exports
    // As of a workshop that is at it still.
    const making = {
      ...row,
      id: underWay,
      words: `by ${name}`,
      state: 'running',
      askedAt: h.clock.now() + days(30),
    } as const
    await h.house.db.insert(auditExport).values(making)
    const done = { ...row, id: made, words: '', state: 'done', askedAt: 1 } as const
    const expiresAt = h.clock.now() + days(30)
    await h.house.db.insert(auditExport).values({ ...done, expiresAt, customers: [helvetia] })

    for (let i = 0; i < 3; i++) await erasePeople.run(h.house)
    const [waits] = await superuser`select state, emptied from erasure where id = ${id}`
    expect(waits).toEqual({ state: 'running', emptied: 1 })
    expect((await linesWith(name)).length).toBeGreaterThan(2)
    await settling(settles - minutes(1))
    await erasePeople.run(h.house)
    expect(await superuser`select emptied from erasure where id = ${id}`).toEqual([{ emptied: 1 }])

    await erasedToTheEnd(h, id, settling)
    expect(await linesWith(name, '192.0.2.77')).toEqual([])
    const states =
      await superuser`select state, expires_at <= ${h.clock.now()} as over from audit_export where id = any(${exports}) order by id`
    expect(states).toMatchObject([{ state: 'cancelled' }, { over: true }])
    expect(await faults()).toEqual([])
  })
})
