import type { DeviceMessage, HeartbeatMessage } from '@gatehouse/shared/agent/messages'
import type { Declaration } from '@gatehouse/shared/devices/declaration'
import { type Entry, entry } from '../../kernel/audit/append.ts'
import { deviceHints, type Signal } from '../../kernel/bus.ts'
import { storable } from '../../kernel/database/storable.ts'
import type { ProofState, SentReceipt } from '../actions/door.ts'
import { type AlarmStep, limitCode, limitSteps } from '../alarms/door.ts'
import { type Accepted, judge } from '../telemetry/door.ts'
import type { Testimony } from '../witnesses/door.ts'
import { witnessToldEvery } from './limits.ts'
import {
  aboutLink,
  byDevice,
  holdsNone,
  type Link,
  type LinkUpdate,
  type Transport,
  type UsedAssertion,
} from './store.ts'

/** What one device brings to a batch. */
export interface Letter {
  deviceId: string
  /** Of its sender: what it says is written behind the walls of its batch's customers. */
  customerId: string
  /** The key its sender was known by, base64url: it must still be the device's when the batch commits. */
  publicKey: string
  transport: Transport
  from: string
  /** `came` and `left` are a control connection that opens and closes. */
  kind: 'came' | 'said' | 'left'
  /** The control connection; `null` over HTTPS. */
  connectionId: string | null
  /** Over HTTPS: true while this process holds a control connection of the device, which then stands for it. */
  besides: boolean
  messages: readonly DeviceMessage[]
  /** What the proofs of its receipts are worth, by message number. */
  proofs: ReadonlyMap<number, ProofState>
  /** What it says as a witness of its customer's log, looked at. */
  testimony: Pick<Testimony, 'held' | 'refusals'>
  /** Used up with it; the control connection's was used up at its door. */
  assertion: UsedAssertion | null
}

/** A letter that is taken, beside what is known of its device. */
export interface Arrival {
  letter: Letter
  link: Link
  declaration: Declaration
  /** In their order, without those whose effect is stored already. */
  fresh: DeviceMessage[]
  lastSeq: number
  replaced: boolean
}

/** What messages of a batch come to, before anything is written. */
export interface Effects {
  links: LinkUpdate[]
  values: { deviceId: string; customerId: string; values: Accepted[] }[]
  undeclared: { deviceId: string; customerId: string; key: string }[]
  alarms: AlarmStep[]
  receipts: SentReceipt[]
  entries: Entry[]
  signals: Signal[]
}

/** Puts a letter's messages into their order and leaves out those whose effect is stored already. */
export const arrive = (letter: Letter, link: Link, declaration: Declaration): Arrival => {
  const fresh: DeviceMessage[] = []
  let lastSeq = link.lastSeq
  for (const message of letter.messages.toSorted((a, b) => a.seq - b.seq)) {
    if (message.seq <= lastSeq) continue
    fresh.push(message)
    lastSeq = message.seq
  }
  const replaced =
    letter.kind === 'said' &&
    letter.connectionId !== null &&
    link.connectionId !== null &&
    link.connectionId !== letter.connectionId
  return { letter, link, declaration, fresh, lastSeq, replaced }
}

/** What the newest heartbeat says, and the version of the orders the device holds after it. */
export const heard = ({ fresh, link }: Arrival): { beat: HeartbeatMessage | undefined; ordersHeld: number } => {
  const beat = fresh.findLast((message) => message.type === 'heartbeat')
  // A device holds nothing newer than there is; what claims to is asked to take what there is.
  const ordersHeld = beat ? Math.min(beat.policyVersion, link.ordersVersion) : link.ordersHeld
  return { beat, ordersHeld }
}

/** What the letters of a batch come to; nothing is written by this. */
export const effectsOf = (
  arrivals: readonly Arrival[],
  limits: ReadonlyMap<string, ReadonlySet<string>>,
  now: number,
): Effects => {
  const effects: Effects = {
    links: [],
    values: [],
    undeclared: [],
    alarms: [],
    receipts: [],
    entries: [],
    signals: [],
  }
  for (const arrival of arrivals) {
    const dropped = messagesOf(arrival, limits.get(arrival.letter.deviceId), effects, now)
    const witness = witnessOf(arrival, effects, now)
    linkOf(arrival, { dropped, ...witness }, effects, now)
  }
  return effects
}

/** The link's new row, and the events of a device that comes, goes or starts anew. */
const linkOf = (arrival: Arrival, besides: Besides, effects: Effects, now: number): void => {
  const { letter, link, lastSeq, replaced } = arrival
  const { beat, ordersHeld } = heard(arrival)
  const by = byDevice(link, letter.from)
  const about = aboutLink(link)
  const left = letter.kind === 'left' && link.connectionId === letter.connectionId
  const speaks = letter.kind !== 'left' && !replaced && !(letter.besides && link.connectionId !== null)
  const connected = left ? false : speaks ? true : link.connected
  effects.links.push({
    deviceId: letter.deviceId,
    connected,
    transport: speaks ? letter.transport : link.transport,
    connectionId: speaks ? letter.connectionId : left ? null : link.connectionId,
    lastSeq,
    lastHeardAt: letter.kind === 'left' ? null : now,
    agentVersion: beat ? storable(beat.agentVersion) : null,
    platform: beat ? storable(beat.platform) : null,
    bootId: beat?.bootId ?? null,
    ordersHeld,
    clockAhead: beat ? beat.at - now : null,
    ...besides,
  })
  const device = link.name
  if (connected && !link.connected)
    effects.entries.push(
      entry({ by, event: 'device.connected', fields: { device, transport: letter.transport }, about }),
    )
  if (!connected && link.connected)
    effects.entries.push(entry({ by, event: 'device.disconnected', fields: { device }, about }))
  const restarted = beat !== undefined && beat.bootId !== link.bootId
  if (restarted)
    effects.entries.push(
      entry({
        by,
        event: 'device.restarted',
        fields: { device, agentVersion: beat.agentVersion },
        about: { ...about, claimedAt: beat.at },
      }),
    )
  if (connected !== link.connected || restarted) effects.signals.push(...deviceHints(link, 'device', 'audit'))
  if (ordersHeld !== link.ordersHeld) effects.signals.push(...deviceHints(link, 'policy'))
}

