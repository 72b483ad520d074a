import { auditEvents } from '@gatehouse/shared/audit-events'

/** What an event is found by beside what is personal in it: none of this is erased. */
export interface Told {
  event: string
  outcome: string
  actorCompany: string
  customerName: string | null
  deviceName: string | null
  requestId: string | null
  sessionId: string | null
  approvalId: string | null
}

/** How much of an id people read to each other: its last signs. */
const spoken = (id: string | null): string | null => id?.slice(-6) ?? null

/** What an event is found by whatever its sentence was when it was written: its columns say it. */
const columnWords = (told: Told): string =>
  [
    told.event,
    told.outcome === 'done' ? null : told.outcome,
    told.actorCompany,
    told.customerName,
    told.deviceName,
    ...[told.requestId, told.sessionId, told.approvalId].map(spoken),
  ]
    .filter(Boolean)
    .join(' ')

/** The words of the sentence that are always the same, the names of things, and the ends of ids: for the search. */
export const searchWords = (told: Told): string => {
  const row = (auditEvents as Record<string, { says: string } | undefined>)[told.event]
  return [row?.says.replace(/\{\w+\}/g, ' '), columnWords(told)].filter(Boolean).join(' ')
}

/** Events of before there were such words were given theirs by the database, which kept an empty name as one more space. */
const spaced = (text: string): string => ` ${text}`.replace(/ +/g, ' ')

/** Whether these are words that the event was ever given: its sentence may have been another one then, and nothing else. */
export const isFoundBy = (told: Told, words: string): boolean => {
  const own = columnWords(told)
  return ` ${words}`.endsWith(` ${own}`) || spaced(words).endsWith(spaced(own))
}
