import { randomUUID } from 'node:crypto'
import { sql as text } from 'drizzle-orm'
import { Hono } from 'hono'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { theDevice } from '../../features/devices/door.ts'
import { device } from '../../features/devices/tables.ts'
import { person } from '../../features/people/tables.ts'
import { request } from '../../features/requests/tables.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { seedStories } from '../../testing/stories.ts'
import { allow } from '../http/allow.ts'
import { answerError } from '../http/answers.ts'
import { readToken } from '../http/cookies.ts'
import type { RoomEnv } from '../http/room-env.ts'
import { deriveFrom } from '../keys.ts'
import { connect, type Database } from './connect.ts'
import { roleUrlsOf } from './migrate.ts'
import { theMakerItself } from './wall.ts'

/** Tables that row-level security is not about, and why. */
const noCustomers: Record<string, string> = {
  action_move: 'words',
  request_move: 'words',
  session_move: 'words',
  model: "the maker's declarations, the same for everybody",
  outbox_mail: 'mails to anybody; the walled role may only add to it',
  assertion_used: 'numbers of assertions',
  enrolment_try: 'counts by address',
  link_sweep: 'one moment',
  forgotten_try: 'counts by address',
  sign_in_try: 'counts by address; nobody is signed in yet',
  passkey_challenge: 'random numbers; nobody is signed in yet',
  security_report_move: 'words',
  security_report: "the maker's inbox",
  security_report_answer: "the maker's inbox",
  security_report_try: 'counts by address',
  security_report_year: 'counts by year',
}

let h: TestHouse
let owner: Sql
let app: Sql
let walls: Database
let ours: string
let theirs: string
/** Tables and views with the column `customer_id`. */
let tagged: string[]
let secured: string[]

const secret = 'a secret of tests only, long enough to be taken'

beforeAll(async () => {
  h = await openTestHouse()
  await seedStories(h, 'Helvetia Pharma')
  await seedStories(h, 'Great Lakes Foods')
  ours = h.seeded.customers['Helvetia Pharma']
  theirs = h.seeded.customers['Great Lakes Foods']
  owner = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
  const { appUrl } = roleUrlsOf(h.ownerUrl, deriveFrom(secret, 'database role').toString('base64url'))
  app = postgres(appUrl, { max: 1 })
  walls = connect(appUrl, { max: 2, applicationName: 'walls' })
  const columns = await owner`
    select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'customer_id' order by 1`
  tagged = columns.map(({ name }) => name)
  const policies = await owner`select distinct tablename as name from pg_policies order by 1`
  secured = policies.map(({ name }) => name)
})
afterAll(async () => {
  await Promise.all([app.end(), owner.end(), walls.close()])
  await h.close()
})

const countIn = async (sql: Sql, table: string): Promise<number> => {
  const [row] = await sql`select count(*)::int as n from ${sql(table)}`
  return row?.n ?? -1
}

