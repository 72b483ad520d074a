import { demoModels } from '@gatehouse/bff/demo/models'
import type { Sql } from 'postgres'
import { devicesPerCustomer, madeAt } from './size.ts'

/** How much there is of everything beside the devices. */
export const countsOf = (devices: number) => ({
  customers: Math.round(devices / devicesPerCustomer),
  models: 40,
  /** Of the first customer, who has a tenth of all devices; everybody else has five. */
  largestSites: Math.max(5, Math.round(devices / 10_000)),
  staff: 300,
})

/** Rows of one statement: enough for the planner, few enough to tell how far it has come. */
const atOnce = 50_000

/**
 * What every statement below leans on, gone with the connection: ids that are the same each time (`of` names the kind,
 * `at` gives a UUIDv7 its time) and numbers that look like chance.
 */
const helpers = [
  `create function pg_temp.id_of(kind text, i bigint, at bigint) returns uuid language sql immutable as $$
     select (lpad(to_hex(at), 12, '0') || '7' || substr(m, 1, 3) || '8' || substr(m, 4, 15))::uuid
     from (select md5(kind || ' ' || i) as m) h $$`,
  `create function pg_temp.dice(i bigint, salt int, sides bigint) returns bigint language sql immutable as $$
     select abs(hashint8extended(i, salt) % sides) $$`,
  `create function pg_temp.one_of(words text[], i bigint) returns text language sql immutable as $$
     select words[1 + i % array_length(words, 1)] $$`,
]

const year = 365 * 86_400_000

const kinds = `array['Balance', 'Scale', 'Line controller', 'Checkweigher', 'Titrator', 'Reactor', 'Metal detector', 'pH meter']`
const towns = `array['Basel', 'Milwaukee', 'Lyon', 'Porto', 'Graz', 'Leeds', 'Gdansk', 'Turin', 'Osaka', 'Pune', 'Sydney', 'Bergen']`
const zones = `array['Europe/Zurich', 'America/Chicago', 'Europe/Paris', 'Europe/Lisbon', 'Asia/Tokyo', 'Asia/Kolkata', 'Australia/Sydney']`

/** A step of the seed: how many times its statement runs, over rows `$1` to `$2` of what it makes. */
interface Step {
  says: string
  rows: number
  text: string
}

