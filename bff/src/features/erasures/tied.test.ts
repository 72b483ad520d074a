import type { Page } from '@gatehouse/shared/views/basics'
import type { ErasuresView } from '@gatehouse/shared/views/erasures'
import type { PersonView } from '@gatehouse/shared/views/people'
import { eq } from 'drizzle-orm'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { entry } from '../../kernel/audit/append.ts'
import { auditPending } from '../../kernel/audit/tables.ts'
import { note } from '../../kernel/change.ts'
import { days, hours } from '../../kernel/clock.ts'
import { newId } from '../../kernel/ids.ts'
import { manyDevices } from '../../testing/devices.ts'
import { erasedToTheEnd } from '../../testing/erasing.ts'
import { eventsSince } from '../../testing/events.ts'
import { openTestHouse, type TestHouse, type Visitor, visitorOf } from '../../testing/house.ts'
import { mailsTo, tokenIn } from '../../testing/mailed.ts'
import { answer, ask } from '../../testing/sessions.ts'
import { setDatabaseClock } from '../../testing/superuser.ts'
import { setUpFactor } from '../../testing/visitor.ts'
import { signCheckpoints } from '../audit/checkpoints.ts'
import { sequence } from '../audit/sequencer.ts'
import { auditExport } from '../exports/tables.ts'
import { checkTree } from '../integrity/check.ts'
import { person } from '../people/tables.ts'
import { kept, notWritten, written } from './columns.ts'
import { endExports } from './elsewhere.ts'
import { erasePeople } from './job.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const patience = { timeout: 30_000, interval: 200 }
let h: TestHouse
let superuser: Sql
let helvetia: string
beforeAll(async () => {
  h = await openTestHouse({ LOG_LEVEL: 'error' })
  superuser = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
  helvetia = h.seeded.customers['Helvetia Pharma']
})
afterAll(async () => {
  await superuser.end()
  await h.close()
})

/** The house's clock, and the database's, which asks by its own whether the time of an erasure has come. */
const later = async (ms: number) => {
  h.clock.advance(ms)
  await setDatabaseClock(h.ownerUrl, h.clock.now())
}
const codeOf = ({ status, body }: { status: number; body: unknown }) =>
  status < 300 ? undefined : (body as { error?: { code?: string } }).error?.code
/** Somebody of Helvetia who has accepted an invitation long ago. */
const somebody = async (name: string, email = `${newId()}@helvetia.example`) => {
  const id = newId()
  const at = h.clock.now() - days(10)
  await h.house.db
    .insert(person)
    .values({ id, customerId: helvetia, name, email, passwordHash: 'x', passwordChangedAt: at, createdAt: at })
  return id
}
/** Somebody whom Clara invited into her own groups, and who came. */
const invited = async (name: string) => {
  const clara = await h.as('approver')
  const people = `/api/customers/${helvetia}/people`
  const { body: own } = await clara.get<Page<PersonView>>(people)
  const groups = own.rows.find(({ id }) => id === h.seeded.people.approver)?.groups.map(({ id }) => id) ?? []
  const email = `${newId()}@helvetia.example`
  const { status, body } = await clara.post<{ id: string }>(people, { name, email, groups })
  expect(status, JSON.stringify(body)).toBe(201)
  const token = tokenIn((await mailsTo(h.house, email))[0]?.text, 'invitation')
  const password = 'four herons wade at dawn'
  expect((await h.nobody.post('/api/invitations/accept', { token, password })).status).toBe(200)
  const signIn = async () => {
    const visitor = visitorOf(h.url)
    await visitor.post('/api/sign-in', { email, password })
    await setUpFactor(visitor, h.clock.now())
    return visitor
  }
  return { id: body.id, email, signIn }
}
const asked = async (personId: string) => {
  const clara = await h.as('approver')
  const { status, body } = await clara.post<{ id: string }>(`/api/customers/${helvetia}/people/${personId}/erasure`, {
    reason: 'has left',
  })
  expect(status).toBe(201)
  return body.id
}
const confirmed = async (id: string, by: 'colleague' | 'administrator' = 'colleague') =>
  codeOf(await (await h.as(by)).post(`/api/customers/${helvetia}/erasures/${id}/confirm`))