describe('AZ14 the wall', () => {
  test('stands around every table, or it is said why not', async () => {
    const tables = await owner`
      select relname as name, relrowsecurity as secured from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1`
    const open = tables.filter((one) => !one.secured).map((one) => one.name)
    expect(open).toEqual(Object.keys(noCustomers).sort())
    expect(tables.filter((one) => one.secured).map((one) => one.name)).toEqual(secured)
    // The one view looks through the walls of its tables.
    expect(tagged.filter((name) => !secured.includes(name))).toEqual(['audit_line'])
  })

  test('no setting, no rows: in none of the tables', async () => {
    const filled = new Set<string>()
    for (const table of secured) {
      if ((await countIn(owner, table)) > 0) filled.add(table)
      const shown = await app`select * from ${app(table)}`
      expect([table, shown.length]).toEqual([table, 0])
    }
    expect(filled.size).toBeGreaterThan(15)
  })

  test('shows each customer all of its own rows and no other', async () => {
    for (const [mine, other] of [
      [ours, theirs],
      [theirs, ours],
    ] as const) {
      const db = walls.walledTo([mine])
      for (const table of tagged) {
        const rows = await db.execute<{ customer_id: string | null }>(
          text`select customer_id from ${text.identifier(table)}`,
        )
        const [own] = await owner`select count(*)::int as n from ${owner(table)} where customer_id = ${mine}`
        expect([table, rows.filter((row) => row.customer_id === mine).length]).toEqual([table, own?.n])
        expect([table, rows.filter((row) => row.customer_id === other)]).toEqual([table, []])
      }
    }
  })

  test('shows of what has no customer of its own only what hangs on a row that is seen', async () => {
    const rows = await walls.walledTo([ours]).execute<{ device_id: string }>(text`select device_id from device_link`)
    const [own] = await owner`
      select count(*)::int as n from device_link join device on device.id = device_id where customer_id = ${ours}`
    expect(rows).toHaveLength(own?.n)
    expect(own?.n).toBeGreaterThan(0)
    const secrets = await walls
      .walledTo([ours])
      .execute<{ customer_id: string | null }>(
        text`select customer_id from passkey join person on person.id = person_id`,
      )
    expect(secrets.length).toBeGreaterThan(0)
    expect(new Set(secrets.map((one) => one.customer_id))).toEqual(new Set([ours]))
  })

  test('lets nothing be written for another customer, nor moved to it', async () => {
    const db = walls.walledTo([ours])
    const [foreign] = await owner`select * from request where customer_id = ${theirs}`
    const [own] = await owner`select * from request where customer_id = ${ours}`
    const refused = { cause: { code: '42501' } }
    await expect(
      db.insert(device).values({
        id: randomUUID(),
        customerId: theirs,
        siteId: h.seeded.sites.Milwaukee ?? '',
        modelId: h.seeded.models.balance,
        name: 'smuggled',
        serial: 'smuggled',
        state: 'active',
        createdAt: 1,
      }),
    ).rejects.toMatchObject(refused)
    await expect(
      db.execute(text`update request set customer_id = ${theirs} where id = ${own?.id}`),
    ).rejects.toMatchObject(refused)
    expect(await db.execute(text`update request set comment = 'x' where id = ${foreign?.id} returning id`)).toEqual([])
    await expect(
      db.execute(text`insert into audit_event select gen_random_uuid(), at, event, outcome, actor_kind, actor_id, actor_company,
        ${theirs}, customer_name, device_id, device_name, request_id, session_id, approval_id, canonical
        from audit_event where customer_id = ${ours} limit 1`),
    ).rejects.toMatchObject(refused)
  })

  test('is gone from the connection after each query, deed and failure', async () => {
    const one = connect(roleUrlsOf(h.ownerUrl, deriveFrom(secret, 'database role').toString('base64url')).appUrl, {
      max: 1,
      applicationName: 'one',
    })
    const left = async () => (await one.sql`select current_setting('gatehouse.customers', true) as list`)[0]?.list
    const db = one.walledTo([ours])
    expect((await db.select({ id: device.id }).from(device)).length).toBeGreaterThan(0)
    expect(await left()).toBe('')
    await db.transaction(async (tx) => expect((await tx.select().from(device)).length).toBeGreaterThan(0))
    expect(await left()).toBe('')
    await expect(db.execute(text`select 1 / 0`)).rejects.toThrow()
    await expect(db.transaction(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await left()).toBe('')
    expect(await one.sql`select id from device`).toEqual([])
    await one.close()
  })

  test('AZ13 keeps 400 questions of two customers apart that share two connections', async () => {
    const asked = Array.from({ length: 400 }, (_, n) => {
      const mine = n % 2 === 0 ? ours : theirs
      const db = walls.walledTo([mine])
      const found =
        n % 3 === 0
          ? db.transaction((tx) => tx.select({ of: device.customerId }).from(device))
          : db.select({ of: device.customerId }).from(device)
      return found.then((rows) => rows.length > 0 && rows.every(({ of }) => of === mine))
    })
    expect(new Set(await Promise.all(asked))).toEqual(new Set([true]))
  })

  test('cannot be passed by the role of the application', async () => {
    const roles = await owner`
      select rolname as name, rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or rolreplication as mighty
      from pg_roles where rolname like 'gatehouse%' order by 1`
    expect(roles).toEqual([
      { name: 'gatehouse_app', mighty: false },
      { name: 'gatehouse_house', mighty: false },
    ])
    expect(await owner`select tablename from pg_tables where tableowner like 'gatehouse%'`).toEqual([])
    for (const statement of [
      'set role gatehouse_house',
      'alter table device disable row level security',
      'drop policy own_customers on device',
      'alter role gatehouse_app bypassrls',
      'grant gatehouse_house to gatehouse_app',
    ])
      await expect(app.unsafe(statement), statement).rejects.toMatchObject({ code: '42501' })
    await app`set row_security = off`
    await expect(app`select id from device`).rejects.toMatchObject({ code: '42501' })
    await app`reset row_security`
  })
})

describe('AZ14 behind a guard', () => {
  /** A room that forgets to ask whose rows it shows. */
  const forgetful = () =>
    new Hono<RoomEnv>()
      .onError(answerError)
      .use(async (c, next) => {
        c.set('house', h.house)
        c.set('from', '127.0.0.1')
        c.set('token', readToken(c.req.header('cookie')))
        await next()
      })
      .get('/devices/:deviceId/everything', allow('device.view', theDevice), async (c) => {
        const rows = await c.var.house.db.select({ of: device.customerId }).from(device)
        return c.json([...new Set(rows.map(({ of }) => of))].sort())
      })

  const seenBy = async (who: Parameters<TestHouse['as']>[0], name: string): Promise<unknown> => {
    const { cookie } = await h.as(who)
    const answer = await forgetful().request(`/devices/${h.seeded.devices[name]}/everything`, {
      headers: { cookie: cookie() },
    })
    return answer.json()
  }

  test("a query that forgets to ask shows a customer's people their own rows only", async () => {
    expect(await seenBy('approver', 'Balance 7')).toEqual([ours])
    expect(await seenBy('otherApprover', 'Checkweigher 2')).toEqual([theirs])
  })

  test("and the maker's people the customers that their grants reach", async () => {
    const view = { activities: ['device.view' as const] }
    await regrant(h, 'outsider', [{ ...view, scope: { kind: 'customers', ids: [ours] } }])
    expect(await seenBy('outsider', 'Balance 7')).toEqual([ours])
    await regrant(h, 'outsider', [{ ...view, scope: { kind: 'devices', ids: [h.seeded.devices['Balance 7'] ?? ''] } }])
    expect(await seenBy('outsider', 'Balance 7')).toEqual([ours])
    await regrant(h, 'outsider', [
      { ...view, scope: { kind: 'sites', ids: [h.seeded.sites.Milwaukee ?? ''] } },
      { ...view, scope: { kind: 'devices', ids: [h.seeded.devices['Balance 7'] ?? ''] } },
    ])
    expect(await seenBy('outsider', 'Balance 7')).toEqual([ours, theirs].sort())
    expect(await seenBy('administrator', 'Balance 7')).toEqual([ours, theirs].sort())
  })
})

describe('AZ05 rows of two customers cannot be linked, not even by the owner of the tables', () => {
  const id = (name: keyof TestHouse['seeded']['devices']) => h.seeded.devices[name] ?? ''
  const links: [string, () => Promise<unknown>][] = [
    [
      'a device at the site of another',
      () => owner`update device set site_id = ${h.seeded.sites.Milwaukee ?? ''} where id = ${id('Balance 7')}`,
    ],
    [
      'an alarm of the device of another',
      () => owner`update alarm set customer_id = ${theirs} where customer_id = ${ours}`,
    ],
    [
      'a value of the device of another',
      () =>
        owner`insert into current_value (device_id, customer_id, key, value, at, received_at, seq)
          values (${id('Balance 7')}, ${theirs}, 'weight', '1', 1, 1, 1)`,
    ],
    [
      'an action on the device of another',
      () => owner`update action set customer_id = ${theirs} where customer_id = ${ours}`,
    ],
    [
      'an action under the approval of another',
      () => owner`update action set approval_id = (select id from approval where customer_id = ${theirs} limit 1)
        where customer_id = ${ours}`,
    ],
    [
      'a request about the device of another',
      () => owner`update request set device_id = ${id('Checkweigher 2')} where customer_id = ${ours}`,
    ],
    [
      'a request decided by an approver of another',
      () => owner`update request set decided_by = ${h.seeded.people.otherApprover} where customer_id = ${ours}`,
    ],
    [
      'a request of a person of another',
      () => owner`update request set technician_id = ${h.seeded.people.otherApprover} where customer_id = ${ours}`,
    ],
    [
      'an approval for the request of another',
      () => owner`update approval set customer_id = ${theirs}, device_id = ${id('Checkweigher 2')}
        where customer_id = ${ours}`,
    ],
    [
      'a session under the approval of another',
      () => owner`update session set customer_id = ${theirs},
        device_id = (select id from device where customer_id = ${theirs} and id <> ${id('Checkweigher 2')} limit 1),
        request_id = (select id from request where customer_id = ${theirs} limit 1) where customer_id = ${ours}`,
    ],
    [
      'a session of the request of another',
      () => owner`update session set request_id = (select id from request where customer_id = ${theirs} limit 1)
        where customer_id = ${ours}`,
    ],
    [
      'a recording of the session of another',
      () => owner`insert into recording (session_id, customer_id, started_at, columns, rows)
        select id, ${theirs}, 1, 80, 24 from session where customer_id = ${ours} limit 1`,
    ],
    [
      'a rule about the site of another',
      () => owner`insert into policy_level (customer_id, level, level_id, rules)
        values (${ours}, 'site', ${h.seeded.sites.Milwaukee ?? ''}, '{}')`,
    ],
    [
      'a rule about the device of another',
      () => owner`insert into policy_level (customer_id, level, level_id, rules)
        values (${ours}, 'device', ${id('Checkweigher 2')}, '{}')`,
    ],
    [
      'a person in the group of another',
      () => owner`insert into group_member (group_id, person_id)
        values (${h.seeded.groups['Helvetia approvers'] ?? ''}, ${h.seeded.people.otherApprover})`,
    ],
    [
      "a person in a group of the maker's",
      () => owner`insert into group_member (group_id, person_id)
        select id, ${h.seeded.people.otherApprover} from "group" where customer_id is null limit 1`,
    ],
    [
      'a grant on the device of another',
      () => owner`update group_grant set scope_kind = 'devices', scope_ids = ${[id('Checkweigher 2')]}
        where group_id = ${h.seeded.groups['Helvetia approvers'] ?? ''}`,
    ],
    [
      'a grant on another customer',
      () => owner`update group_grant set scope_kind = 'customers', scope_ids = ${[theirs]}
        where group_id = ${h.seeded.groups['Helvetia approvers'] ?? ''}`,
    ],
  ]

  test.each(links)('%s', async (_, link) => {
    await expect(link()).rejects.toMatchObject({ code: '23503' })
  })

  test('nor behind a wall, where what is linked to cannot be seen', async () => {
    const db = walls.walledTo([ours])
    const refused = { cause: { code: '23503' } }
    const foreigner = h.seeded.people.otherApprover
    await expect(
      db.execute(text`update request set technician_id = ${foreigner} where customer_id = ${ours}`),
    ).rejects.toMatchObject(refused)
    const group = h.seeded.groups['Helvetia approvers'] ?? ''
    for (const [kind, scoped] of [
      ['devices', id('Checkweigher 2')],
      ['sites', h.seeded.sites.Milwaukee ?? ''],
      ['customers', theirs],
    ] as const)
      await expect(
        db.execute(text`update group_grant set scope_kind = ${kind}, scope_ids = array[${scoped}]::uuid[]
          where group_id = ${group}`),
      ).rejects.toMatchObject(refused)
  })

  test('while links within a customer, and to the maker, hold', async () => {
    const [one] = await owner`select count(*)::int as n from request where technician_id in
      (select id from person where customer_id is null)`
    expect(one?.n).toBeGreaterThan(0)
    const [row] = await h.house.db.select().from(request).limit(1)
    expect(row?.customerId).toBeDefined()
    expect(
      (await h.house.db.select({ tenant: person.tenant }).from(person)).some(({ tenant }) => tenant === theMakerItself),
    ).toBe(true)
  })
})
