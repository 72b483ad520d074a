import { type Activity, activities, activityNames, asksForProof } from '@gatehouse/shared/activities'
import type { Scope } from '@gatehouse/shared/decide'

type Noun = Activity extends `${infer Word}.${string}` ? Word : never
type Kind = 'devices' | 'alarms' | 'actions' | 'sessions' | 'audit' | 'policy' | 'customer' | 'people' | 'maker'

const kindOfNoun: Record<Noun, Kind> = {
  device: 'devices',
  alarm: 'alarms',
  action: 'actions',
  session: 'sessions',
  recording: 'sessions',
  audit: 'audit',
  policy: 'policy',
  customer: 'customer',
  person: 'people',
  model: 'maker',
  staff: 'maker',
  intake: 'maker',
}

const kindSays: Record<Kind, string> = {
  devices: 'Devices',
  alarms: 'Alarms',
  actions: 'Actions on devices',
  sessions: 'Remote sessions',
  audit: 'Audit log',
  policy: 'Policy',
  customer: 'Customers and sites',
  people: 'People',
  maker: "The maker's own affairs",
}

const kinds = Object.keys(kindSays) as Kind[]

const kindOf = (name: Activity): Kind =>
  activities[name].on === 'maker' ? 'maker' : kindOfNoun[name.slice(0, name.indexOf('.')) as Noun]

export interface ActivityKind {
  says: string
  activities: Activity[]
}

/** What a group can allow, by kind in the order of the table; a customer's group allows nothing that is about the maker. */
export const activityKinds = (ofCustomer: boolean): ActivityKind[] =>
  kinds
    .filter((kind) => kind !== 'maker' || !ofCustomer)
    .map((kind) => ({ says: kindSays[kind], activities: activityNames.filter((name) => kindOf(name) === kind) }))

/**
 * Why an activity comes to nothing on devices chosen this way: sites, models, tags and single devices contain devices
 * only, and only everything there is contains the maker.
 */
export const whyNothing = (name: Activity, kind: Scope['kind'], ofCustomer: boolean): string | undefined => {
  const { on } = activities[name]
  if (on === 'device' || kind === 'all') return undefined
  if (on === 'maker') return 'Holds only in a card for all devices'
  if (kind === 'customers') return undefined
  return ofCustomer ? 'Holds only in a card for all devices' : 'Holds only in a card for all devices or for customers'
}

/** What somebody who gives an activity should know of it, besides its words. */
export const hintsOf = (name: Activity): string[] => [
  ...(activities[name].touchesDevice ? ["The customer's policy decides as well"] : []),
  ...(asksForProof(name) ? ['Asks for a fresh proof of who one is'] : []),
]
