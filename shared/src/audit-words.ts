import { activities, isActivity } from './activities.ts'
import { byteCount } from './amounts.ts'
import { doorsTold } from './audit-doors.ts'
import { sentence } from './audit-events.ts'
import { refusalsTold } from './audit-refusals.ts'
import { newsKinds } from './profile/news.ts'
import { type Refusal, refusals } from './refusals.ts'

type Value = string | number

const withoutStop = (text: string): string => text.replace(/\.$/, '')

const ownOf = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

/** What somebody wanted who was refused, as people say it; what no table knows stays as it is. */
const wantedSays = (wanted: string): string => {
  if (isActivity(wanted)) return activities[wanted].says
  const [method = '', path] = wanted.split(' ')
  if (!path?.startsWith('/')) return wanted
  // A door that was there when it was written, and is not any more.
  return ownOf(doorsTold, wanted) ?? (/^(GET|HEAD)$/.test(method) ? 'Read something' : 'Do something')
}

const saidToPerson: ReadonlyMap<string, string> = new Map(
  Object.entries(refusals).map(([code, { says }]) => [withoutStop(says), refusalsTold[code as Refusal]]),
)

/** What events from before say to the reader, told of whoever it was. */
const saidBefore: Readonly<Record<string, string>> = {
  'You may no longer export the audit log': 'Whoever asked may no longer export the audit log',
  'What you may see changed while it was made. Ask for it again':
    'What whoever asked may see changed while it was made',
  'Something went wrong on our side. It has been noted': refusalsTold.internal,
}

/** Why a file could not be written, by the code of the operating system. */
const fileFaults: Readonly<Record<string, string>> = {
  ENOSPC: 'no room was left on the disk',
  EDQUOT: 'no room was left on the disk',
  EIO: 'the disk failed',
  EROFS: 'the disk can only be read',
  EACCES: 'the file may not be written',
  EPERM: 'the file may not be written',
  unknown: 'nobody knows why',
}

const becauseSays = (because: string): string => {
  const text = withoutStop(because)
  const told = ownOf(refusalsTold, text) ?? saidToPerson.get(text) ?? ownOf(saidBefore, text) ?? ownOf(fileFaults, text)
  if (told !== undefined) return told
  if (/^E[A-Z]{2,}$/.test(text)) return 'a file could not be written'
  return text.replace(/^The checkpoint you gave /, 'The checkpoint that was given ')
}

/** What the driver of a computer measures, as people say it. */
const itemsTold: Readonly<Record<string, string>> = {
  'cpu.load': 'processor load',
  'memory.percent': 'memory in use',
  'disk.percent': 'disk in use',
  'temperature.cpu': 'processor temperature',
  'processes.count': 'number of processes',
  'uptime.hours': 'running time',
}

const itemSays = (key: string): string => ownOf(itemsTold, key) ?? key.replace(/[._-]+/g, ' ').trim()

const alarmSays = (code: string): string => {
  const [, item] = /^limit\.(.+)$/.exec(code) ?? []
  return item === undefined ? itemSays(code) : `${itemSays(item)} beyond its limit`
}

const transports: Readonly<Record<string, string>> = {
  websocket: 'a connection that stays open',
  https: 'regular check-ins',
}

const reportKinds: Readonly<Record<string, string>> = { breach: 'data breach' }

/**
 * An action as people say it: without the key that stands behind what the device's model calls it, and where there is
 * only the key, in its words.
 */
const actionSays = (action: string): string => {
  const [, what, key, rest] = /^(Change a setting: |Fetch a log file: )([a-z][a-z0-9_.]*)( to .*|)$/s.exec(action) ?? []
  return what !== undefined && key !== undefined
    ? `${what}${itemSays(key)}${rest}`
    : action.replace(/^((?:Change a setting|Fetch a log file): .{1,80}?) \[[a-z0-9_.]{1,64}\](?= to |$)/, '$1')
}

