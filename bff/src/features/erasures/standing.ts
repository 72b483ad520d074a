import { and, eq, gt, inArray, isNull, or } from 'drizzle-orm'
import { auditEvent } from '../../kernel/audit/tables.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import type { House } from '../../kernel/house.ts'
import { peopleGranted } from '../people/door.ts'
import { person } from '../people/tables.ts'
import { settled } from './rules.ts'
import type { ErasureRow } from './store.ts'

/** Those of a company who may look after its people. */
export const administratorsOf = (tx: Tx, customerId: string | null) =>
  customerId === null
    ? peopleGranted(tx, null, 'staff.edit', { kind: 'maker' })
    : peopleGranted(tx, customerId, 'person.edit', { kind: 'customer', customerId })

/** Those of the maker's who may give the second yes where nobody of the customer's could; whoever asks need not see them. */
export const standIns = (house: House, customerId: string | null) =>
  customerId === null
    ? Promise.resolve([])
    : peopleGranted(house.dbOf([theMakerItself, customerId]), null, 'person.edit', { kind: 'customer', customerId })

/** Whether both who wanted it may look after the people of the company still, or for it as the maker's. */
export const bothStandForIt = async (tx: Tx, row: ErasureRow): Promise<boolean> => {
  const { customerId } = row
  const own = await administratorsOf(tx, customerId)
  const makers =
    customerId === null ? [] : await peopleGranted(tx, null, 'person.edit', { kind: 'customer', customerId })
  const may = new Set([...own, ...makers].map(({ id }) => id))
  return row.confirmedBy !== null && may.has(row.askedBy) && may.has(row.confirmedBy)
}

/**
 * Whether one of the two stands in the other's chain of invitations, or somebody of their company in both by invitations of
 * the last 90 days: then both accounts may be one human's. The database asks itself the same before it takes the second yes.
 */
const shareInvitations = async (
  tx: Tx,
  confirmer: string,
  { askedBy, askedAt }: Pick<ErasureRow, 'askedBy' | 'askedAt'>,
): Promise<boolean> => {
  const [row] = await prepared<{ shared: boolean }>(
    tx,
    'select share_invitations($1::uuid, $2::uuid, $3::bigint) as shared',
    [askedBy, confirmer, askedAt],
  )
  return row?.shared !== false
}

/**
 * Whether whoever confirms is, as far as we can know, another human than whoever asked: the two share no invitations, and
 * the confirmer's account was there, with its groups as they are, a day before it was asked.
 * What a group grants counts as given by the asker where he changed a group since.
 */
export const isIndependent = async (
  tx: Tx,
  confirmer: string,
  { askedBy, askedAt, customerId }: Pick<ErasureRow, 'askedBy' | 'askedAt' | 'customerId'>,
): Promise<boolean> => {
  const since = askedAt - settled
  const [them] = await tx
    .select({ createdAt: person.createdAt, customerId: person.customerId })
    .from(person)
    .where(eq(person.id, confirmer))
  if (!them || them.createdAt > since) return false
  if (await shareInvitations(tx, confirmer, { askedBy, askedAt })) return false
  const { event, actorId, personId, at } = auditEvent
  const [doubt] = await tx
    .select({ id: auditEvent.id })
    .from(auditEvent)
    .where(
      or(
        and(eq(actorId, confirmer), eq(event, 'person.joined'), gt(at, since)),
        and(eq(personId, confirmer), inArray(event, ['group.changed', 'person.enabled']), gt(at, since)),
        and(
          eq(actorId, askedBy),
          inArray(event, ['group.added', 'group.changed']),
          isNull(personId),
          customerId === null ? isNull(auditEvent.customerId) : eq(auditEvent.customerId, customerId),
          gt(at, since),
        ),
      ),
    )
    .limit(1)
  return doubt === undefined
}

/** Of a company's administrators those who could give the second yes; the maker's stand in where there is none. */
export const couldConfirm = async (tx: Tx, row: ErasureRow, administrators: readonly { id: string }[]) => {
  const could: { id: string }[] = []
  for (const one of administrators)
    if (one.id !== row.personId && one.id !== row.askedBy && (await isIndependent(tx, one.id, row))) could.push(one)
  return could
}
