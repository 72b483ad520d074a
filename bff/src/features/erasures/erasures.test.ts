import { reveal } from '@gatehouse/shared/audit/leaf'
import type { ErasuresView } from '@gatehouse/shared/views/erasures'
import { and, eq } from 'drizzle-orm'
import postgres, { type Sql, type TransactionSql } from 'postgres'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { demoPeople, type Persona } from '../../demo/people.ts'
import { entry } from '../../kernel/audit/append.ts'
import { sha256 } from '../../kernel/audit/platform.ts'
import { auditEvent, auditPending, auditText } from '../../kernel/audit/tables.ts'
import { note } from '../../kernel/change.ts'
import { days, hours } from '../../kernel/clock.ts'
import { roleUrlsOf } from '../../kernel/database/migrate.ts'
import { newId } from '../../kernel/ids.ts'
import { deriveFrom } from '../../kernel/keys.ts'
import { testSecret } from '../../testing/cluster.ts'
import { manyDevices } from '../../testing/devices.ts'
import { erasedToTheEnd } from '../../testing/erasing.ts'
import { eventsSince } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, signedInAt, type TestHouse, type Visitor } from '../../testing/house.ts'
import { answer, ask } from '../../testing/sessions.ts'
import { setDatabaseClock } from '../../testing/superuser.ts'
import { signCheckpoints } from '../audit/checkpoints.ts'
import { sequence } from '../audit/sequencer.ts'
import { checkTree } from '../integrity/check.ts'
import { person } from '../people/tables.ts'
import { erasePeople } from './job.ts'
import { auditErased, erasure } from './tables.ts'
import { pageSize } from './words.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let h: TestHouse
/** Somebody who owns the whole database, and goes past triggers. */
let superuser: Sql
let helvetia: string
let ines: string
beforeAll(async () => {
  h = await openTestHouse({ LOG_LEVEL: 'error' })
  superuser = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
  helvetia = h.seeded.customers['Helvetia Pharma']
  ines = h.seeded.people.reader
})
afterAll(async () => {
  await superuser.end()
  await h.close()
})

/** The house's clock, and the database's, which asks by its own whether the time has come. */
const later = async (ms: number) => {
  h.clock.advance(ms)
  await setDatabaseClock(h.ownerUrl, h.clock.now())
}
const codeOf = ({ status, body }: { status: number; body: unknown }) =>
  status < 300 ? undefined : (body as { error?: { code?: string } }).error?.code
const askFor = (by: Visitor, personId: string, reason = 'she has left, and asks for it') =>
  by.post<{ id: string }>(`/api/customers/${helvetia}/people/${personId}/erasure`, { reason })
const confirm = (by: Visitor, id: string) => by.post(`/api/customers/${helvetia}/erasures/${id}/confirm`)
const stop = (by: Visitor, id: string) => by.post(`/api/customers/${helvetia}/erasures/${id}/stop`)
const list = async (by: Visitor) => (await by.get<ErasuresView>(`/api/customers/${helvetia}/erasures`)).body

const drain = () =>
  vi.waitFor(async () => {
    await sequence(h.house)
    expect(await h.house.db.select().from(auditPending)).toEqual([])
  })
const trees = async () =>
  (await h.house.db.execute<{ tree: string }>('select tree from audit_tree')).map((one) => one.tree)
const faults = async () => {
  await drain()
  await signCheckpoints.run(h.house)
  const found = await Promise.all((await trees()).map(async (tree) => (await checkTree(h.house, tree)).faults))
  return found.flat()
}
/** Everything in the database, as text. */
const dump = async (): Promise<string> => {
  const tables =
    await superuser`select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`
  const rows = await Promise.all(
    tables.map(async ({ name }) => {
      const of = await superuser`select one::text as row from ${superuser(name)} as one`
      return of.map(({ row }) => `${name}: ${row}`)
    }),
  )
  // What bytes hold is looked for as well.
  const bytes = await superuser`select convert_from(canonical, 'UTF8') as row from audit_event`
  return [...rows.flat(), ...bytes.map(({ row }) => `canonical: ${row}`)].join('\n')
}
const linesWith = async (...words: string[]) =>
  (await dump()).split('\n').filter((line) => words.some((word) => line.toLowerCase().includes(word.toLowerCase())))

