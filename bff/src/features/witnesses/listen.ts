import {
  type DeviceMessage,
  type LogHeld,
  type LogNews,
  type LogOrder,
  type LogRefusedMessage,
  signedTypes,
} from '@gatehouse/shared/agent/messages'
import { printKey } from '@gatehouse/shared/audit/note'
import { sha256 } from '../../kernel/audit/platform.ts'
import { hours } from '../../kernel/clock.ts'
import type { House } from '../../kernel/house.ts'
import { signerOf } from '../audit/door.ts'
import { claimedSize, heldNote, newestOf, proofOf, type Speaker } from './held.ts'

/** What a device says as a witness of its customer's log, looked at; nothing of it is stored yet. */
export interface Testimony {
  /** Events under the checkpoint that it holds, which we signed; `null` where it says that it holds none. */
  held: number | null | undefined
  /** What it is answered. */
  news: LogNews | undefined
  /** By message number: refusals whose held checkpoint we signed. */
  refusals: ReadonlyMap<number, Refusal>
}

/** A checkpoint that a device refused although what it holds was signed by us. */
export interface Refusal {
  heldSize: number
  because: string
}

/** What a device says that says nothing of the log. */
export const saysNothing: Testimony = { held: undefined, news: undefined, refusals: new Map() }

/** The signed order that says whose log a device witnesses. */
export const signLogOrder = async (house: House, { deviceId, customerId }: Speaker): Promise<string> =>
  house.keys.sign(signedTypes.log, {
    aud: deviceId,
    iat: Math.floor(house.clock.now() / 1_000),
    key: printKey(sha256, (await signerOf(house)).keyOf(customerId)),
  } satisfies LogOrder)

/** Claims that our key never signed are said in the server's log once an hour and device, and answered no sooner. */
const unknownEvery = hours(1)
const mostUnknown = 10_000
const unknownAt = new WeakMap<House['bus'], Map<string, number>>()

/** True where this device has claimed such a thing within the hour. */
const claimedBefore = (house: House, { deviceId, customerId }: Speaker): boolean => {
  const known = unknownAt.get(house.bus) ?? new Map<string, number>()
  unknownAt.set(house.bus, known)
  const now = house.clock.now()
  if (now - (known.get(deviceId) ?? Number.NEGATIVE_INFINITY) < unknownEvery) return true
  known.delete(deviceId)
  const [oldest] = known.keys()
  if (known.size >= mostUnknown && oldest !== undefined) known.delete(oldest)
  known.set(deviceId, now)
  house.log.warn({ deviceId, customerId }, 'a device claims a checkpoint that our key has not signed')
  return false
}

const signedSize = async (house: House, of: Speaker, note: string): Promise<number | undefined> =>
  (await heldNote(house, of, note))?.size

const answer = async (
  house: House,
  of: Speaker,
  log: LogHeld,
  led: { than: number; from: number } | undefined,
): Promise<LogNews> => {
  const key = printKey(sha256, (await signerOf(house)).keyOf(of.customerId))
  const order = log.key === key ? undefined : await signLogOrder(house, of)
  if (!log.asks || !led) return { ...(order && { order }) }
  const newest = await newestOf(house, of.customerId, led.than)
  const checkpoint = newest && {
    note: newest.note,
    proof: await proofOf(house, of.customerId, led.from, newest.size),
  }
  return { ...(order && { order }), ...(checkpoint && { checkpoint }) }
}

const heldBy = async (house: House, of: Speaker, log: LogHeld): Promise<Pick<Testimony, 'held' | 'news'>> => {
  if (log.note === undefined)
    return { held: log.key === undefined ? undefined : null, news: await answer(house, of, log, { than: 0, from: 0 }) }
  const held = await heldNote(house, of, log.note)
  // Of an epoch that is over: it is led on to the present one, and holds nothing of that yet.
  if (held?.past) return { held: undefined, news: await answer(house, of, log, { than: 0, from: held.provable }) }
  if (held) return { held: held.size, news: await answer(house, of, log, { than: held.size, from: held.size }) }
  // Under an earlier key of the log it may be right all the same, and is led on from there; but not at every heartbeat.
  const origin = (await signerOf(house)).keyOf(of.customerId).name
  const claimed = claimedBefore(house, of) ? undefined : claimedSize(origin, log.note)
  const led = claimed === undefined ? undefined : { than: claimed, from: claimed }
  return { held: undefined, news: await answer(house, of, log, led) }
}

const refusalOf = async (
  house: House,
  of: Speaker,
  message: LogRefusedMessage,
): Promise<[number, Refusal] | undefined> => {
  const heldSize = message.held === undefined ? undefined : await signedSize(house, of, message.held)
  if (heldSize === undefined) {
    claimedBefore(house, of)
    return undefined
  }
  // Two signed checkpoints of which ours continues one only: then it is the other that shows it.
  await signedSize(house, of, message.offered)
  return [message.seq, { heldSize, because: message.because }]
}

/** A check-in's refusals beyond so many are not looked at: one says it all. */
const mostRefusals = 2

/**
 * Hears what a device says of its customer's log: most messages say nothing of it, and cost nothing. What goes wrong
 * in it is said in the server's log and keeps nothing else of the check-in from being stored.
 */
export const hear = async (house: House, of: Speaker, messages: readonly DeviceMessage[]): Promise<Testimony> => {
  const log = messages.findLast((one) => one.type === 'heartbeat' && one.log !== undefined)
  const refused = messages.filter((one) => one.type === 'log_refused')
  if (!log && refused.length === 0) return saysNothing
  try {
    const refusals = await Promise.all(refused.slice(0, mostRefusals).map((one) => refusalOf(house, of, one)))
    const said = log?.type === 'heartbeat' && log.log ? await heldBy(house, of, log.log) : saysNothing
    return { ...said, refusals: new Map(refusals.filter((one) => one !== undefined)) }
  } catch (error) {
    house.log.error({ err: error, ...of }, 'what a device says of the audit log could not be looked at')
    return saysNothing
  }
}
