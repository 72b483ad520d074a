import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startEmbedded } from '@gatehouse/bff/kernel/database/embedded'
import { migrate } from '@gatehouse/bff/kernel/database/migrate'
import { deriveFrom } from '@gatehouse/bff/kernel/keys'
import { testSecret } from '@gatehouse/bff/testing/cluster'
import postgres, { type Sql } from 'postgres'
import { fillFleet } from '../fleet/rows.ts'
import { whileFilling } from '../fleet/seed.ts'
import { madeAt } from '../fleet/size.ts'

/** Raised when something else is made: what was made before is then made anew. */
const edition = 1

/** Devices that the events are about; every customer has about five hundred. */
export const devicesOfLog = 100_000

const atOnce = 50_000
const year = 365 * 86_400_000

/** Where the log of this many events is kept. */
export const placeOfLog = (events: number): string =>
  resolve(
    process.env.GATEHOUSE_BENCH_DATA ?? fileURLToPath(new URL('../../../.gatehouse/bench', import.meta.url)),
    `log-${events}`,
  )

const helpers = [
  `create or replace function pg_temp.dice(i bigint, salt int, sides bigint) returns bigint language sql immutable as $$
     select abs(hashint8extended(i, salt) % sides) $$`,
  `create temp table d as select row_number() over (order by d.id) - 1 as n, d.id, d.name, d.customer_id, d.site_id, c.name as company
     from device d join customer c on c.id = d.customer_id`,
  'create unique index on d (n)',
  'create temp table e (i bigint, id uuid, at bigint, event text, outcome text, kind text, actor uuid, actor_name text, fields jsonb, n bigint)',
]

// One of twenty is a person's, one of twenty about no device; an id is of its moment, as everywhere.
const batchText = `insert into e
  select i, (lpad(to_hex(at), 12, '0') || '7' || substr(m, 1, 3) || '8' || substr(m, 4, 15))::uuid, at,
    case when person then (array['alarm.acknowledged', 'session.opened', 'device.changed', 'sign_in.succeeded'])[1 + pg_temp.dice(i, 2, 4)]
      else (array['device.connected', 'device.disconnected', 'alarm.raised', 'alarm.cleared'])[1 + pg_temp.dice(i, 2, 4)] end,
    case when pg_temp.dice(i, 3, 200) = 0 then 'refused' else 'done' end,
    case when person then 'person' else 'device' end,
    case when person then md5('person ' || pg_temp.dice(i, 4, 300))::uuid end,
    case when person then 'Person ' || pg_temp.dice(i, 4, 300) else 'A device' end,
    jsonb_build_object('device', 'Balance ' || pg_temp.dice(i, 5, 400), 'code', 'drift.' || pg_temp.dice(i, 6, 50),
      'note', 'seen to at line ' || pg_temp.dice(i, 7, 5000)),
    case when pg_temp.dice(i, 8, 20) = 0 then null else pg_temp.dice(i, 9, $3::bigint) end
  from (select i, ${madeAt - year}::bigint + i * $4::bigint / 1000 as at, md5('event ' || i) as m, pg_temp.dice(i, 1, 20) = 0 as person
    from generate_series($1::bigint, $2::bigint) as i) s`

const eventText = `insert into audit_event (id, at, event, outcome, actor_kind, actor_id, actor_company, customer_id, customer_name,
    device_id, device_name, site_id, canonical)
  select e.id, e.at, e.event, e.outcome, e.kind, coalesce(e.actor, d.id), coalesce(d.company, ''),
    coalesce(d.customer_id, o.customer_id), coalesce(d.company, o.company), d.id, d.name, d.site_id,
    convert_to(repeat(e.id::text, 18), 'UTF8')
  from e left join d on d.n = e.n left join d o on e.n is null and o.n = pg_temp.dice(e.i, 10, $1::bigint) order by e.i`

const wordsText = `insert into audit_text (event_id, customer_id, words, actor_name, from_address, fields, openings)
  select e.id, v.customer_id, replace(e.event, '.', ' ') || ' ' || coalesce(v.customer_name, '') || ' ' || coalesce(v.device_name, ''),
    e.actor_name, '10.0.0.1', e.fields, '{}' from e join audit_event v on v.id = e.id order by e.i`

const fill = async (sql: Sql, events: number, say: (line: string) => void): Promise<void> => {
  await fillFleet(sql, devicesOfLog, say)
  for (const text of helpers) await sql.unsafe(text)
  // Made once over all rows, each index takes a fraction of what it takes row by row; they are the product's own.
  const indexes = await sql<{ name: string; text: string }[]>`
    select indexname as name, indexdef as text from pg_indexes
    where tablename in ('audit_event', 'audit_text') and indexname not in (select conname from pg_constraint)`
  await sql`drop index ${sql(indexes.map(({ name }) => name))}`
  const step = Math.floor((year * 1_000) / events)
  for (let from = 0; from < events; from += atOnce) {
    const to = Math.min(events, from + atOnce) - 1
    await sql`truncate e`
    await sql.unsafe(batchText, [from, to, devicesOfLog, step])
    await sql.unsafe(eventText, [devicesOfLog])
    await sql.unsafe(wordsText)
    if (from % 500_000 === 0) say(`events: ${from.toLocaleString('en-GB')} of ${events.toLocaleString('en-GB')}`)
  }
  for (const { name, text } of indexes) {
    say(`the index ${name}`)
    await sql.unsafe(text)
  }
  say('tidying up and looking at what there is (vacuum, analyze)')
  await sql`vacuum (analyze)`
}

/** Makes a log of this many events, unless it is there already; a minute or two for each million. */
export const seedLog = async (events: number, say: (line: string) => void): Promise<string> => {
  const dataDir = placeOfLog(events)
  const mark = join(dataDir, 'log.json')
  if (existsSync(mark) && (JSON.parse(await readFile(mark, 'utf8')) as { edition?: number }).edition === edition)
    return dataDir
  await rm(dataDir, { recursive: true, force: true })
  await mkdir(dataDir, { recursive: true })
  const from = performance.now()
  say(`making ${events.toLocaleString('en-GB')} events in ${dataDir}`)
  const server = await startEmbedded({ dataDir, log: say, settings: whileFilling })
  try {
    const appPassword = deriveFrom(testSecret, 'database role').toString('base64url')
    await migrate(server.ownerUrl, { appPassword, log: say })
    const sql = postgres(server.ownerUrl, { max: 1, max_lifetime: null, onnotice: () => undefined })
    await fill(sql, events, say).finally(() => sql.end({ timeout: 5 }))
  } finally {
    await server.stop()
  }
  await writeFile(mark, `${JSON.stringify({ edition, events })}\n`)
  say(`made in ${((performance.now() - from) / 1_000).toFixed(0)} s`)
  return dataDir
}