describe('AL23 two administrators of the company, and a day', () => {
  test('nobody asks for himself, confirms what he asked, or is of another company', async () => {
    const [clara, marc, luis, ruth] = await Promise.all(
      (['approver', 'colleague', 'otherApprover', 'administrator'] as Persona[]).map((who) => h.as(who)),
    )
    if (!clara || !marc || !luis || !ruth) throw new Error('nobody')
    expect(codeOf(await askFor(clara, h.seeded.people.approver))).toBe('own_account')
    expect(codeOf(await askFor(luis, ines))).toBe('not_found')
    expect(codeOf(await askFor(ruth, ines))).toBe('not_of_company')
    const { body } = await askFor(clara, ines)
    expect(codeOf(await askFor(marc, ines))).toBe('already_exists')
    expect(codeOf(await confirm(clara, body.id))).toBe('another_must_confirm')
    expect(codeOf(await confirm(ruth, body.id))).toBe('not_of_company')
    expect(codeOf(await confirm(luis, body.id))).toBe('not_found')
    const [row] = (await list(marc)).rows
    expect(row).toMatchObject({
      state: 'asked',
      askedBy: 'Clara Meier',
      may: { confirm: { ok: true }, stop: { ok: true } },
    })
    expect(codeOf(await confirm(marc, body.id))).toBeUndefined()
    // Either of the two stops it until it begins; nothing happens before its time.
    await erasePeople.run(h.house)
    expect((await list(marc)).rows[0]).toMatchObject({ state: 'confirmed', events: 0 })
    expect(codeOf(await stop(clara, body.id))).toBeUndefined()
    expect(codeOf(await stop(marc, body.id))).toBe('wrong_state')
    await later(hours(25))
    await erasePeople.run(h.house)
    expect((await list(await h.as('approver'))).rows[0]).toMatchObject({ state: 'stopped' })
    expect((await linesWith('Ines Frei')).length).toBeGreaterThan(0)
  })

  test('where a customer has but one, the maker stands in for the second; its database holds that as well', async () => {
    const [clara, ruth] = await Promise.all([h.as('approver'), h.as('administrator')])
    await h.house.db.update(person).set({ disabledAt: 1 }).where(eq(person.id, h.seeded.people.colleague))
    try {
      const { body } = await askFor(clara, ines)
      expect(codeOf(await confirm(ruth, body.id))).toBeUndefined()
      expect(codeOf(await stop(ruth, body.id))).toBeUndefined()
    } finally {
      await h.house.db.update(person).set({ disabledAt: null }).where(eq(person.id, h.seeded.people.colleague))
    }
    const one = { erasure_id: ines, person_id: ines, begins_at: 0 }
    const [c, m] = [h.seeded.people.approver, h.seeded.people.colleague]
    await superuser`set session_replication_role = replica`
    for (const pair of [
      { asked_by: c, confirmed_by: c },
      { asked_by: ines, confirmed_by: c },
      { asked_by: m, confirmed_by: ines },
    ])
      await expect(superuser`insert into audit_erasure ${superuser({ ...one, ...pair })}`).rejects.toMatchObject({
        constraint_name: 'audit_erasure_two',
      })
    await superuser`set session_replication_role = origin`
  })

  test('AL23 a program whose roles are taken over cannot make the day shorter, nor the two one', async () => {
    const { approver: asker, colleague: other, reader, otherApprover: stranger } = h.seeded.people
    const { appUrl, houseUrl } = roleUrlsOf(h.ownerUrl, deriveFrom(testSecret, 'database role').toString('base64url'))
    const asApp = postgres(appUrl, { max: 1, connection: { 'gatehouse.customers': `{${helvetia}}` } })
    const asHouse = postgres(houseUrl, { max: 1 })
    const day = hours(24)
    try {
      for (const by of [asApp, asHouse]) {
        const row = (more: object = {}) => ({
          ...{ id: newId(), customer_id: helvetia, person_id: reader, reason: 'x', state: 'asked' },
          ...{ asked_by: asker, asked_at: 1, ...more },
        })
        const put = (sql: TransactionSql, given: object) => sql`insert into erasure ${sql({ ...given })}`
        const refused = (work: Promise<unknown>, constraint: string) =>
          expect(work).rejects.toMatchObject({ constraint_name: constraint })
        const wanted = (id: string, begins: number, more: object = {}) => ({
          ...{ erasure_id: id, customer_id: helvetia, person_id: reader, asked_by: asker, confirmed_by: other },
          ...{ begins_at: begins, ...more },
        })
        const yes = async (sql: TransactionSql, id: string, begins: number) => {
          const [one] = await sql`update erasure set state = 'confirmed', confirmed_by = ${other}, confirmed_at = 1,
            begins_at = ${begins} where id = ${id} returning begins_at`
          return Number(one?.begins_at)
        }
        // Not confirmed from the start, and not by whoever asked.
        await refused(
          by.begin((sql) => put(sql, row({ confirmed_by: other }))),
          'erasure_move',
        )
        await refused(
          by.begin((sql) => put(sql, row({ begins_at: 1 }))),
          'erasure_move',
        )
        await refused(
          by.begin((sql) => put(sql, row({ state: 'confirmed' }))),
          'erasure_move',
        )
        const undo = new Error('taken back')
        await by
          .begin(async (sql) => {
            const one = row()
            await put(sql, one)
            const no = async (given: object, constraint: string) =>
              refused(
                sql.savepoint((at) => at`insert into audit_erasure ${at({ ...given })}`),
                constraint,
              )
            const now = h.clock.now()
            // Not before it was confirmed, for some later use.
            await no(wanted(one.id, now + 2 * day), 'audit_erasure_asked')
            await refused(
              sql.savepoint(
                (at) => at`update erasure set state = 'confirmed', confirmed_by = ${asker}, confirmed_at = 1
                where id = ${one.id}`,
              ),
              'erasure_two',
            )
            // Whatever moment is given, it is a day from now.
            const begins = await yes(sql, one.id, 1)
            expect(begins - now).toBeGreaterThanOrEqual(day - 1_000)
            for (const soon of [0, now, now + day - 60_000]) await no(wanted(one.id, soon), 'audit_erasure_day')
            await no(wanted(one.id, begins + 1), 'audit_erasure_asked')
            await no(wanted(one.id, begins, { confirmed_by: stranger }), 'audit_erasure_asked')
            await no(wanted(newId(), begins), 'audit_erasure_asked')
            await refused(
              sql.savepoint((at) => at`update erasure set begins_at = 1 where id = ${one.id}`),
              'erasure_move',
            )
            await sql`insert into audit_erasure ${sql(wanted(one.id, begins))}`
            // Nobody but whoever owns the database tells it what the time is.
            await expect(
              sql.savepoint((at) =>
                at.unsafe(
                  "create or replace function database_clock() returns bigint language sql as 'select 9e15::bigint'",
                ),
              ),
            ).rejects.toMatchObject({ code: '42501' })
            throw undo
          })
          .catch((error) => expect(error).toBe(undo))
        // A company's erasure wants no stranger, and nobody who is gone.
        await by
          .begin(async (sql) => {
            const one = row({ asked_by: stranger })
            await put(sql, one)
            const given = wanted(one.id, await yes(sql, one.id, 1), { asked_by: stranger })
            await refused(
              sql.savepoint((at) => at`insert into audit_erasure ${at(given)}`),
              'audit_erasure_people',
            )
            throw undo
          })
          .catch((error) => expect(error).toBe(undo))
      }
    } finally {
      await Promise.all([asApp.end(), asHouse.end()])
    }
  })

  test('AL23 the house alone may think the day is over: the database waits for its own clock, and so does the job', async () => {
    const leaver = newId()
    const at = h.clock.now() - days(10)
    const of = { customerId: helvetia, email: 'leaver@helvetia.example', passwordHash: 'x', passwordChangedAt: at }
    await h.house.db.insert(person).values({ id: leaver, name: 'Lea Ver', createdAt: at, ...of })
    const { body } = await askFor(await h.as('approver'), leaver)
    expect(codeOf(await confirm(await h.as('colleague'), body.id))).toBeUndefined()
    h.clock.advance(days(2))
    const failed = vi.spyOn(h.house.log, 'error')
    onTestFinished(() => failed.mockRestore())
    await erasePeople.run(h.house)
    // It asks by itself: the database does not have to refuse it, again and again.
    expect(failed.mock.calls.filter(([about]) => JSON.stringify(about).includes(body.id))).toEqual([])
    const state = async () => (await superuser`select state from erasure where id = ${body.id}`)[0]?.state
    expect(await state()).toBe('confirmed')
    await later(0)
    await erasedToTheEnd(h, body.id, later)
  })
})

