/** A kind of thing an activity is done to; a grant's device scope is tested against it. */
export type TargetKind = 'device' | 'customer' | 'maker'

interface ActivityRow {
  /** In the words of the person who reads a group or a policy. */
  says: string
  /** What it is done to. */
  on: TargetKind
  /** True where it reaches the device: then the customer's policy is asked, here and on the device. */
  touchesDevice: boolean
  /** True where whoever does it must have proven himself within the last minutes (`proofLasts`). */
  stepUp?: boolean
}

/** Every thing a person may do, once. Routes, groups and editors are drawn from it. */
export const activities = {
  'device.view': { says: 'See a device, its values, alarms and history', on: 'device', touchesDevice: false },
  'device.add': { says: 'Add devices to a customer', on: 'customer', touchesDevice: false },
  'device.edit': { says: 'Rename, move and remove devices', on: 'device', touchesDevice: false },
  'device.enrol': { says: 'Give out an enrolment code for a device', on: 'device', touchesDevice: false },
  'device.revoke': { says: 'Revoke the identity of a device', on: 'device', touchesDevice: false },
  'alarm.acknowledge': { says: 'Acknowledge an alarm with a note', on: 'device', touchesDevice: false },
  'action.fetch_log': { says: 'Fetch a log file from a device', on: 'device', touchesDevice: true },
  'action.restart_agent': { says: 'Restart the agent of a device', on: 'device', touchesDevice: true },
  'action.set_setting': { says: 'Change a setting of a device', on: 'device', touchesDevice: true },
  'session.request': { says: 'Ask a customer for remote access', on: 'device', touchesDevice: false },
  'session.approve': { says: 'Answer requests for remote access', on: 'device', touchesDevice: false, stepUp: true },
  'session.terminal': { says: 'Type in a terminal on a device', on: 'device', touchesDevice: true, stepUp: true },
  'session.watch': { says: 'Watch a running remote session', on: 'device', touchesDevice: false },
  'session.end': { says: 'End a running remote session of somebody else', on: 'device', touchesDevice: false },
  'recording.view': { says: 'Play back recorded sessions', on: 'device', touchesDevice: false },
  'audit.view': { says: 'See the audit log of a device', on: 'device', touchesDevice: false },
  'audit.verify': {
    says: 'See whether an audit log is whole, and have all of it checked',
    on: 'customer',
    touchesDevice: false,
  },
  'audit.explain': {
    says: 'Hear of faults in an audit log, and write down what they were',
    on: 'customer',
    touchesDevice: false,
    stepUp: true,
  },
  'audit.export': { says: 'Take what one sees of the audit log away as a file', on: 'device', touchesDevice: false },
  'policy.view': { says: 'See the policy of a customer', on: 'customer', touchesDevice: false },
  'policy.edit': { says: 'Change the policy of a customer', on: 'customer', touchesDevice: false, stepUp: true },
  'customer.view': { says: 'See a customer and its sites', on: 'customer', touchesDevice: false },
  'customer.edit': { says: 'Change a customer and its sites', on: 'customer', touchesDevice: false },
  'person.view': { says: 'See the people of a customer', on: 'customer', touchesDevice: false },
  'person.edit': {
    says: 'Add, disable and remove people of a customer',
    on: 'customer',
    touchesDevice: false,
    stepUp: true,
  },
  'customer.add': { says: 'Add customers', on: 'maker', touchesDevice: false },
  'model.edit': { says: 'Declare device models', on: 'maker', touchesDevice: false },
  'staff.view': { says: "See the maker's people and groups", on: 'maker', touchesDevice: false },
  'staff.edit': {
    says: "Add, disable and remove the maker's people, and change groups",
    on: 'maker',
    touchesDevice: false,
    stepUp: true,
  },
  'person.view_as': {
    says: 'Look at Gatehouse as a person of a customer sees it, for a reason and a limited time',
    on: 'maker',
    touchesDevice: false,
    stepUp: true,
  },
  'audit.view_maker': { says: "See the audit log of the maker's own deeds", on: 'maker', touchesDevice: false },
  'intake.view': { says: 'Read reports of vulnerabilities and data breaches', on: 'maker', touchesDevice: false },
  'intake.answer': { says: 'Answer and close such reports', on: 'maker', touchesDevice: false },
} as const satisfies Record<`${string}.${string}`, ActivityRow>

/** The name of an activity, noun.verb. */
export type Activity = keyof typeof activities

/** All activity names in the order of the table. */
export const activityNames = Object.keys(activities) as [Activity, ...Activity[]]

/** True when `value` names an activity; for text that comes from outside. */
export const isActivity = (value: string): value is Activity => Object.hasOwn(activities, value)

/** How long a proof of who one is lasts for the activities that ask for it, ms. */
export const proofLasts = 10 * 60_000

/** True for activities that ask for a fresh proof. */
export const asksForProof = (name: Activity): boolean => (activities[name] as ActivityRow).stepUp === true

/** The activities that reach a device: those a policy speaks about and a request can ask for. */
export const deviceActivities = activityNames.filter((name) => activities[name].touchesDevice)

/**
 * Everything a policy speaks about: what reaches a device, and looking at what is the customer's. About looking it says
 * only whether the maker's people have to say why first.
 */
export const policyActivities: readonly Activity[] = ['device.view', ...deviceActivities]

/** The activities that are a channel of a live session. */
export const sessionActivities = ['session.terminal'] as const satisfies readonly Activity[]
export type SessionActivity = (typeof sessionActivities)[number]
