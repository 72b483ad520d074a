import { sql } from 'drizzle-orm'
import type { Tx } from './connect.ts'

/** Any fixed number: advisory locks of PostgreSQL are per database, and this kind is by person. */
const kind = 20_741

/**
 * Holds what somebody may do until the transaction ends: as it is, for work that leaves by it, or alone, to change it. So
 * one of the two comes first. No row is locked by it: behind a wall those of the maker's people can be read only.
 */
export const holdRights = (tx: Tx, personId: string, how: 'as they are' | 'to change them'): Promise<unknown> =>
  tx.execute(
    how === 'as they are'
      ? sql`select pg_advisory_xact_lock_shared(${kind}, hashtext(${personId}))`
      : sql`select pg_advisory_xact_lock(${kind}, hashtext(${personId}))`,
  )
