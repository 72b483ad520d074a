import { type Activity, activities, deviceActivities, sessionActivities } from '@gatehouse/shared/activities'
import type { DeviceView } from '@gatehouse/shared/views/devices'
import { dateTime, zoneName } from '../../kernel/format.ts'
import { isAtLimit } from '../../ui/at-limit.ts'
import type { Asked } from './queries.ts'
import { momentOf } from './wall-time.ts'

/** What stands in the fields of the form. */
export interface AskValues {
  activities: Activity[]
  reason: string
  caseNumber: string
  start: 'now' | 'later'
  /** Wall time of the site, as a `datetime-local` field writes it. */
  wall: string
  length: '15' | '30' | '60' | '120' | 'other'
  otherMinutes: number | ''
}

export const shortest = 5
export const longest = 480

/** One thing that could be asked for, and what the customer's policy says to it. */
export interface Choice {
  activity: Activity
  says: string
  /** A sentence beside it. */
  note: string | undefined
  /** Cannot be chosen: `note` says why. */
  shut: boolean
}

const isChannel = (activity: Activity) => (sessionActivities as readonly Activity[]).includes(activity)

const choiceOf = (device: DeviceView, activity: Activity): Choice => {
  const { says } = activities[activity]
  const may = device.may[activity]
  const approved = device.usableApproval?.activities.includes(activity) ?? false
  if (!may.ok && may.because === 'policy_closed' && may.nextAt !== undefined) {
    // For a time at which it is open it can be asked for now.
    const { zone } = device.site
    const from = `${dateTime(may.nextAt, zone)} ${zoneName(may.nextAt, zone)}`
    return { activity, says, note: `Shut at present. It opens again on ${from}: ask for a later start.`, shut: false }
  }
  // What waits for the log or a disk alone could be done now without being asked for, or is approved.
  if (!may.ok && !isAtLimit(may)) {
    const shut = may.because !== 'approval_needed'
    return { activity, says, note: shut ? may.says : undefined, shut }
  }
  if (approved) return { activity, says, note: 'You already hold an approval for this.', shut: false }
  if (isChannel(activity)) return { activity, says, note: "The customer's policy approves this at once.", shut: false }
  return { activity, says, note: 'Allowed here without being asked for.', shut: true }
}

/** What can be asked for on this device: the channels of a session first, which are asked for most. */
export const choicesOf = (device: DeviceView): Choice[] => {
  const others = deviceActivities.filter((name) => !isChannel(name))
  return [...sessionActivities, ...others].map((name) => choiceOf(device, name))
}

/** An empty form, in which what one most probably wants is chosen. */
export const blank = (choices: readonly Choice[]): AskValues => ({
  activities: choices.filter(({ activity, shut }) => !shut && isChannel(activity)).map(({ activity }) => activity),
  reason: '',
  caseNumber: '',
  start: 'now',
  wall: '',
  length: '60',
  otherMinutes: '',
})

/** How long is asked for, minutes; 0 while nothing is entered. */
export const minutesOf = (values: Pick<AskValues, 'length' | 'otherMinutes'>): number =>
  values.length === 'other' ? Number(values.otherMinutes) : Number(values.length)

/** The start that is meant, ms; `undefined` while the field holds no time of the site's zone. */
export const startOf = (values: Pick<AskValues, 'start' | 'wall'>, zone: string, now: number): number | undefined =>
  values.start === 'now' ? now : momentOf(values.wall, zone)

/** A sentence for each field that cannot be sent as it is; empty when all of it can. */
export const faultsOf = (values: AskValues, zone: string, now: number): Partial<Record<keyof AskValues, string>> => {
  const faults: Partial<Record<keyof AskValues, string>> = {}
  const minutes = minutesOf(values)
  const start = startOf(values, zone, now)
  if (values.activities.length === 0) faults.activities = 'Choose what you want to do.'
  if (values.reason.trim().length < 5) faults.reason = 'Say in a few words why.'
  if (start === undefined)
    faults.wall = values.wall ? 'The clocks there leave this hour out.' : 'Choose a date and time.'
  else if (values.start === 'later' && start < now - 60_000) faults.wall = 'This time has passed.'
  if (!Number.isInteger(minutes) || minutes < shortest || minutes > longest)
    faults.otherMinutes = `Choose between ${shortest} and ${longest} minutes.`
  return faults
}

/** What is sent. A start of now is sent as 0, so that no clock but the server's counts. */
export const askedOf = (values: AskValues, zone: string): Asked => ({
  activities: values.activities,
  reason: values.reason.trim(),
  caseNumber: values.caseNumber.trim(),
  wantedStart: values.start === 'now' ? 0 : (momentOf(values.wall, zone) ?? 0),
  minutes: minutesOf(values),
})

const fieldOf: Record<string, keyof AskValues> = { wantedStart: 'wall', minutes: 'otherMinutes' }

/** The server's sentences under the form's own names of its fields. */
export const serverFaults = (fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, says]) => [fieldOf[name] ?? name.split('.')[0] ?? name, says]))