type Besides = Pick<
  LinkUpdate,
  'dropped' | 'logSize' | 'logAt' | 'logBeganAt' | 'logLostAt' | 'logRefused' | 'logRefusedAt'
>

/** True where an event that told of it last is long enough ago. */
const mayTell = (toldAt: number | null, now: number): boolean => toldAt === null || now - toldAt >= witnessToldEvery

/** What a device says of its customer's log: when it begins to hold a checkpoint, when it holds none, when it refuses one. */
const witnessOf = ({ letter, link, fresh }: Arrival, effects: Effects, now: number): Omit<Besides, 'dropped'> => {
  const { held, refusals } = letter.testimony
  const of = { by: byDevice(link, letter.from), about: aboutLink(link) }
  const device = link.name
  const before = effects.entries.length
  // What the log says last; what may not be told yet is told later, where it still is so.
  const toldToHold = (link.logBeganAt ?? 0) > (link.logLostAt ?? 0)
  const begins = typeof held === 'number' && !toldToHold && mayTell(link.logBeganAt, now)
  const loses = held === null && toldToHold && mayTell(link.logLostAt, now)
  if (begins) effects.entries.push(entry({ ...of, event: 'witness.began', fields: { device, size: held } }))
  if (loses)
    effects.entries.push(
      entry({ ...of, event: 'witness.lost', fields: { device, size: link.logSize ?? '–' }, outcome: 'failed' }),
    )
  const refused = fresh.filter((message) => message.type === 'log_refused')
  // A claim that no signature of ours stands behind is counted; of those that one does, the first of an hour is told.
  const said = refused.find(({ seq }) => refusals.has(seq))
  const first = said && refusals.get(said.seq)
  const tells = first !== undefined && mayTell(link.logRefusedAt, now)
  if (first && tells)
    effects.entries.push(
      entry({
        by: of.by,
        about: { ...of.about, claimedAt: said?.at ?? null },
        event: 'witness.refused',
        fields: { device, size: first.heldSize, because: storable(first.because) },
        outcome: 'refused',
      }),
    )
  if (effects.entries.length > before) effects.signals.push(...deviceHints(link, 'device', 'audit'))
  return {
    logSize: held === null ? holdsNone : (held ?? null),
    logAt: held === undefined ? null : now,
    logBeganAt: begins ? now : null,
    logLostAt: loses ? now : null,
    logRefused: refused.length,
    logRefusedAt: tells ? now : null,
  }
}

/** Sorts a device's messages into what they come to; returns how many things in them were not declared. */
const messagesOf = (
  { letter, link, declaration, fresh }: Arrival,
  openLimits: ReadonlySet<string> | undefined,
  effects: Effects,
  now: number,
): number => {
  const { deviceId, customerId } = link
  const values: Accepted[] = []
  const undeclared: string[] = []
  for (const message of fresh) {
    if (message.type === 'values') {
      const judged = judge(declaration, message, now)
      values.push(...judged.accepted)
      undeclared.push(...judged.undeclared)
    } else if (message.type === 'alarm') {
      if (!declaration.alarms.some((one) => one.code === message.code)) {
        undeclared.push(message.code)
        continue
      }
      const { code, raised, severity, seq } = message
      const step = { deviceId, customerId, code, raised, severity, message: storable(message.message) }
      effects.alarms.push({ ...step, source: 'device', seq, claimedAt: message.at })
    } else if (message.type === 'receipt') {
      const proof = letter.proofs.get(message.seq) ?? 'absent'
      effects.receipts.push({
        deviceId,
        by: byDevice(link, letter.from),
        about: { ...aboutLink(link), claimedAt: message.at },
        receipt: message,
        proof,
      })
    }
  }
  if (values.length > 0) {
    effects.values.push({ deviceId, customerId, values })
    effects.alarms.push(...crossings(link, values, openLimits, now))
    effects.signals.push(...deviceHints(link, 'values'))
  }
  for (const key of new Set(undeclared)) effects.undeclared.push({ deviceId, customerId, key })
  return undeclared.length
}

const crossings = (
  { deviceId, customerId }: Link,
  values: readonly Accepted[],
  open: ReadonlySet<string> | undefined,
  now: number,
): AlarmStep[] => {
  const numbers = new Map<Accepted['item'], { value: number; at: number; seq: number }[]>()
  for (const { item, value, at, seq } of values) {
    if (!item.limit || typeof value !== 'number') continue
    const known = numbers.get(item)
    if (known) known.push({ value, at, seq })
    else numbers.set(item, [{ value, at, seq }])
  }
  return [...numbers].flatMap(([item, series]) =>
    limitSteps({ deviceId, customerId, item }, series, open?.has(limitCode(item)) ?? false, now),
  )
}