/** What a side of a terminal sent that it may not. */
const framesTold: Readonly<Record<string, string>> = { '0x00': 'typing', '0x01': 'another size of the window' }

const frameSays = (what: string): string =>
  what.replace(
    /^a frame of kind (0x[0-9a-f]{2}) from the (?=\w+$)/,
    (_, kind: string) => `${ownOf(framesTold, kind) ?? 'a message of an unknown kind'} from the `,
  )

/** Fields that hold a code or a bare number, and their words. */
const inWords: Readonly<Record<string, (value: Value) => Value>> = {
  action: (value) => actionSays(String(value)),
  activity: (value) => wantedSays(String(value)),
  because: (value) => becauseSays(String(value)),
  bytes: (value) => (/^\d+$/.test(String(value)) ? byteCount(Number(value)) : value),
  code: (value) => alarmSays(String(value)),
  purpose: (value) =>
    String(value).replace(/^(because of the open alarm )(\S+)$/, (_, of, code) => `${of}“${alarmSays(code)}”`),
  transport: (value) => ownOf(transports, String(value)) ?? value,
  what: (value) => frameSays(String(value)),
  kind: (value) => ownOf(reportKinds, String(value)) ?? value,
}

/** Kinds of news as a reader's own settings call them: so they stood in events before. */
const newsTold = (text: string): string =>
  Object.values(newsKinds).reduce((said, { says, told }) => said.replaceAll(`${says}: “`, `${told}: “`), text)

/** The value of an event's field for whoever reads it without training. */
export const plainValue = (event: string, field: string, value: Value): Value =>
  event === 'profile.changed' && field === 'change'
    ? newsTold(String(value))
    : (ownOf(inWords, field)?.(value) ?? value)

/** Of what is only there before, or only after, no empty pair of marks is shown. */
const changeSays = (change: string): string =>
  change.replaceAll(/: “” → “([^“”]+)”/g, ': added “$1”').replaceAll(/: “([^“”]+)” → “”/g, ': taken away “$1”')

/** As `plainValue`; of a hash its beginning and of an id its end, which is what people compare at a glance. */
const inSentence = (event: string, field: string, value: Value): Value => {
  if (field === 'change') return changeSays(String(plainValue(event, field, value)))
  if (field === 'hash') return String(value).replace(/^([0-9a-f]{12})[0-9a-f]{52}$/, '$1…')
  if (field === 'person' || field === 'erasure') return String(value).replace(/^[0-9a-f-]{28}([0-9a-f]{8})$/, '$1')
  return plainValue(event, field, value)
}

/**
 * The sentence of an event for whoever reads it without training: what the event holds as a code, a door's name or a
 * bare number is said in words. It speaks of those it tells of, and to nobody. The event itself keeps what it holds.
 */
export const plainSentence = (event: string, fields: Readonly<Record<string, unknown>>): string =>
  sentence(
    event,
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        typeof value === 'string' || typeof value === 'number' ? inSentence(event, name, value) : value,
      ]),
    ),
  )

const formats = new Map<string, readonly [Intl.DateTimeFormat, Intl.DateTimeFormat]>()
const formatsOf = (zone: string) => {
  const found = formats.get(zone) ?? [
    new Intl.DateTimeFormat('en-GB', {
      day: '2-digit',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      timeZone: zone,
    }),
    new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short', hour: '2-digit', timeZone: zone }),
  ]
  formats.set(zone, found)
  return found
}

const instant = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g

/** A sentence with the moments in it as the clocks of an IANA zone showed them: `22 Nov 2026, 13:25 CET`. */
export const withLocalTimes = (says: string, zone: string): string =>
  says.replace(instant, (text) => {
    const at = Date.parse(text)
    if (Number.isNaN(at)) return text
    const [clock, names] = formatsOf(zone)
    const name = names.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? zone
    return `${clock.format(at)} ${name}`
  })
