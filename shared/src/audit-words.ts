import { activities, isActivity } from './activities.ts'
import { sentence } from './audit-events.ts'
import { refusals } from './refusals.ts'

const withoutStop = (text: string): string => text.replace(/\.$/, '')

/** What somebody wanted who was refused, as people say it; a door of one's own has no name but its address. */
const wantedSays = (wanted: string): string => {
  if (isActivity(wanted)) return activities[wanted].says
  const [, method, path] = /^(GET|HEAD|POST|PUT|PATCH|DELETE) (\/\S*)$/.exec(wanted) ?? []
  if (!path) return wanted
  return `${method === 'GET' || method === 'HEAD' ? 'Read' : 'Do something at'} ${path}`
}

const becauseSays = (because: string): string =>
  Object.hasOwn(refusals, because) ? withoutStop(refusals[because as keyof typeof refusals].says) : because

/**
 * The sentence of an event for whoever reads it without training: codes of activities and of refusals are said in
 * their words. The event itself keeps what it holds.
 */
export const plainSentence = (event: string, fields: Readonly<Record<string, unknown>>): string => {
  const { activity, because } = fields
  return sentence(event, {
    ...fields,
    ...(typeof activity === 'string' && { activity: wantedSays(activity) }),
    ...(typeof because === 'string' && { because: becauseSays(because) }),
  })
}