const stateOf = async (id: string) => {
  const { body } = await (await h.as('approver')).get<ErasuresView>(`/api/customers/${helvetia}/erasures`)
  return body.rows.find((one) => one.id === id)?.state
}
const erased = async (personId: string, by?: 'administrator', before?: (id: string) => Promise<unknown>) => {
  const id = await asked(personId)
  expect(await confirmed(id, by)).toBeUndefined()
  await before?.(id)
  await later(hours(24) + 1_000)
  await erasedToTheEnd(h, id, later)
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

test('AL23 every column of text is one that people write in, or there is a reason why it cannot be', async () => {
  const rows = await superuser`
    select c.table_name as of, c.column_name as name from information_schema.columns c
    join information_schema.tables b using (table_schema, table_name)
    where c.table_schema = 'public' and b.table_type = 'BASE TABLE' and c.udt_name in ('text', '_text', 'jsonb', 'json', 'varchar', 'bpchar', 'citext')`
  const columns = rows.map(({ of, name }) => `${of}.${name}`)
  const looked = [...written.map(({ table, column }) => `${table}.${column}`), ...kept]
  const not = Object.keys(notWritten)
  const listed = (column: string) =>
    [looked, not].flat().filter((one) => one === column || one === column.split('.')[0]).length
  expect(columns.filter((one) => listed(one) !== 1)).toEqual([])
  expect([...looked, ...not].filter((one) => !columns.some((of) => of === one || of.startsWith(`${one}.`)))).toEqual([])
})

describe('AL23 whatever a person is called', () => {
  const names = ['edit', 'all', 'done', 'Great Lakes Foods']
  const others = ['group_grant', '"group"', 'customer', 'site', 'device', 'model', 'policy_level', 'policy', 'request']

  test('no grant, no name of a thing, no state and no key changes', async () => {
    const [device] = await manyDevices(h, 1)
    await ask(h, await h.as('technician'), device?.deviceId ?? '')
    const all = async () =>
      (await Promise.all(others.map((one) => superuser.unsafe(`select one::text from ${one} as one`))))
        .flat()
        .map(String)
    const said = async () => {
      const rows = await superuser`select event_id::text, fields::text from audit_text order by 1`
      return rows.map(({ event_id, fields }) => `${event_id} ${fields}`)
    }
    const people = await Promise.all(names.map((name) => somebody(name)))
    const [before, told] = [await all(), await said()]
    const ids = []
    for (const id of people) ids.push(await asked(id))
    for (const id of ids) expect(await confirmed(id)).toBeUndefined()
    await later(hours(24) + 1_000)
    for (const id of ids) await erasedToTheEnd(h, id, later)
    const rows = await superuser`select name from person where id = any(${people})`
    expect(rows).toEqual(people.map(() => ({ name: 'Erased person' })))
    expect(await all()).toEqual(before)
    const now = new Set(await said())
    expect(told.filter((one) => !now.has(one))).toEqual([])
    expect(await faults()).toEqual([])
  })

  test('a namesake loses nothing: neither in the log nor elsewhere', async () => {
    const [device] = await manyDevices(h, 1)
    const { body } = await ask(h, await h.as('technician'), device?.deviceId ?? '')
    const why = `Anna Keller comes (anna@alpenwerk.example)`
    const { status } = await answer(await h.as('approver'), body, { answer: 'deny', comment: why })
    expect(status).toBe(200)
    const hers = () => superuser`
      select actor_name, fields, openings from audit_text where actor_name = 'Anna Keller' or fields::text like '%Anna Keller%' order by event_id`
    // What waits still runs out by itself, as time goes by.
    const rows = () => superuser`
      select technician_name, comment, case when id = ${body.id} then state end as state from request order by id`
    const [before, requests] = [await hers(), await rows()]
    expect(before.length).toBeGreaterThan(2)
    const pretender = await somebody('Anna Keller')
    // An address that a link went to, and that nobody confirmed.
    const of = { person_id: pretender, purpose: 'address', token_hash: newId(), made_at: 1, expires_at: 1 }
    await superuser`insert into person_token ${superuser({ ...of, email: 'anna@alpenwerk.example' })}`
    const log = { customerId: helvetia, personId: pretender }
    const by = {
      kind: 'person',
      id: pretender,
      name: 'Anna Keller',
      company: 'Helvetia Pharma',
      from: '192.0.2.9',
    } as const
    await note(h.house, [entry({ by, event: 'profile.changed', fields: { change: 'a zone' }, about: log })])
    await erased(pretender)
    expect(await hers()).toEqual(expect.arrayContaining([...before]))
    expect(await rows()).toEqual(requests)
    expect(
      await superuser`select 1 from audit_event e join audit_text t on t.event_id = e.id
      where e.actor_id = ${pretender} and t.actor_name <> '(erased)'`,
    ).toEqual([])
    expect(await faults()).toEqual([])
  })
})

describe('AL23 another human, as far as we can know', () => {
  test('not whom the asker invited, nor who came or was put into a group since the day before', async () => {
    const { approver: asker, colleague } = h.seeded.people
    const id = await asked(await somebody('Somebody Leaving'))
    const by = { kind: 'person', id: asker, name: 'Clara Meier', company: 'Helvetia Pharma', from: null } as const
    const about = { customerId: helvetia, personId: colleague }
    const joined = await h.house.db.select({ at: person.createdAt }).from(person).where(eq(person.id, colleague))
    await h.house.db
      .update(person)
      .set({ createdAt: h.clock.now() - hours(23) })
      .where(eq(person.id, colleague))
    expect(await confirmed(id)).toBe('not_independent')
    await h.house.db
      .update(person)
      .set({ createdAt: joined[0]?.at ?? 0 })
      .where(eq(person.id, colleague))
    const change = { group: 'Helvetia administrators', change: 'added Marc Aubry' }
    await note(h.house, [entry({ by, event: 'group.changed', fields: change, about })])
    expect(await confirmed(id)).toBe('not_independent')
    const { body } = await (await h.as('colleague')).get<ErasuresView>(`/api/customers/${helvetia}/erasures`)
    expect(body.rows.find((one) => one.id === id)?.may.confirm).toMatchObject({ ok: false })
    await later(hours(25))
    expect(await confirmed(id)).toBe('not_independent')
    // Nobody answers it any more.
    const said = await eventsSince(h.house)
    await later(days(13))
    await erasePeople.run(h.house)
    await expect.poll(async () => (await said()).map((one) => one.event)).toContain('erasure.lapsed')
    expect(await stateOf(id)).toBe('lapsed')
    expect(await confirmed(id)).toBe('wrong_state')
  })

  test('not whom the asker invited, however long ago, and however he came in', async () => {
    const people = `/api/customers/${helvetia}/people`
    const { id: invitedId, signIn } = await invited('Beat Roth')
    const disabledAt = (id: string, at: number | null) =>
      h.house.db.update(person).set({ disabledAt: at }).where(eq(person.id, id))
    onTestFinished(async () => {
      await disabledAt(h.seeded.people.colleague, null)
      await disabledAt(invitedId, 1)
    })
    await later(days(20))
    const id = await asked(await somebody('Somebody Going'))
    const beat = await signIn()
    const yes = (by: Visitor) => by.post(`/api/customers/${helvetia}/erasures/${id}/confirm`)
    const { body } = await beat.get<ErasuresView>(`/api/customers/${helvetia}/erasures`)
    expect(body.rows.find((one) => one.id === id)?.may).toMatchObject({
      confirm: { ok: false },
      stop: { ok: true },
    })
    expect(codeOf(await yes(beat))).toBe('not_independent')
    expect(await stateOf(id)).toBe('asked')
    // Whom nobody of the two let in may.
    expect(codeOf(await yes(await h.as('colleague')))).toBeUndefined()
    expect(
      codeOf(await (await h.as('approver')).post(`/api/customers/${helvetia}/erasures/${id}/stop`)),
    ).toBeUndefined()
    // And of what Beat asks, Clara is no second: she could be him.
    const hers = await somebody('Somebody Gone')
    const path = `${people}/${hers}/erasure`
    const { body: his } = await beat.post<{ id: string }>(path, { reason: 'has left' })
    const by = await (await h.as('approver')).post(`/api/customers/${helvetia}/erasures/${his.id}/confirm`)
    expect(codeOf(by)).toBe('not_independent')
    // Where nobody of the company is left who could, one of the maker's does.
    const ruth = await h.as('administrator')
    const makers = () => ruth.post(`/api/customers/${helvetia}/erasures/${his.id}/confirm`)
    expect(codeOf(await makers())).toBe('not_of_company')
    await disabledAt(h.seeded.people.colleague, 1)
    expect(codeOf(await makers())).toBeUndefined()
    await disabledAt(h.seeded.people.colleague, null)
    expect(codeOf(await beat.post(`/api/customers/${helvetia}/erasures/${his.id}/stop`))).toBeUndefined()
  })

  test('who has lost the right before it begins stands for nothing', async () => {
    const them = await somebody('Somebody Staying')
    const id = await asked(them)
    expect(await confirmed(id)).toBeUndefined()
    const of = eq(person.id, h.seeded.people.colleague)
    await h.house.db.update(person).set({ disabledAt: 1 }).where(of)
    onTestFinished(async () => void (await h.house.db.update(person).set({ disabledAt: null }).where(of)))
    await later(hours(24) + 1_000)
    await erasePeople.run(h.house)
    await expect.poll(() => stateOf(id)).toBe('lapsed')
    expect(await superuser`select name, disabled_at from person where id = ${them}`).toEqual([
      { name: 'Somebody Staying', disabled_at: null },
    ])
  })
})

test('AL14 a genuine erasure covers nothing that is not of its person', async () => {
  const [clara] =
    await superuser`select event_id as id from audit_text where actor_name = 'Clara Meier' and openings ? 'actorName' order by event_id desc limit 1`
  const own = { event_id: String(clara?.id), page: 1, customer_id: helvetia, paths: ['actorName'] }
  // What an earlier try altered stays altered.
  const known = (await faults()).map(({ seq }) => seq)
  const them = await somebody('Somebody Else')
  const about = { customerId: helvetia, personId: them }
  const by = { kind: 'person', id: them, name: 'Somebody Else', company: 'Helvetia Pharma', from: null } as const
  await note(h.house, [entry({ by, event: 'profile.changed', fields: { change: 'a zone' }, about })])
  // Slipped into the list before its hash goes into the log.
  await erased(them, undefined, async (id) => {
    await superuser`set session_replication_role = replica`
    await superuser`update audit_text set actor_name = '(erased)', openings = openings - 'actorName' where event_id = ${own.event_id}`
    await superuser`insert into audit_erased ${superuser({ ...own, erasure_id: id })}`
    await superuser`set session_replication_role = origin`
  })
  const found = (await faults()).filter(({ seq }) => !known.includes(seq))
  expect(found).toMatchObject([{ says: expect.stringMatching(/words are gone/) }])
})

test('AL23 an administrator stands nowhere any more: policies, consents, exports, explanations, networks, answers', async () => {
  // Somebody new, each time that it is tried.
  const [name, at] = [`Remo Zimmerli ${newId().slice(-6)}`, h.clock.now()]
  const { id: remo, email, signIn } = await invited(name)
  const [device] = await manyDevices(h, 1)
  const clara = await h.as('approver')
  const { body } = await ask(h, await h.as('technician'), device?.deviceId ?? '')
  await answer(clara, body, { answer: 'deny', comment: `as ${name} says` })
  const [version] =
    await superuser`insert into policy_version (customer_id, version, changed_at, changed_by, changed_by_name, level, level_id, level_name, before, after)
    values (${helvetia}, (select coalesce(max(version), 0) + 900 from policy_version), 1, ${remo}, ${name}, 'customer', ${helvetia}, ${`of ${name}`}, '{}', '{}') returning version`
  expect(version).toBeDefined()
  const [request] = await superuser`select id, technician_id from request where id = ${body.id}`
  await superuser`insert into request_consent (request_id, customer_id, technician_id, person_id, person_name, at, question, shown, activities, minutes, comment)
    values (${request?.id}, ${helvetia}, ${request?.technician_id}, ${remo}, ${name}, 1, 'aa', 'bb', '{}', 5, ${`${name} agrees`})`
  const filter = superuser.json({ search: `by ${name}` })
  for (const state of ['queued', 'done'])
    await superuser`insert into audit_export (id, person_id, format, filter, words, zone, reason, about, state, asked_at, total, customers)
      values (${newId()}, ${remo}, 'csv', ${filter}, ${`by ${name}`}, 'UTC', ${`for ${name}`}, '{}', ${state}, 1, 999999999, ${[helvetia]})`
  const fault = newId()
  await superuser`insert into audit_fault (id, tree, seq, kind, says, found_by, first_at, last_at)
    values (${fault}, ${helvetia}, 0, ${fault}, 'x', 'x', 1, 1)`
  await superuser`insert into audit_explanation (fault_id, tree, side, at, person_id, reason)
    values (${fault}, ${helvetia}, 'customer', 1, ${remo}, ${`${name} did it`})`
  const list = newId()
  onTestFinished(async () => {
    await superuser`set session_replication_role = replica`
    await superuser`delete from network_entry where list_id = ${list}`
    await superuser`delete from network_list where id = ${list}`
    await superuser`set session_replication_role = origin`
  })
  await superuser`insert into network_list (id, customer_id, version) values (${list}, ${helvetia}, 1)`
  // Everywhere, so that the test still comes in.
  for (const cidr of ['0.0.0.0/0', '::/0'])
    await superuser`insert into network_entry values (${list}, ${cidr}, ${`desk of ${name}`}, ${name}, ${at})`
  await (await signIn()).post('/api/security-reports', {
    kind: 'vulnerability',
    severity: 'low',
    title: `Seen by ${name}`,
    place: '/',
    details: email,
  })
  const [report] = await superuser`select id from security_report where reporter_id = ${remo}`
  await superuser`insert into security_report_answer (id, report_id, at, by_id, by_name, text)
    values (${newId()}, ${report?.id}, 1, ${remo}, ${name}, ${`${name} asks`})`
  await erased(remo)
  await superuser`delete from outbox_mail where "to" not like '%@helvetia.example'`
  const tables =
    await superuser`select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`
  const left: string[] = []
  for (const { name: table } of tables)
    for (const { row } of await superuser`select one::text as row from ${superuser(table)} as one`)
      if ([name, email].some((one) => row.toLowerCase().includes(one.toLowerCase()))) left.push(`${table}: ${row}`)
  expect(left).toEqual([])
  const underWay = ['queued', 'running']
  expect(await superuser`select 1 from audit_export where person_id = ${remo} and state = any(${underWay})`).toEqual([])
})

test('AL23 an export that would end by itself while its owner is erased says nothing in his name', async () => {
  const name = `Reto Egli ${newId().slice(-6)}`
  const them = await somebody(name)
  const [device] = await manyDevices(h, 1)
  const { body } = await ask(h, await h.as('technician'), device?.deviceId ?? '')
  await answer(await h.as('approver'), body, { answer: 'deny', comment: `as ${name} says` })
  const id = await asked(them)
  expect(await confirmed(id)).toBeUndefined()
  const exportId = newId()
  // Nobody makes it yet.
  await h.house.db.insert(auditExport).values({
    ...{ id: exportId, personId: them, format: 'csv', filter: {}, words: '', zone: 'UTC', reason: '', about: {} },
    ...{ state: 'queued', askedAt: h.clock.now() + days(30), total: 1, customers: [helvetia] },
  })
  const stateNow = async (of: 'audit_export', one: string) =>
    (await h.house.db.execute<{ state: string }>(`select state from ${of} where id = '${one}'`))[0]?.state
  const other = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
  onTestFinished(() => other.end())
  let running = Promise.resolve()
  await superuser.begin(async (tx) => {
    // What is not in the log waits for this row, and the logs wait for that.
    await tx`select 1 from request where id = ${body.id} for update`
    await later(hours(24) + 1_000)
    running = erasePeople.run(h.house).catch(() => undefined)
    await expect
      .poll(
        () =>
          other`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%update "request"%'`,
      )
      .toHaveLength(1)
    await other`update audit_export set asked_at = 1 where id = ${exportId}`
    await expect.poll(() => stateNow('audit_export', exportId), patience).not.toMatch(/queued|running/)
    expect(await other`select trees, emptied, cursor from erasure where id = ${id}`).toEqual([
      { trees: 0, emptied: 0, cursor: null },
    ])
  })
  await running
  await erasedToTheEnd(h, id, later)
  expect(await superuser`select 1 from audit_text where actor_name = ${name}`).toEqual([])
})

test('exports under way that may hold what was erased are cancelled, with an event each', async () => {
  const by = h.seeded.people.colleague
  // Where nobody makes it meanwhile.
  const done = h.house.db.transaction(async (tx) => {
    const id = newId()
    await tx.insert(auditExport).values({
      ...{ id, personId: by, format: 'csv', filter: {}, words: '', zone: 'UTC', reason: '', about: {} },
      ...{ state: 'running', askedAt: 1, customers: [helvetia] },
    })
    const events = await endExports(tx, { personId: newId(), customerId: helvetia }, h.clock.now())
    expect(events.map(({ event, fields }) => [event, fields])).toContainEqual([
      'export.cancelled',
      { export: id.slice(-8) },
    ])
    expect(await tx.select().from(auditExport).where(eq(auditExport.id, id))).toMatchObject([{ state: 'cancelled' }])
    throw new Error('taken back')
  })
  await expect(done).rejects.toThrow('taken back')
})
