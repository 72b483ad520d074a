import { and, eq, inArray, ne, type SQL, sql } from 'drizzle-orm'
import { bySystem } from '../../kernel/actor.ts'
import { type Entry, entry } from '../../kernel/audit/append.ts'
import type { Db, Tx } from '../../kernel/database/connect.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import { hashOf } from '../../kernel/ids.ts'
import { outboxMail } from '../../kernel/outbox/tables.ts'
import { device } from '../devices/tables.ts'
import { numberOf } from '../exports/door.ts'
import { auditExport } from '../exports/tables.ts'
import { forgetFactors } from '../factors/door.ts'
import { groupMember } from '../groups/tables.ts'
import { erasedName } from '../people/door.ts'
import { forgottenTry, person, personToken } from '../people/tables.ts'
import { personSettings } from '../profile/tables.ts'
import { forgetSignInsOf } from '../sign-in/door.ts'
import { failureNotice, passwordHistory, signInTry } from '../sign-in/tables.ts'
import { type Written, written } from './columns.ts'
import type { Terms } from './words.ts'

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

/** The statement for one column, without the end that picks the rows; `undefined` where there is nothing to look for. */
const statementOf = (one: Written, who: Whom): { set: SQL; where: SQL } | undefined => {
  const name = sql.identifier(one.column)
  const { personId, customerId, terms } = who
  const is = (of: SQL) => sql`lower(btrim(${of})) = lower(btrim(${terms.name}))`
  const rows = (of: Written & { of?: (customerId: string | null) => SQL; him?: readonly string[] }) =>
    sql.join(
      [...(of.of ? [of.of(customerId)] : []), ...(of.him ?? []).map((id) => sql`${sql.identifier(id)} = ${personId}`)],
      sql` or `,
    )
  if (one.holds === 'name' && one.id !== undefined)
    return { set: sql`${erasedName}`, where: sql`${sql.identifier(one.id)} = ${personId} and ${name} <> ${erasedName}` }
  if (one.holds === 'names' && one.ids !== undefined) {
    const ids = sql.identifier(one.ids)
    return {
      set: sql`array(select case when ${ids}[at] = ${personId} then ${erasedName} else one end
        from unnest(${name}) with ordinality as of(one, at) order by at)`,
      where: sql`${personId} = any(${ids}) and ${name}[array_position(${ids}, ${personId}::uuid)] <> ${erasedName}`,
    }
  }
  if (one.holds === 'name' || one.holds === 'names') {
    if (terms.name === null) return undefined
    // What the maker's people do they do in rows of customers: there, too, a whole name that nobody bears elsewhere is his.
    const of = customerId === null && who.nowhereElse ? sql`true` : rows(one)
    return one.holds === 'name'
      ? { set: sql`${erasedName}`, where: sql`${is(sql`${name}`)} and (${of})` }
      : {
          set: sql`array(select case when ${is(sql`one`)} then ${erasedName} else one end
            from unnest(${name}) with ordinality as of(one, at) order by at)`,
          where: sql`exists (select 1 from unnest(${name}) as one where ${is(sql`one`)}) and (${of})`,
        }
  }
  if (terms.pattern === null) return undefined
  return {
    set:
      one.holds === 'values'
        ? sql`erased_json(${name}, ${terms.pattern}, ${erasedName})`
        : sql`regexp_replace(${name}, ${terms.pattern}, ${erasedName}, 'gi')`,
    where: sql`${name}::text ~* ${terms.pattern} and (${rows(one)})`,
  }
}

/** Whether nobody else, of whatever company, bears the name. */
const nowhereElse = async (db: Tx, personId: string, name: string | null): Promise<boolean> =>
  name !== null &&
  (await db.$count(person, and(ne(person.id, personId), sql`lower(btrim(${person.name})) = lower(btrim(${name}))`))) ===
    0

/** Blocks of a table that are gone through in one transaction: 16 MB, well within the database's deadline. */
const blocksAtOnce = 2_000

/** Whose words are erased, and by which terms. */
export interface Whom {
  personId: string
  customerId: string | null
  terms: Terms
  /** That nobody else, of whatever company, bears the name. */
  nowhereElse: boolean
}

/**
 * Puts `erasedName` in the place of a person's name and addresses in the columns that can hold a person's words, in rows
 * of the own company or tied to the person by an id. Many short transactions, each as good the second time; `changed`
 * is told in each how many values it was.
 */
export const eraseElsewhere = async (
  db: Db,
  who: Omit<Whom, 'nowhereElse'>,
  changed: (tx: Tx, values: number) => Promise<unknown>,
): Promise<void> => {
  const whom = { ...who, nowhereElse: await nowhereElse(db, who.personId, who.terms.name) }
  for (const one of written) {
    const statement = statementOf(one, whom)
    if (!statement) continue
    const table = sql.identifier(one.table)
    const [size] = await db.execute<{ blocks: number }>(
      sql`select (pg_relation_size(${`public.${one.table}`}::regclass) / 8192)::int as blocks`,
    )
    for (let from = 0; from < (size?.blocks ?? 0); from += blocksAtOnce)
      await db.transaction(async (tx) => {
        const within = sql`ctid >= ${`(${from},0)`}::tid and ctid < ${`(${from + blocksAtOnce},0)`}::tid`
        const rows = await tx.execute(
          sql`update ${table} set ${sql.identifier(one.column)} = ${statement.set} where ${within} and ${statement.where} returning 1`,
        )
        if (rows.length > 0) await changed(tx, rows.length)
      })
  }
}

const cancelExports = async (tx: Tx, of: SQL, now: number): Promise<Entry[]> => {
  const cancelled = await tx
    .update(auditExport)
    .set({ state: 'cancelled', finishedAt: now })
    .where(and(inArray(auditExport.state, ['queued', 'running']), of))
    .returning({ id: auditExport.id, about: auditExport.about })
  return cancelled.map(({ id, about }) =>
    entry({ by: bySystem, event: 'export.cancelled', fields: { export: numberOf(id) }, about }),
  )
}

/**
 * Cancels what a person has under way, with an event each, before his words are looked for: an export that ends by itself
 * says so in his name, and may do so when the log has been gone through already.
 */
export const cancelOwnExports = (tx: Tx, personId: string, now: number): Promise<Entry[]> =>
  cancelExports(tx, eq(auditExport.personId, personId), now)

/**
 * Ends the exports that may hold what was erased: the person's own, and those of the customer's log and devices, or all
 * where the person is one of the maker's (`customerId` null). Those under way are cancelled, with an event each: what they hold
 * is known only when they are made, and those that such people asked for count as if they held it. The files
 * of the others go with the next look at what has ended.
 */
export const endExports = async (
  tx: Tx,
  { personId, customerId }: Pick<Whom, 'personId' | 'customerId'>,
  now: number,
): Promise<Entry[]> => {
  const of =
    customerId === null
      ? sql`true`
      : sql`(${auditExport.personId} = ${personId} or ${auditExport.customers} && array[${customerId}::uuid, ${theMakerItself}::uuid]
          or ${auditExport.devices} && array(select ${device.id} from ${device} where ${device.customerId} = ${customerId})
          or ${auditExport.customers} is null and ${auditExport.personId} in (select ${person.id} from ${person}
            where ${person.customerId} is null or ${person.customerId} = ${customerId}))`
  await tx
    .update(auditExport)
    .set({ expiresAt: now })
    .where(and(eq(auditExport.state, 'done'), of))
  return cancelExports(tx, of, now)
}