describe('AL23 what is erased', () => {
  /** An event of hers, as it could be proved before. */
  let before: { canonical: Buffer; openings: typeof auditText.$inferSelect.openings }
  let eventId: string

  test('her name and address are nowhere any more, every proof holds, and nothing else is taken', async () => {
    const [own, clara, anna] = await Promise.all([h.as('reader'), h.as('approver'), h.as('technician')])
    // She is named wherever a person can be: in requests, in others' words, in mails, in what was typed.
    await own.post('/api/security-reports', {
      kind: 'vulnerability',
      severity: 'low',
      title: 'Seen by Ines Frei',
      place: '/',
      details: 'Write to ines@helvetia.example',
    })
    await h.nobody.post('/api/sign-in', { email: demoPeople.reader.email, password: 'wrong wrong wrong' })
    const [device] = await manyDevices(h, 1)
    const { body: asked } = await ask(h, anna, device?.deviceId ?? '')
    expect((await answer(clara, asked, { answer: 'deny', comment: 'Ines Frei says no, and so do I' })).status).toBe(200)
    await clara.post(`/api/customers/${helvetia}/people/${ines}/groups`, { add: [], remove: [] })
    // More than one page of her own deeds.
    const by = { kind: 'person', id: ines, name: 'Ines Frei', company: 'Helvetia Pharma', from: '192.0.2.7' } as const
    const fields = { change: 'a zone that Ines Frei likes' }
    const deed = entry({ by, event: 'profile.changed', fields, about: { customerId: helvetia, personId: ines } })
    await note(h.house, Array<typeof deed>(pageSize + 5).fill(deed))
    await drain()
    const [event] = await h.house.db
      .select({ canonical: auditEvent.canonical, openings: auditText.openings, id: auditEvent.id })
      .from(auditEvent)
      .innerJoin(auditText, eq(auditText.eventId, auditEvent.id))
      .where(and(eq(auditEvent.actorId, ines), eq(auditEvent.event, 'sign_in.succeeded')))
    if (!event) throw new Error('she never signed in')
    before = event
    eventId = event.id
    expect(await faults()).toEqual([])
    const others = (await linesWith('Clara Meier')).length

    const { body } = await askFor(clara, ines, 'Ines Frei has left')
    expect(codeOf(await confirm(await h.as('colleague'), body.id))).toBeUndefined()
    const said = await eventsSince(h.house)
    await later(hours(24) + 1_000)
    const erasureNow = async () => (await h.house.db.select().from(erasure).where(eq(erasure.id, body.id)))[0]
    await erasedToTheEnd(h, body.id, later)
    expect(await erasureNow()).toMatchObject({ state: 'done', words: [] })
    const [row, events] = [await erasureNow(), await said()]
    expect(row?.events).toBeGreaterThan(pageSize)
    // What waits to be mailed to another company is theirs.
    await superuser`delete from outbox_mail where "to" not like '%@helvetia.example'`
    expect(await linesWith('Ines Frei', 'ines@helvetia')).toEqual([])
    expect((await linesWith('Clara Meier')).length).toBeGreaterThanOrEqual(others)
    const told = events.filter((one) => one.event.startsWith('erasure.'))
    expect(told.map((one) => one.event)).toEqual([...told.slice(1).map(() => 'erasure.words'), 'erasure.done'])
    expect(events.filter((one) => one.event === 'person.disabled')).toMatchObject([{ personId: ines }])
    expect(told.every((one) => one.personId === ines && one.fields.person === ines)).toBe(true)
    expect(await faults()).toEqual([])
    // Once more changes nothing.
    await erasePeople.run(h.house)
    expect(await faults()).toEqual([])
  })

  test('what was handed out before opens as before; what is left opens to nothing', async () => {
    const record = JSON.parse(before.canonical.toString('utf8'))
    expect(reveal(sha256, record, before.openings).event.actorName).toBe('Ines Frei')
    const [now] = await h.house.db
      .select({ canonical: auditEvent.canonical, text: auditText })
      .from(auditEvent)
      .innerJoin(auditText, eq(auditText.eventId, auditEvent.id))
      .where(eq(auditEvent.id, eventId))
    expect(now?.canonical).toEqual(before.canonical)
    expect(reveal(sha256, record, now?.text.openings ?? {}).erased).toContain('actorName')
    expect(now?.text).toMatchObject({ actorName: '(erased)', fromAddress: '(erased)' })
  })

  test('the account is gone, its address is free, and the list says what became of it', async () => {
    await expect(signedInAt(h.url, 'reader')).rejects.toThrow()
    const clara = await h.as('approver')
    const invited = await clara.post(`/api/customers/${helvetia}/people`, {
      name: 'Ida Frey',
      email: demoPeople.reader.email,
      groups: [],
    })
    expect(invited.status, JSON.stringify(invited.body)).toBe(201)
    expect((await list(clara)).rows[0]).toMatchObject({ state: 'done', person: { name: 'Erased person' } })
    expect(codeOf(await askFor(clara, ines))).toBe('not_found')
  })
})

