import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Db, Tx } from '../../kernel/database/connect.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import { hashOf } from '../../kernel/ids.ts'
import { outboxMail } from '../../kernel/outbox/tables.ts'
import { device } from '../devices/tables.ts'
import { auditExport } from '../exports/tables.ts'
import { forgetFactors } from '../factors/door.ts'
import { groupMember } from '../groups/tables.ts'
import { forgottenTry, person, personToken } from '../people/tables.ts'
import { personSettings } from '../profile/tables.ts'
import { forgetSignInsOf } from '../sign-in/door.ts'
import { failureNotice, passwordHistory, signInTry } from '../sign-in/tables.ts'
import { erasedName } from './rules.ts'

/**
 * Takes from a person's own row all that says who it was, and everything that opens the account or hangs on it. The row
 * stays: requests and sessions refer to its id.
 */
export const anonymise = async (tx: Tx, personId: string, emails: readonly string[], now: number): Promise<void> => {
  await tx
    .update(person)
    .set({
      name: erasedName,
      email: `${personId}@erased.invalid`,
      passwordHash: '',
      removedAt: now,
      disabledAt: now,
      invitedAt: null,
      lastSignInAt: null,
      lastSignInFrom: null,
      lastSignInMethod: null,
      previousSignInAt: null,
      previousSignInFrom: null,
      previousSignInMethod: null,
      lastFailureAt: null,
      lastFailureFrom: null,
      lastFailureMethod: null,
    })
    .where(eq(person.id, personId))
  await forgetFactors(tx, personId)
  await forgetSignInsOf(tx, personId)
  await tx.delete(groupMember).where(eq(groupMember.personId, personId))
  await tx.delete(personToken).where(eq(personToken.personId, personId))
  await tx.delete(personSettings).where(eq(personSettings.personId, personId))
  await tx.delete(passwordHistory).where(eq(passwordHistory.personId, personId))
  await tx.delete(failureNotice).where(eq(failureNotice.personId, personId))
  for (const email of emails) {
    const accountHash = hashOf(email.toLowerCase())
    await tx.delete(signInTry).where(eq(signInTry.accountHash, accountHash))
    await tx.delete(forgottenTry).where(eq(forgottenTry.accountHash, accountHash))
    await tx.delete(outboxMail).where(sql`lower(${outboxMail.to}) = ${email.toLowerCase()}`)
  }
}

/** Tables without words of people, and those whose words go by a door of their own. */
const apart =
  /^(audit_(event|text|leaf|node|tree|checkpoint|pending|erasure|erased)|erasure|person|sample|current_value|undeclared_item|model)$/

/** A word as a pattern of PostgreSQL that finds it where it stands by itself. */
const patternOf = (word: string): string =>
  `(?<![[:alnum:]])${word.replace(/[^\p{L}\p{N}\s]/gu, (char) => `\\${char}`)}(?![[:alnum:]])`

interface Column {
  table: string
  column: string
  type: 'text' | 'text[]' | 'jsonb'
  tagged: boolean
  blocks: number
}

/** All of them as one pattern. */
export const patternOfAll = (words: readonly string[]): string => words.map(patternOf).join('|')

/** What a column holds with the words replaced. */
const replaced = (column: string, type: Column['type'], words: readonly string[]): SQL => {
  const name = sql.identifier(column)
  const within = (of: SQL) => sql`regexp_replace(${of}, ${patternOfAll(words)}, ${erasedName}, 'gi')`
  if (type === 'text') return within(sql`${name}`)
  if (type === 'jsonb') return sql`${within(sql`${name}::text`)}::jsonb`
  return sql`array(select ${within(sql`one`)} from unnest(${name}) with ordinality as of(one, at) order by at)`
}

const columnsOf = async (tx: Tx): Promise<Column[]> => {
  const rows = await tx.execute<{
    table_name: string
    column_name: string
    udt_name: string
    tagged: boolean
    blocks: number
  }>(sql`
    select c.table_name, c.column_name, c.udt_name,
      (pg_relation_size(format('%I.%I', c.table_schema, c.table_name)::regclass) / 8192)::int as blocks, exists (select 1 from information_schema.columns t
      where t.table_schema = 'public' and t.table_name = c.table_name and t.column_name = 'customer_id') as tagged
    from information_schema.columns c join information_schema.tables b using (table_schema, table_name)
    where c.table_schema = 'public' and b.table_type = 'BASE TABLE' and c.udt_name in ('text', '_text', 'jsonb')
      and c.is_generated = 'NEVER'
      and has_column_privilege(format('%I.%I', c.table_schema, c.table_name), c.column_name, 'UPDATE') order by 1, 2`)
  return rows
    .filter((row) => !apart.test(row.table_name))
    .map((row) => ({
      table: row.table_name,
      column: row.column_name,
      type: row.udt_name === '_text' ? 'text[]' : row.udt_name === 'jsonb' ? 'jsonb' : 'text',
      tagged: row.tagged,
      blocks: row.blocks,
    }))
}

/** Blocks of a table that are gone through in one transaction: 16 MB, well within the database's deadline. */
const blocksAtOnce = 2_000

/**
 * Puts `erasedName` in the place of a person's name and addresses wherever they stand by themselves outside the log:
 * in rows of his customer and of nobody's, or in all where he is the maker's (`customerId` null). Many short
 * transactions, each as good the second time; `changed` is told in each how many values it was.
 */
export const eraseElsewhere = async (
  db: Db,
  words: readonly string[],
  customerId: string | null,
  changed: (tx: Tx, values: number) => Promise<unknown>,
): Promise<void> => {
  for (const { table, column, type, tagged, blocks } of await columnsOf(db)) {
    const whose = tagged && customerId !== null ? sql` and (customer_id = ${customerId} or customer_id is null)` : sql``
    for (let from = 0; from < blocks; from += blocksAtOnce)
      await db.transaction(async (tx) => {
        const within = sql`ctid >= ${`(${from},0)`}::tid and ctid < ${`(${from + blocksAtOnce},0)`}::tid`
        const name = sql.identifier(column)
        const rows = await tx.execute(
          sql`update ${sql.identifier(table)} set ${name} = ${replaced(column, type, words)}
            where ${within} and ${name}::text ~* ${patternOfAll(words)}${whose} returning 1`,
        )
        if (rows.length > 0) await changed(tx, rows.length)
      })
  }
}

/**
 * Lets exports that may hold what was erased end now: those of the customer's log and devices, or all where the person
 * is one of the maker's (`customerId` null). Their files go with the next look at what has ended.
 */
export const endExports = async (tx: Tx, customerId: string | null, now: number): Promise<void> => {
  const of =
    customerId === null
      ? sql`true`
      : sql`(${auditExport.customers} && array[${customerId}::uuid, ${theMakerItself}::uuid] or ${auditExport.devices} &&
          array(select ${device.id} from ${device} where ${device.customerId} = ${customerId}))`
  await tx
    .update(auditExport)
    .set({ expiresAt: now })
    .where(and(eq(auditExport.state, 'done'), of))
}
