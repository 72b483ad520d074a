import type { SessionView } from '@gatehouse/shared/views/sessions'
import { countdown, stretch } from '../../kernel/format.ts'

/** How urgent the end of a session is. */
export type Urgency = 'none' | 'soon' | 'now'

const minute = 60_000

/** Five minutes before the end it is time to finish, one minute before to save. */
export const urgencyOf = (leftMs: number): Urgency =>
  leftMs <= minute ? 'now' : leftMs <= 5 * minute ? 'soon' : 'none'

/** Time left, ms, as it is shown on a session: by the second once it is near. */
export const timeLeft = (leftMs: number): string => (leftMs > 60 * minute ? stretch(leftMs) : countdown(leftMs))

/** What somebody who cannot see the clock is told, once at each threshold. */
export const announcement: Record<Urgency, string> = {
  none: '',
  soon: 'Five minutes are left of this session.',
  now: 'One minute is left of this session.',
}

/** How long a session lasted, ms; `null` while it runs or where it never went live. */
export const lasted = (s: Pick<SessionView, 'liveAt' | 'endedAt'>): number | null =>
  s.liveAt === null || s.endedAt === null ? null : s.endedAt - s.liveAt
