import { and, isNull, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { containing } from '../../kernel/database/like.ts'
import { customer, site } from '../customers/tables.ts'
import { device } from './tables.ts'

/** Words of a search; more than five narrow nothing any more. */
const wordsOf = (search: string | undefined): string[] => (search ?? '').split(/\s+/).filter(Boolean).slice(0, 5)

/** What a search looks at of a device. */
export interface Looked {
  name: SQLWrapper
  serial: SQLWrapper
  customerId: SQLWrapper
  siteId: SQLWrapper
}

/**
 * Every word stands in the name, the serial number, the customer or the site. Customers and sites are few: those that
 * hold a word are found first, so that the devices are asked for by what their indexes know.
 */
export const matches = async (db: Tx, search: string): Promise<(of: Looked) => SQL[]> => {
  const words = wordsOf(search).map(containing)
  const found = await db.execute<{ n: number; customers: string[]; sites: string[] }>(sql`
    select word.n::int as n,
      array(select ${customer.id} from ${customer} where ${customer.name} ilike word.pattern) as customers,
      array(select ${site.id} from ${site} where ${site.name} ilike word.pattern) as sites
    from unnest(${sql.param(words)}::text[]) with ordinality as word(pattern, n)`)
  const any = (column: SQLWrapper, ids: readonly string[] = []) =>
    ids.length === 0 ? undefined : sql`${column} = any(${sql.param(ids)}::uuid[])`
  return (of) =>
    words.map((like, i) => {
      const named = found.find(({ n }) => n === i + 1)
      const own = sql`(${of.name} || E'\\n' || ${of.serial}) ilike ${like}`
      return or(own, any(of.customerId, named?.customers), any(of.siteId, named?.sites)) as SQL
    })
}

/** Which of these conditions the fewest devices meet, by a sample of them, and whether any there meets all. */
export const rarestOf = async (db: Tx, words: readonly SQL[]): Promise<{ word: number; together: boolean }> => {
  const counts = words.map((word) => sql`count(*) filter (where ${word})::int`)
  const [row] = await db.execute<{ each: number[]; together: number }>(sql`
    select array[${sql.join(counts, sql`, `)}] as each, count(*) filter (where ${and(...words)})::int as together
    from ${device} tablesample system (0.1) where ${isNull(device.removedAt)}`)
  const each = row?.each ?? []
  return { word: each.indexOf(Math.min(...each)), together: (row?.together ?? 0) > 0 }
}
