import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import { granted } from '@gatehouse/shared/decide'
import { exportFormats } from '@gatehouse/shared/views/exports'
import type { Actor } from '../../kernel/actor.ts'
import { days, seconds } from '../../kernel/clock.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import type { auditExport } from './tables.ts'

export type ExportRow = Omit<typeof auditExport.$inferSelect, 'devices' | 'customers'>

/** What keeps exports from being too many, too large, or too long there. */
export const limits = {
  /** Under way at a time, per person. */
  underWay: 3,
  /** Bytes of what is written, before a zip makes it smaller: a verifier reads it whole. */
  bytes: 2_000_000_000,
  /** Entries of one bundle: its proof is made, and read, with all of their hashes in memory. */
  entries: 1_000_000,
  /** How long a file is kept. */
  keeps: days(7),
  /** Beginnings of one export, after which it is given up. */
  tries: 5,
  /** Beyond this it is not counted beforehand, and waits behind others that are large. */
  counted: 10_000,
  /** Events read at a time. */
  page: 500,
  /** How long events may wait for their place in the log before an export goes on without, or gives up. */
  settles: seconds(30),
  /** How often at most whoever asked is told how far it is. */
  tells: 400,
} as const

/** What whoever asked is told of a file that grew too large. */
export const tooLarge = 'It grew too large for one file. It can be narrowed, for instance to a shorter time.'

/** Bytes that an export may still take, of what its owner and his company have kept. */
export const roomLeft = (
  kept: { person: number; company: number },
  { perPerson, perCompany }: { perPerson: number; perCompany: number },
): number => Math.max(0, Math.min(perPerson - kept.person, perCompany - kept.company))

/**
 * Whoever exports, with the grants alone that let him: what comes out is what these let him see. A grant to see here
 * and another to export there do not add up.
 */
export const exporting = (actor: Actor): Actor => ({
  ...actor,
  grants: actor.grants.filter((grant) => grant.activities.includes('audit.export')),
})

/** True where there is anything that he may take away. */
export const mayExport = (actor: Actor): boolean =>
  exporting(actor).grants.some(({ activities }) =>
    activities.some((one) => one === 'audit.view' || one === 'audit.view_maker'),
  )

/** True where somebody may see what is of this customer and of no device; of the maker for `theMakerItself`. */
export const seesLogOf = (actor: Actor, customerId: string): boolean =>
  customerId === theMakerItself
    ? granted(actor, 'audit.view_maker', { kind: 'maker' })
    : granted(actor, 'audit.view', { kind: 'customer', customerId })

/** Who works for the maker says what he takes a customer's data away for. */
export const mustSayWhy = (actor: Actor): boolean => actor.customerId === null

/** True where somebody may see all of this log (the maker's: `theMakerItself`); of all logs there are where none is named. */
export const seesWhole = (actor: Actor, log: string | undefined): boolean =>
  log !== undefined
    ? seesLogOf(actor, log)
    : actor.customerId !== null
      ? seesLogOf(actor, actor.customerId)
      : seesLogOf(actor, theMakerItself) &&
        actor.grants.some(({ activities, scope }) => scope.kind === 'all' && activities.includes('audit.view'))

/** What an export is called in the log and on pages. */
export const numberOf = (id: string): string => id.slice(-8)

const slug = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[^\w]+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '')
    .toLowerCase()
    .slice(0, 40)

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** The name of a file: whose log, of which days, and what it is; letters, digits, dots and hyphens only. */
export const fileNameOf = (
  row: Pick<ExportRow, 'id' | 'format' | 'about' | 'askedAt'> & { filter: AuditFilter },
  first: number | null,
): string => {
  const whose = [row.about.customerName, row.about.deviceName]
    .map((name) => slug(name ?? ''))
    .filter((name) => name !== '')
  const from = row.filter.from ?? first ?? row.askedAt
  const to = Math.min(row.filter.to === undefined ? row.askedAt : row.filter.to - 1, row.askedAt)
  const parts = ['audit', ...whose, dayOf(from), 'to', dayOf(Math.max(from, to)), numberOf(row.id)]
  return `${parts.join('-')}.${exportFormats[row.format].extension}`
}
