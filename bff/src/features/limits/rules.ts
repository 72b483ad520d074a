import type { Limit } from '@gatehouse/shared/limits'

export type LimitKind = 'log' | 'disk_full' | 'disk_filling' | 'copy'

/** Something at its limit. */
export interface Reached {
  kind: LimitKind
  /** Whose log it is, where it is one customer's alone. */
  customerId: string | null
  /** ms since the epoch. */
  since: number
  /** What it is, in a few words without a full stop. */
  says: string
}

/** What names it over time: the same thing reached again is the same key. */
export const keyOf = ({ kind, customerId }: Pick<Reached, 'kind' | 'customerId'>): string =>
  customerId === null ? kind : `${kind} ${customerId}`

/** A disk that was at its limit is so until it has a percent less on it: it must not go back and forth. */
export const isFull = (used: number, limit: number, before: boolean): boolean => used >= (before ? limit - 1 : limit)

/** Why nothing new may be begun, where a kind stops that. */
const stopping: Partial<Record<LimitKind, Limit['because']>> = { log: 'log_behind', disk_full: 'disk_nearly_full' }

/** Why nothing new may be begun because of it, and since when. */
export const limitOfReached = ({ kind, since }: Reached): Limit | undefined => {
  const because = stopping[kind]
  return because && { because, since }
}

/** What it means for people, as the log and the mail say it. */
export const effects: Record<LimitKind, string> = {
  log: 'Nothing new is begun until it has caught up; what runs goes on, and so does ending it',
  disk_full: 'Nothing new is begun until there is room again; what runs goes on, and so does ending it',
  disk_filling: 'Everything works; make room before nothing new can be begun',
  copy: 'Everything works; the copy of the audit log outside has to catch up',
}
