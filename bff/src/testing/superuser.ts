import postgres, { type Sql } from 'postgres'

const asSuperuser = async (ownerUrl: string, work: (sql: Sql) => Promise<unknown>): Promise<void> => {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => undefined })
  try {
    await sql`set session_replication_role = replica`
    await work(sql)
  } finally {
    await sql.end()
  }
}

/** Every check that somebody asked for was an hour ago: what has ended is written over by nobody else. */
export const checkedLongAgo = (ownerUrl: string): Promise<void> =>
  asSuperuser(ownerUrl, (sql) => sql`update audit_check set asked_at = asked_at - 3600000 where asked_by is not null`)

/** What nobody can do through Gatehouse: somebody who owns the database changes how an entry of a log ended. */
export const alterEntry = async (ownerUrl: string, tree: string, seq: number): Promise<void> => {
  await asSuperuser(
    ownerUrl,
    (sql) => sql`update audit_event set outcome = 'failed'
      where id = (select event_id from audit_leaf where tree = ${tree} and seq = ${seq})`,
  )
  // So that it can be looked for at once.
  await checkedLongAgo(ownerUrl)
}

/** Whoever owns the database sets its clock to `at` (ms); from there it runs on, and nothing but this moves it. */
export const setDatabaseClock = (ownerUrl: string, at: number): Promise<void> =>
  asSuperuser(ownerUrl, async (sql) => {
    // clock: how far apart the two are
    const ahead = Math.round(at - Date.now())
    // raw: a number in the text of a function, which takes no parameters
    await sql.unsafe(`create or replace function database_clock() returns bigint language sql stable
      set search_path = pg_catalog as $$ select (extract(epoch from now()) * 1000)::bigint + ${ahead} $$`)
  })
