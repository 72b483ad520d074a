import type { Activity } from '@gatehouse/shared/activities'
import type { PolicyAnswer, Rule } from '@gatehouse/shared/policies/policy'
import { answersSay, policyRowSays, ruleSays as wordsOf } from '@gatehouse/shared/policies/words'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import { counted } from '../../kernel/format.ts'
import { type Below, type Place, placeSays } from './levels.ts'

/** The answers in the words of whoever gives them. */
export const answerSays: Record<PolicyAnswer, string> = { always: 'Always', ask: 'Ask first', never: 'Never' }

/** The same about looking: nobody is asked for a yes. */
const lookSays: Record<PolicyAnswer, string> = {
  always: 'Without a stated purpose',
  ask: 'With a stated purpose only',
  never: 'With a stated purpose only',
}

/** The answers about an activity. */
export const answersOf = (activity?: Activity): Record<PolicyAnswer, string> =>
  activity === 'device.view' ? lookSays : answerSays

/** What each answer means; `own` where its reader belongs to the customer. */
export const answerMeans = (answer: PolicyAnswer, own: boolean): string =>
  ({
    always: 'Technicians whose groups allow it may do it at any time. Nobody is asked; it stands in the log.',
    ask: `A technician asks, and may do it only after one of ${own ? 'your' : "the customer's"} approvers has said yes (two, where the rule wants two), and only for the time that was given.`,
    never: 'Nobody may do it, and it cannot be asked for.',
  })[answer]

/** What somebody could do, as the policy lists it. */
export const activitySays = policyRowSays

/** What holds, and when: `Ask first`, or `Ask first Mon–Fri 08:00–17:00, else Never`. */
export const holdsSays = (rule: Rule, activity?: Activity): string => answersSay(rule, answersOf(activity))

/** A rule in words: `Ask first, locked`; where there is none, `As above`, or `No rule` where nothing is above. */
export const ruleSays = (rule: Rule | undefined, at: Pick<Place, 'level'>, activity?: Activity): string => {
  if (rule) return wordsOf(rule, answersOf(activity))
  return at.level === 'customer' ? 'No rule' : 'As above'
}

/** How many devices have said that they hold the newest version. */
export const confirmedSays = ({ devices, of }: PolicyView['confirmed'], version: number): string => {
  if (of === 0) return 'No device is enrolled yet. Each gets the policy when it enrols.'
  if (devices === of)
    return of === 1
      ? `The one enrolled device has confirmed the present version (${version}).`
      : `All ${counted(of, 'enrolled device')} have confirmed the present version (${version}).`
  return `${devices} of ${counted(of, 'enrolled device')} ${devices === 1 ? 'has' : 'have'} confirmed the present version (${version}). The others get it as soon as they are connected.`
}

/** What a change does to a nearer place with a rule of its own. */
export const belowSays = ({ place, before, after }: Below, activity?: Activity): string =>
  holdsSays(before, activity) === holdsSays(after, activity)
    ? `${placeSays(place)} keeps its own rule: ${holdsSays(after, activity)}`
    : `${placeSays(place)}: ${holdsSays(before, activity)} → ${holdsSays(after, activity)}`

/** A wall time as people write it: `02:30 on 28 March 2027`. */
export const wallSays = (wall: string): string => {
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })
  return `${wall.slice(11)} on ${day.format(Date.parse(`${wall}:00Z`))}`
}
