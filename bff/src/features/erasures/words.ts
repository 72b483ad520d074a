import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'

/** The next events of a tree, and what of them was erased. */
interface Page {
  /** The last event that was looked at; `null` where there was none. */
  last: string | null
  looked: number
  erased: number
}

/** Events that are looked at in one transaction. */
export const pageSize = 250

/**
 * Erases the words of one person from the next events of a customer's log (the maker's for `null`) after `after`. The
 * database does it, and only for an erasure that two people wanted and that has begun.
 */
export const eraseWords = async (
  tx: Tx,
  erasureId: string,
  customerId: string | null,
  after: string | null,
  page: number,
): Promise<Page> => {
  const [row] = await prepared<{ last_event: string | null; looked_at: number; erased: number }>(
    tx,
    'select * from erase_words($1::uuid, $2::uuid, $3::uuid, $4::int, $5::int)',
    [erasureId, customerId, after, page, pageSize],
  )
  return { last: row?.last_event ?? null, looked: row?.looked_at ?? 0, erased: row?.erased ?? 0 }
}

/** The hash of what one page erased: its events and paths, one to a line, by event. It stands in the log. */
export const listHash = async (db: Tx, erasureId: string, page: number): Promise<string> => {
  const rows = await prepared<{ event_id: string; paths: string[] }>(
    db,
    'select event_id, paths from audit_erased where erasure_id = $1::uuid and page = $2::int order by event_id',
    [erasureId, page],
  )
  const hash = createHash('sha256')
  for (const { event_id, paths } of rows) hash.update(`${event_id} ${paths.join(' ')}\n`)
  return hash.digest('hex')
}

/** Every address by which the log knows a person. */
export const addressesOf = async (tx: Tx, personId: string): Promise<string[]> => {
  const rows = await tx.execute<{ email: string }>(sql`
    select email from person where id = ${personId}
    union select email from person_token where person_id = ${personId}
    union select words.openings -> 'fields.email' ->> 'value' from (
        select id from audit_event where person_id = ${personId} order by id desc limit 20000
      ) as event join audit_text words on words.event_id = event.id
      where words.openings ? 'fields.email'`)
  return rows.map(({ email }) => email)
}