describe("AL23 one of the maker's people, in every customer's log", () => {
  test('is erased to the end though the database dies on the way, once and no more', async () => {
    const all = { kind: 'all' } as const
    await regrant(h, 'auditor', [{ activities: ['staff.edit', 'staff.view'], scope: all }])
    const [ruth, oskar] = await Promise.all([h.as('administrator'), h.as('auditor')])
    const anna = h.seeded.people.technician
    const { body } = await ruth.post<{ id: string }>(`/api/staff/${anna}/erasure`, { reason: 'has left' })
    expect(codeOf(await ruth.post(`/api/staff/erasures/${body.id}/confirm`))).toBe('another_must_confirm')
    expect(codeOf(await oskar.post(`/api/staff/erasures/${body.id}/confirm`))).toBeUndefined()
    await later(hours(24) + 1_000)
    const die = async () => {
      for (let i = 0; i < 4; i++)
        await superuser`select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'gatehouse' and datname = current_database() and query ilike '%erase%'`
    }
    await Promise.all([erasePeople.run(h.house).catch(() => undefined), die()])
    await erasedToTheEnd(h, body.id, async (ms) => {
      await later(ms)
      // And once more where it is gone through again.
      await Promise.all([erasePeople.run(h.house).catch(() => undefined), die()])
    })
    await superuser`delete from outbox_mail where "to" not like '%@alpenwerk.example'`
    expect(await linesWith('Anna Keller', 'anna@alpenwerk')).toEqual([])
    expect(await faults()).toEqual([])
    const done = await superuser`select 1 from audit_event where event = 'erasure.done' and person_id = ${anna}`
    expect(done).toHaveLength(1)
  })
})

