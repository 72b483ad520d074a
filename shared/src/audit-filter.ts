import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import { auditOutcomes } from './audit-events.ts'
import { auditKindNames, auditKinds } from './audit-kinds.ts'
import { present } from './audit-query.ts'
import { SearchText } from './text.ts'

export const actorKinds = ['person', 'device', 'system'] as const
export type ActorKind = (typeof actorKinds)[number]

const Id = z.uuid().toLowerCase()
const EventName = z.string().regex(/^[a-z_]{1,32}\.[a-z_]{1,32}$/)
/** The times a date can hold, which is more than a log ever will; ms since the epoch. */
const Moment = z.number().int().min(0).max(8.64e15)
const some = <T extends z.ZodType>(one: T) => z.array(one).min(1).max(100)

/** Signs that nobody sees and that come along from mails and files; in words the database passes over them. */
const unseen = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g
const bareId = (text: string): string => Id.safeParse(text.replace(unseen, '').trim()).data ?? text

/**
 * What a list of events is narrowed to: an event is in it that meets all that is there, and of a list any one of it.
 * `from` (included) and `to` (not included) are ms since the epoch.
 */
export const AuditFilter = z.strictObject({
  search: SearchText.transform(bareId).optional(),
  kinds: some(z.enum(auditKindNames)).optional(),
  events: some(EventName).optional(),
  outcomes: some(z.enum(auditOutcomes)).optional(),
  actorKinds: some(z.enum(actorKinds)).optional(),
  /** Who did it. */
  people: some(Id).optional(),
  approval: z.enum(['with', 'without']).optional(),
  from: Moment.optional(),
  to: Moment.optional(),
  customerId: Id.optional(),
  /** Where the device was at that time, or the site itself. */
  siteId: Id.optional(),
  deviceId: Id.optional(),
  /** Who did it, or whom it is about. */
  personId: Id.optional(),
  requestId: Id.optional(),
  sessionId: Id.optional(),
  approvalId: Id.optional(),
})
export type AuditFilter = z.infer<typeof AuditFilter>

/** What a list is about, as opposed to what it is searched by. */
export const auditScopes = [
  'customerId',
  'siteId',
  'deviceId',
  'personId',
  'requestId',
  'sessionId',
  'approvalId',
] as const satisfies readonly (keyof AuditFilter)[]
export type AuditScope = (typeof auditScopes)[number]

const listed = <T extends z.ZodType>(one: T) =>
  z
    .string()
    .max(4_000)
    .transform((text) => text.split(',').filter((part) => part !== ''))
    .pipe(some(one) as unknown as z.ZodType<z.output<T>[], string[]>)
    .optional()

const instant = z.iso
  .datetime({ precision: null })
  .transform((text) => Date.parse(text))
  .pipe(Moment)
  .optional()

const shape = AuditFilter.shape

/** The parts of the query string of a list: lists with commas, times as UTC (`2026-03-01T08:00:00Z`). */
export const auditQueryShape = {
  search: shape.search,
  kind: listed(z.enum(auditKindNames)),
  event: listed(EventName),
  outcome: listed(z.enum(auditOutcomes)),
  by: listed(z.enum(actorKinds)),
  people: listed(Id),
  approval: z.union([z.enum(['with', 'without']), Id]).optional(),
  from: instant,
  to: instant,
  customer: shape.customerId,
  site: shape.siteId,
  device: shape.deviceId,
  person: shape.personId,
  request: shape.requestId,
  session: shape.sessionId,
}

const AuditQuery = z.object(auditQueryShape)

/** The filter that the parts of a query string mean, once they are read by `auditQueryShape`. */
export const filterOfQuery = (read: z.output<typeof AuditQuery>): AuditFilter => {
  const { approval } = read
  const kindOfApproval = approval === 'with' || approval === 'without' ? approval : undefined
  return present({
    search: read.search,
    kinds: read.kind,
    events: read.event,
    outcomes: read.outcome,
    actorKinds: read.by,
    people: read.people,
    approval: kindOfApproval,
    approvalId: kindOfApproval ? undefined : approval,
    from: read.from,
    to: read.to,
    customerId: read.customer,
    siteId: read.site,
    deviceId: read.device,
    personId: read.person,
    requestId: read.request,
    sessionId: read.session,
  })
}

/** The filter in a page's address; a part that cannot be read narrows nothing. */
export const filterOfAddress = (query: Readonly<Record<string, string>>): AuditFilter => {
  const read: Record<string, unknown> = {}
  for (const [name, one] of Object.entries(auditQueryShape)) {
    const part = Object.hasOwn(query, name) ? one.safeParse(query[name]) : undefined
    if (part?.success) read[name] = part.data
  }
  return filterOfQuery(read as z.output<typeof AuditQuery>)
}

const outcomeWords = { done: 'done', refused: 'refused', failed: 'failed', unknown: 'unknown' } as const
const actorWords = { person: 'people', device: 'devices', system: 'Gatehouse itself' } as const

const anyOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

/** `2026-03-29 03:00 (Europe/Zurich, UTC+02:00)`. */
const momentIn = (ms: number, zone: string): string => {
  const at = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone)
  const time = at.toPlainTime()
  const clock = time.toString({ smallestUnit: time.second || time.millisecond ? 'second' : 'minute' })
  return `${at.toPlainDate()} ${clock} (${zone}, UTC${at.offset})`
}

/**
 * What a filter lets through, in words: `Events of the device “Balance 7”; refused; since 2026-03-01 00:00 (…)`.
 * `nameOf` gives the name of an id where it is known; `zone` is an IANA name.
 */
export const filterInWords = (
  filter: AuditFilter,
  nameOf: (id: string) => string | undefined,
  zone: string,
): string => {
  const named = (id: string) => {
    const name = nameOf(id)
    return name === undefined ? id : `“${name}”`
  }
  const of = [
    filter.deviceId && `the device ${named(filter.deviceId)}`,
    filter.siteId && `the site ${named(filter.siteId)}`,
    filter.customerId && `the customer ${named(filter.customerId)}`,
    filter.personId && `the person ${named(filter.personId)}`,
    filter.requestId && `the request ${filter.requestId}`,
    filter.sessionId && `the session ${filter.sessionId}`,
    filter.approvalId && `the approval ${filter.approvalId}`,
  ].filter((part) => part !== undefined)
  const { from, to } = filter
  const parts = [
    of.length > 0 ? `Events of ${of.join(' and ')}` : 'All events',
    filter.kinds && `about ${anyOf(filter.kinds.map((kind) => `“${auditKinds[kind].says}”`))}`,
    filter.events && `named ${anyOf(filter.events)}`,
    filter.outcomes && anyOf(filter.outcomes.map((outcome) => outcomeWords[outcome])),
    filter.people && `by ${anyOf(filter.people.map(named))}`,
    filter.actorKinds && `by ${anyOf(filter.actorKinds.map((kind) => actorWords[kind]))}`,
    filter.approval && `${filter.approval} an approval`,
    from !== undefined && `from ${momentIn(from, zone)} on`,
    to !== undefined && `before ${momentIn(to, zone)}`,
    filter.search && `with the words “${filter.search}”`,
  ]
  return parts.filter((part) => typeof part === 'string' && part !== '').join('; ')
}
