import postgres from 'postgres'

/** What nobody can do through Gatehouse: somebody who owns the database changes how an entry of a log ended. */
export const alterEntry = async (ownerUrl: string, tree: string, seq: number): Promise<void> => {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => undefined })
  try {
    await sql`set session_replication_role = replica`
    await sql`update audit_event set outcome = 'failed'
      where id = (select event_id from audit_leaf where tree = ${tree} and seq = ${seq})`
  } finally {
    await sql.end()
  }
}
