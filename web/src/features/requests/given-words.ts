import { activities } from '@gatehouse/shared/activities'
import type { RequestView } from '@gatehouse/shared/views/requests'
import { duration, listed } from './words.ts'

type OneGiven = RequestView['approvals']['given'][number]

/** What somebody gave of what was asked: `1 hour, all that was asked`, or `20 minutes; not: …`. */
export const givenSays = (r: RequestView, { activities: names, minutes }: OneGiven): string => {
  const without = r.activities
    .filter((name) => !names.includes(name))
    .map((name) => activities[name].says.toLowerCase())
  if (without.length > 0) return `${duration(minutes)}; not: ${listed(without)}`
  return minutes < r.minutes ? `${duration(minutes)} instead of ${duration(r.minutes)}` : 'All that was asked'
}
