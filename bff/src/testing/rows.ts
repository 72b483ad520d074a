import postgres, { type Sql } from 'postgres'

/** What comes and goes without anybody's deed: the log itself, counters of tries, and how a browser or a device was last heard. */
const passing: ReadonlySet<string> = new Set([
  'audit_event',
  'audit_text',
  'audit_pending',
  'audit_leaf',
  'audit_node',
  'audit_tree',
  'audit_checkpoint',
  'sign_in',
  'sign_in_try',
  'device_link',
  'link_sweep',
  'assertion_used',
  'enrolment_try',
  'forgotten_try',
  'security_report_try',
])

/**
 * What counts of a row, where not all of it does. Sessions that nobody joins end by themselves: it counts which there are,
 * and which somebody has ended. How a device's link stands is swept into its row.
 */
const kept: Readonly<Record<string, string>> = {
  session: "concat(t.id, t.technician_id, t.device_id, nullif(t.ended_by_name, 'Gatehouse'))",
  device: "(to_jsonb(t) - 'heard')::text",
  // Which were asked for; how far they are goes on by itself.
  audit_check: 'concat(t.id, t.tree, t.asked_by)',
  // An export is made while others look.
  audit_export: 'concat(t.id, t.person_id, t.words)',
}

/** Looks at everything that is stored, as the owner of the schema sees it. */
export interface Rows {
  /** A hash of the rows of each table, by its name. */
  now(): Promise<Record<string, string>>
  close(): Promise<void>
}

/** Opens a look at a database; whoever opens it closes it. */
export const rowsOf = async (ownerUrl: string): Promise<Rows> => {
  const db: Sql = postgres(ownerUrl, { max: 1, onnotice: () => undefined })
  const names = (
    await db<{ name: string }[]>`
      select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`
  )
    .map(({ name }) => name)
    .filter((name) => !passing.has(name))
  if (names.length < 15) throw new Error('that is not our schema')
  return {
    now: async () => {
      const rows = await Promise.all(
        names.map(
          // raw: the words above, and no others
          (name) =>
            db`select md5(coalesce(string_agg(${db.unsafe(kept[name] ?? 't::text')}, '|' order by t::text), '')) as hash from ${db(name)} t`,
        ),
      )
      return Object.fromEntries(names.map((name, at) => [name, String(rows[at]?.[0]?.hash)]))
    },
    close: () => db.end(),
  }
}
