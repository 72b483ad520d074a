import { type Activity, activities, deviceActivities } from '@gatehouse/shared/activities'
import type { RequestView } from '@gatehouse/shared/views/requests'
import { dateTime, zoneName } from '../../kernel/format.ts'

/** What a request can ask for: whatever reaches the device. */
type Askable = { [A in Activity]: (typeof activities)[A]['touchesDevice'] extends true ? A : never }[Activity]

const deeds: Record<Askable, (device: string) => string> = {
  'session.terminal': (device) => `type commands on ${device}`,
  'action.fetch_log': (device) => `fetch a log file from ${device}`,
  'action.restart_agent': (device) => `restart the agent of ${device}`,
  'action.set_setting': (device) => `change a setting of ${device}`,
}

/** `a`, `a and b`, `a, b and c`. */
export const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`

/** What somebody could do, as the second half of “Anna can …”. */
export const canDo = (names: readonly Activity[], device: string): string =>
  listed(names.map((name) => (name in deeds ? deeds[name as Askable](device) : activities[name].says.toLowerCase())))

/** The activities in the words of a heading, in the order of the table. */
export const activityTitles = (names: readonly Activity[]): string[] =>
  deviceActivities.filter((name) => names.includes(name)).map((name) => activities[name].says)

const shortNames: Record<Askable, string> = {
  'session.terminal': 'Terminal',
  'action.fetch_log': 'Log file',
  'action.restart_agent': 'Restart',
  'action.set_setting': 'Setting',
}

/** The activities in one word each, for a list. */
export const activityShort = (names: readonly Activity[]): string =>
  names.map((name) => shortNames[name as Askable] ?? activities[name].says).join(', ')

/** A moment with the zone named: `22 Nov 2025, 14:00 CET`. */
export const inZone = (ms: number, zone: string): string => `${dateTime(ms, zone)} ${zoneName(ms, zone)}`

/** `1 minute`, `1 hour`, `1 hour 30 minutes`. */
export const duration = (minutes: number): string => {
  const parts: [number, string][] = [
    [Math.floor(minutes / 60), 'hour'],
    [minutes % 60, 'minute'],
  ]
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`)
  return said.join(' ') || '0 minutes'
}

/** What an approver gives; times in ms. */
export interface Giving {
  activities: readonly Activity[]
  minutes: number
  /** `null` where it can be begun at once. */
  notBefore: number | null
  useBefore: number
}

/** A request whose wanted start is within this of its making means now. */
const nowadays = 60_000

/** True when the request is for now rather than for later. */
export const isForNow = (r: Pick<RequestView, 'wantedStart' | 'madeAt'>): boolean => r.wantedStart - r.madeAt < nowadays

/** When it is wanted, in the site's zone. */
export const wantedWhen = (r: Pick<RequestView, 'wantedStart' | 'madeAt' | 'device'>): string =>
  isForNow(r) ? 'As soon as it is approved' : `From ${inZone(r.wantedStart, r.device.zone)}`

/** What approving means, in one sentence. */
export const ifApproved = (r: Pick<RequestView, 'technician' | 'device'>, giving: Giving): string => {
  const { zone } = r.device
  const from = giving.notBefore === null ? '' : `not before ${inZone(giving.notBefore, zone)} and `
  const can = canDo(giving.activities, r.device.name)
  const until = inZone(giving.useBefore, zone)
  return `${r.technician.name} can ${can} for at most ${duration(giving.minutes)}, once, begun ${from}before ${until}.`
}

/** How many more have to approve it after one more yes. */
export const stillNeeded = ({ approvals: { needed, given } }: Pick<RequestView, 'approvals'>): number =>
  Math.max(0, needed - given.filter(({ counts }) => counts).length - 1)

/** Who has approved a request that still waits: `Clara Meier has approved it; one more has to.` */
export const approvedSays = (r: Pick<RequestView, 'state' | 'approvals'>): string | undefined => {
  const names = r.approvals.given.filter(({ counts }) => counts).map(({ by }) => by.name)
  if (r.state !== 'partly_approved' || names.length === 0) return undefined
  const more = r.approvals.needed > names.length
  return `${listed(names)} ${names.length === 1 ? 'has' : 'have'} approved it; ${more ? 'a second person has to as well' : 'the next one decides'}.`
}

/** When an approval that is given now can be begun: within a day of the start, unless its approver says otherwise. */
export const usualWindow = (
  r: Pick<RequestView, 'wantedStart' | 'offer'>,
  now: number,
): Pick<Giving, 'notBefore' | 'useBefore'> => {
  const start = r.offer.notBefore ?? r.wantedStart
  return {
    notBefore: start > now + nowadays ? start : null,
    useBefore: r.offer.useBefore ?? Math.max(start, now) + 24 * 3_600_000,
  }
}