const stepsOf = (devices: number): Step[] => {
  const { customers, models, largestSites, staff } = countsOf(devices)
  const customerAt = `${madeAt - year}::bigint`
  const customerId = (i: string) => `pg_temp.id_of('customer', ${i}, ${customerAt})`
  // Sites of a customer are numbered through: those of the first come first.
  const siteOf = (customer: string, salt: number) =>
    `case when ${customer} = 0 then pg_temp.dice(i, ${salt}, ${largestSites})
       else ${largestSites} + (${customer} - 1) * 5 + pg_temp.dice(i, ${salt}, 5) end`
  const siteId = (n: string) => `pg_temp.id_of('site', ${n}, ${customerAt})`
  const modelId = (n: string) => `pg_temp.id_of('model', ${n}, ${customerAt})`
  const deviceAt = `${madeAt - year / 2}::bigint + i * ${Math.floor(year / 2 / devices)}`
  const deviceId = `pg_temp.id_of('device', i, ${deviceAt})`
  const ofCustomer = `case when pg_temp.dice(i, 1, 10) = 0 then 0 else 1 + pg_temp.dice(i, 2, ${customers - 1}) end`
  const isActive = 'pg_temp.dice(i, 3, 100) < 92'
  // Of the active 8 in 100 are silent, a few for a minute only; a fifth polls over HTTPS.
  const silence = `case when pg_temp.dice(i, 33, 100) < 92 then pg_temp.dice(i, 34, 25000)
      when pg_temp.dice(i, 33, 100) < 93 then 40000 + pg_temp.dice(i, 34, 120000)
      else 200000 + pg_temp.dice(i, 34, ${year / 4}) end`
  const rows = 'generate_series($1::bigint, $2::bigint) as i'
  return [
    {
      says: 'models',
      rows: models,
      text: `insert into model (id, name, maker, version, declaration)
        select ${modelId('i')}, pg_temp.one_of(${kinds}, i) || ' ' || (100 + i), 'Alpenwerk Instruments', 1, $3::jsonb
        from ${rows}`,
    },
    {
      says: 'customers',
      rows: customers,
      text: `insert into customer (id, name, created_at)
        select ${customerId('i')},
          pg_temp.one_of(array['Helvetia', 'Northern', 'Great Lakes', 'Blue', 'Alpine', 'Delta', 'Meridian', 'Orient', 'Zephyr'], pg_temp.dice(i, 11, 9))
            || ' ' || pg_temp.one_of(array['Pharma', 'Foods', 'Chemicals', 'Dairy', 'Steel', 'Paper'], pg_temp.dice(i, 12, 6))
            || ' ' || (1000 + i), ${customerAt}
        from ${rows}`,
    },
    {
      says: 'policies',
      rows: customers,
      text: `insert into policy (customer_id, changed_at) select ${customerId('i')}, ${customerAt} from ${rows}`,
    },
    {
      says: 'rules of policies',
      rows: customers,
      text: `insert into policy_level (customer_id, level, level_id, rules)
        select ${customerId('i')}, 'customer', ${customerId('i')}, $3::jsonb from ${rows}`,
    },
    {
      says: 'sites',
      rows: largestSites + (customers - 1) * 5,
      text: `insert into site (id, customer_id, name, zone, created_at)
        select ${siteId('i')},
          ${customerId(`case when i < ${largestSites} then 0 else 1 + (i - ${largestSites}) / 5 end`)},
          pg_temp.one_of(${towns}, i) || ' ' || i, pg_temp.one_of(${zones}, i), ${customerAt}
        from ${rows}`,
    },
    {
      says: 'devices',
      rows: devices,
      text: `insert into device (id, customer_id, site_id, model_id, name, serial, tags, state, public_key, enrolled_at,
          created_at, removed_at, heard)
        select ${deviceId}, ${customerId('c')}, ${siteId(siteOf('c', 4))}, ${modelId('m')},
          pg_temp.one_of(${kinds}, m) || ' ' || (1 + pg_temp.dice(i, 5, 400)),
          'SN-' || lpad(to_hex((i * 2654435761) % 4294967296), 8, '0'),
          array_remove(array[
            case when pg_temp.dice(i, 21, 100) < 30 then 'north' end, case when pg_temp.dice(i, 22, 100) < 10 then 'clean room' end,
            case when pg_temp.dice(i, 23, 100) < 1 then 'spare' end, case when pg_temp.dice(i, 24, 10000) < 5 then 'pilot' end], null),
          case when ${isActive} then 'active' when pg_temp.dice(i, 3, 100) < 98 then 'awaiting_enrolment' else 'revoked' end,
          case when ${isActive} then translate(encode(sha256(int8send(i)), 'base64'), '+/=', '-_') end,
          case when ${isActive} then ${deviceAt} end, ${deviceAt},
          case when not ${isActive} and pg_temp.dice(i, 6, 10) = 0 then ${madeAt} end,
          case when not ${isActive} then 0 when ${silence} < 40000 or pg_temp.dice(i, 32, 100) < 20 then 1 else 4 end
        from (select i, ${ofCustomer} as c, pg_temp.dice(i, 7, ${models}) as m from ${rows}) d`,
    },
    {
      says: 'their links',
      rows: devices,
      text: `insert into device_link (device_id, connected, transport, last_heard_at, last_seq, agent_version, platform, orders_held)
        select ${deviceId}, active and heard < 40000,
          case when not active then null when pg_temp.dice(i, 32, 100) < 20 then 'https' else 'websocket' end,
          case when active then ${madeAt} - heard end, i % 100000, case when active then '0.1.0' end,
          case when active then 'linux-x64' end, case when active then 1 else 0 end
        from (
          select i, ${isActive} as active,
            ${silence} as heard
          from ${rows}) d`,
    },
    {
      says: 'open alarms',
      rows: Math.round(devices * 0.035),
      text: `insert into alarm (id, device_id, customer_id, code, severity, message, source, raised_at, last_at)
        select pg_temp.id_of('alarm', i, at), device, ${customerId('c')}, 'limit.' || (i % 3), severity, 'Out of its limits', 'limit', at, at
        from (
          select a as i, ${deviceId.replaceAll(/\bi\b/g, 'd')} as device, c, ${madeAt}::bigint - pg_temp.dice(a, 41, ${year / 12}) as at,
            case when pg_temp.dice(a, 42, 100) < 50 then 'info' when pg_temp.dice(a, 42, 100) < 92 then 'warning' else 'critical' end as severity
          from (
            select a, d, ${ofCustomer.replaceAll(/\bi\b/g, 'd')} as c
            from (select i as a, pg_temp.dice(i, 43, ${devices}) as d from ${rows}) x) y) z
        on conflict do nothing`,
    },
    {
      says: 'alarms of the past',
      rows: Math.round(devices * 0.1),
      text: `insert into alarm (id, device_id, customer_id, code, severity, message, source, raised_at, last_at, cleared_at)
        select pg_temp.id_of('past', i, at), device, ${customerId('c')}, 'limit.' || (i % 3), 'warning', 'Out of its limits', 'limit', at, at, at + 60000
        from (
          select a as i, ${deviceId.replaceAll(/\bi\b/g, 'd')} as device, c, ${madeAt - year / 12}::bigint - pg_temp.dice(a, 44, ${year / 12}) as at
          from (
            select a, d, ${ofCustomer.replaceAll(/\bi\b/g, 'd')} as c
            from (select i as a, pg_temp.dice(i, 45, ${devices}) as d from ${rows}) x) y) z`,
    },
    {
      says: "the customers' groups",
      rows: customers * 2,
      text: `insert into "group" (id, customer_id, name)
        select pg_temp.id_of('group', i, ${customerAt}), ${customerId('i / 2')}, case when i % 2 = 0 then 'Approvers' else 'Readers' end
        from ${rows}`,
    },
    {
      says: 'what they grant',
      rows: customers * 2,
      text: `insert into group_grant (id, group_id, activities, scope_kind, scope_ids)
        select pg_temp.id_of('grant', i, ${customerAt}), pg_temp.id_of('group', i, ${customerAt}),
          case when i % 2 = 0 then array['customer.view', 'device.view', 'session.approve', 'session.watch', 'audit.view', 'person.edit']
            else array['customer.view', 'device.view'] end,
          'customers', array[${customerId('i / 2')}]
        from ${rows}`,
    },
    {
      says: "the customers' people",
      rows: customers * 5,
      text: `insert into person (id, customer_id, name, email, password_hash, password_changed_at, created_at)
        select pg_temp.id_of('person', i, ${customerAt}), ${customerId('i / 5')}, 'Person ' || i, 'person' || i || '@example.com',
          'nobody signs in here', ${madeAt}, ${customerAt}
        from ${rows}`,
    },
    {
      says: 'who is in which group',
      rows: customers * 5,
      text: `insert into group_member (group_id, person_id)
        select pg_temp.id_of('group', i / 5 * 2 + case when i % 5 < 2 then 0 else 1 end, ${customerAt}), pg_temp.id_of('person', i, ${customerAt})
        from ${rows}`,
    },
    {
      says: "the maker's groups",
      rows: staff,
      text: `insert into "group" (id, name) select pg_temp.id_of('staff group', i, ${customerAt}), 'Technicians ' || i from ${rows}`,
    },
    {
      says: 'what they grant',
      rows: staff,
      text: `insert into group_grant (id, group_id, activities, scope_kind, scope_ids, scope_tags)
        select pg_temp.id_of('staff grant', i, ${customerAt}), pg_temp.id_of('staff group', i, ${customerAt}),
          array['customer.view', 'device.view', 'alarm.acknowledge', 'session.request', 'session.terminal', 'audit.view'],
          case when i = 0 then 'all' when i % 10 = 1 then 'models' when i % 10 = 2 then 'tags' when i % 10 = 3 then 'sites' else 'customers' end,
          case when i = 0 or i % 10 = 2 then '{}'
            when i % 10 = 1 then array[${modelId(`i % ${models}`)}]
            when i % 10 = 3 then array(select ${siteId(`(i * 7 + s) % ${largestSites + (customers - 1) * 5}`)} from generate_series(1, 5) s)
            else array(select ${customerId(`(i * 11 + c) % ${customers}`)} from generate_series(1, 40) c) end,
          case when i % 10 = 2 then array['pilot', 'spare'] else '{}' end
        from ${rows}`,
    },
    {
      says: "the maker's people",
      rows: staff,
      text: `insert into person (id, name, email, password_hash, password_changed_at, created_at)
        select pg_temp.id_of('staff', i, ${customerAt}), 'Technician ' || i, 'technician' || i || '@example.org', 'nobody signs in here',
          ${madeAt}, ${customerAt}
        from ${rows}`,
    },
    {
      says: 'who is in which group',
      rows: staff,
      text: `insert into group_member (group_id, person_id)
        select pg_temp.id_of('staff group', i, ${customerAt}), pg_temp.id_of('staff', i, ${customerAt}) from ${rows}`,
    },
  ]
}