describe('AL14 what was not erased by two is found', () => {
  const withoutTriggers = async (work: () => Promise<unknown>) => {
    await superuser`set session_replication_role = replica`
    try {
      await work()
      return await faults()
    } finally {
      await superuser`set session_replication_role = origin`
    }
  }
  const blank = (id: string) => superuser`
    update audit_text set actor_name = '(erased)', openings = openings - 'actorName' where event_id = ${id}`
  const someEvent = async () => {
    const [row] = await superuser`
      select event_id as id from audit_text where openings ? 'actorName' and actor_name = 'Clara Meier' limit 1`
    return String(row?.id)
  }

  test('words that a superuser blanked, also with a list of them beside', async () => {
    const id = await someEvent()
    const [kept] = await superuser`select * from audit_text where event_id = ${id}`
    expect(await withoutTriggers(() => blank(id))).toMatchObject([{ says: expect.stringMatching(/words are gone/) }])
    const [erased] = await superuser`select * from audit_erased limit 1`
    const forged = { ...erased, event_id: id, paths: ['actorName'] }
    // The forged line makes the hash of its page another one: everything of that page is a fault.
    expect(
      (await withoutTriggers(() => superuser`insert into audit_erased ${superuser(forged)}`)).length,
    ).toBeGreaterThan(1)
    await withoutTriggers(() => superuser`delete from audit_erased where event_id = ${id}`)
    const own = { ...forged, erasure_id: h.seeded.people.outsider, page: 1 }
    const pretended = { ...own, person_id: h.seeded.people.approver }
    expect(
      await withoutTriggers(async () => {
        const [asked, confirmed] = [h.seeded.people.colleague, h.seeded.people.reader]
        await superuser`insert into audit_erased ${superuser(own)}`
        await superuser`insert into audit_erasure (erasure_id, person_id, asked_by, confirmed_by, begins_at)
          values (${own.erasure_id}, ${pretended.person_id}, ${asked}, ${confirmed}, 0)`
      }),
    ).toMatchObject([{ says: expect.stringMatching(/words are gone/) }])
    await withoutTriggers(async () => {
      await superuser`delete from audit_erased where event_id = ${id}`
      await superuser`delete from audit_erasure where erasure_id = ${own.erasure_id}`
      await superuser`delete from audit_text where event_id = ${id}`
      await superuser`insert into audit_text ${superuser(
        kept ?? {},
        Object.keys(kept ?? {}).filter((name) => name !== 'search'),
      )}`
    })
    expect(await faults()).toEqual([])
  })

  test('AL05 the one door opens for a confirmed erasure that runs, and for nobody who serves requests', async () => {
    const { appUrl, houseUrl } = roleUrlsOf(h.ownerUrl, deriveFrom(testSecret, 'database role').toString('base64url'))
    const ours = { 'gatehouse.customers': `{${helvetia}}` }
    const [app, house] = [postgres(appUrl, { max: 1, connection: ours }), postgres(houseUrl, { max: 1 })]
    const clara = await h.as('approver')
    const { body } = await askFor(clara, h.seeded.people.colleague)
    try {
      const call = (by: Sql, id: string) => by`select * from erase_words(${id}, null, null, 1, 10)`
      await expect(call(app, body.id)).rejects.toMatchObject({ code: '42501' })
      await expect(call(house, body.id)).rejects.toMatchObject({ constraint_name: 'erasure_confirmed' })
      // No state but the next, and no words by whoever serves requests.
      await expect(
        superuser`update erasure set state = 'running', words = '{Clara Meier}' where id = ${body.id}`,
      ).rejects.toMatchObject({ constraint_name: 'erasure_move' })
      await expect(app`update erasure set words = '{Clara Meier}' where id = ${body.id}`).rejects.toMatchObject({
        code: '42501',
      })
      // Two people alone are not its time.
      const [asked, confirmed] = [h.seeded.people.approver, h.seeded.people.administrator]
      await superuser.begin(async (sql) => {
        const [one] = await sql`
          update erasure set state = 'confirmed', confirmed_by = ${confirmed}, confirmed_at = 1, begins_at = 1
          where id = ${body.id} returning begins_at`
        await sql`insert into audit_erasure (erasure_id, customer_id, person_id, asked_by, confirmed_by, begins_at)
          values (${body.id}, ${helvetia}, ${h.seeded.people.colleague}, ${asked}, ${confirmed}, ${one?.begins_at})`
      })
      await expect(call(house, body.id)).rejects.toMatchObject({ constraint_name: 'erasure_confirmed' })
      // It does not run before its time, when nobody could stop it any more, nor without what it looks for.
      const runs = (by: Sql, words: string[]) =>
        by`update erasure set state = 'running', words = ${words} where id = ${body.id}`
      for (const by of [house, superuser])
        await expect(runs(by, ['Marc Aubry'])).rejects.toMatchObject({ constraint_name: 'erasure_move' })
      await expect(app`update erasure set state = 'running' where id = ${body.id}`).rejects.toMatchObject({
        constraint_name: 'erasure_move',
      })
      await superuser`set session_replication_role = replica`
      await runs(superuser, ['Marc Aubry'])
      await superuser`set session_replication_role = origin`
      await expect(call(house, body.id)).rejects.toMatchObject({ constraint_name: 'erasure_confirmed' })
      await expect(house`select erase_kept(${body.id})`).rejects.toMatchObject({ constraint_name: 'erasure_confirmed' })
      await expect(app`select erase_kept(${body.id})`).rejects.toMatchObject({ code: '42501' })
      for (const by of [app, house]) {
        await by`select set_config('gatehouse.erasing', 'yes', false)`
        await expect(by`update audit_text set actor_name = '(erased)'`).rejects.toMatchObject({ code: '42501' })
      }
      // Who owns the tables comes through by nothing but an erasure.
      await superuser`select set_config('gatehouse.erasing', 'yes', false)`
      for (const to of ['Nobody', '(erased)'])
        await expect(
          superuser`update audit_text set actor_name = ${to} where actor_name = 'Clara Meier'`,
        ).rejects.toMatchObject({
          constraint_name: 'audit_insert_only',
        })
      await superuser`select set_config('gatehouse.erasing', '', false)`
      for (const statement of [
        'delete from audit_erased',
        'update audit_erased set page = 1',
        'truncate audit_erasure',
        'update audit_erasure set begins_at = 0',
      ])
        for (const by of [app, house, superuser])
          await expect(by.unsafe(statement), statement).rejects.toMatchObject({ code: '42501' })
    } finally {
      await Promise.all([app.end(), house.end()])
    }
    expect((await h.house.db.select().from(auditErased)).length).toBeGreaterThan(0)
  })
})
