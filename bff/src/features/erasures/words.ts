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

/** Events whose e-mail is the address that the account had at that moment. */
const accountEvents = ['sign_in.refused', 'sign_in.attacked', 'sign_in.guessed']

/** What the time is by the database's own clock, ms; only what it says there opens `erase_words` and `erase_kept`. */
export const databaseClock = async (tx: Tx): Promise<number> => {
  const [row] = await tx.execute<{ at: string }>(sql`select database_clock() as at`)
  return Number(row?.at ?? 0)
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

/**
 * Every address that a person has confirmed: the account's and its earlier ones, where the invitation was accepted. To one
 * that a link only went to anybody could have had it sent.
 */
export const addressesOf = async (tx: Tx, personId: string): Promise<string[]> => {
  const rows = await tx.execute<{ email: string }>(sql`
    select lower(email) as email from person where id = ${personId} and invited_at is null
    union select lower(words.openings -> 'fields.email' ->> 'value') from (
        select id, event from audit_event where person_id = ${personId} order by id desc limit 20000
      ) as event join audit_text words on words.event_id = event.id
      where words.openings ? 'fields.email' and event.event = any(${sql.param(accountEvents)}::text[])
        and exists (select 1 from person where id = ${personId} and invited_at is null)`)
  return rows.map(({ email }) => email)
}

/** What may be looked for in what is of a company (the maker: `null`): not what others bear as well. */
export interface Terms {
  name: string | null
  addresses: readonly string[]
  /** Finds name and addresses as words of their own; `null` where there is nothing to look for. */
  pattern: string | null
}

/** The terms of an erasure for what is of `customerId`. */
export const termsFor = async (tx: Tx, erasureId: string, customerId: string | null): Promise<Terms> => {
  const [row] = await tx.execute<{ name: string | null; addresses: string[]; pattern: string | null }>(
    sql`select * from erasure_terms(${erasureId}, ${customerId}::uuid)`,
  )
  return row ?? { name: null, addresses: [], pattern: null }
}

/** Erases in the columns that nobody may update; gives the number of rows. */
export const eraseKept = async (tx: Tx, erasureId: string): Promise<number> => {
  const [row] = await tx.execute<{ rows: number }>(sql`select erase_kept(${erasureId}) as rows`)
  return row?.rows ?? 0
}