const rules = {
  'session.terminal': { inside: 'ask', outside: 'ask' },
  'action.fetch_log': { inside: 'always', outside: 'always' },
}

/** What a statement takes beside its range. */
const thirdOf = (sql: Sql, text: string) =>
  text.includes('$3') ? [sql.json((text.includes('into model') ? demoModels.balance.declaration : rules) as never)] : []

/** Takes the indexes of devices away that no constraint needs, and returns what makes them again: built at once they cost a tenth. */
const withoutIndexes = async (sql: Sql): Promise<string[]> => {
  const indexes = await sql<{ name: string; text: string }[]>`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as text from pg_index
    where indrelid = 'device'::regclass and not indisunique`
  for (const { name } of indexes) await sql`drop index ${sql(name)}`
  return indexes.map(({ text }) => text)
}

/** Fills an empty, migrated database, as its owner; `say` hears how far it has come. */
export const fillFleet = async (sql: Sql, devices: number, say: (line: string) => void): Promise<void> => {
  // raw: the texts above
  for (const text of helpers) await sql.unsafe(text)
  const indexes = await withoutIndexes(sql)
  // The devices are made with the mark of their links already.
  await sql`alter table device_link disable trigger keep_heard_new`
  for (const { says, rows, text } of stepsOf(devices)) {
    const from = performance.now()
    for (let first = 0; first < rows; first += atOnce) {
      const last = Math.min(rows, first + atOnce) - 1
      // raw: the texts above
      await sql.unsafe(text, [first, last, ...thirdOf(sql, text)] as never[])
      if (last < rows - 1) say(`${(last + 1).toLocaleString('en-GB')} of ${rows.toLocaleString('en-GB')} ${says}`)
    }
    const seconds = ((performance.now() - from) / 1_000).toFixed(1)
    say(`${rows.toLocaleString('en-GB')} ${says}, in ${seconds} s`)
  }
  await sql`alter table device_link enable trigger keep_heard_new`
  say('building the indexes of devices')
  // raw: PostgreSQL's own words
  for (const text of indexes) await sql.unsafe(text)
}
