import type { DeviceMessage, HeartbeatMessage } from '@gatehouse/shared/agent/messages'
import type { Declaration } from '@gatehouse/shared/devices/declaration'
import { bySystem } from '../../kernel/actor.ts'
import { append, type Entry, entry } from '../../kernel/audit/append.ts'
import { deviceHints, type Signal } from '../../kernel/bus.ts'
import { minutes } from '../../kernel/clock.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { storable } from '../../kernel/database/storable.ts'
import type { House } from '../../kernel/house.ts'
import { devicesWithActions, type ProofState, type SentReceipt, takeReceipts } from '../actions/door.ts'
import { type AlarmStep, limitCode, limitSteps, openLimitAlarms, takeAlarmSteps } from '../alarms/door.ts'
import { devicesWithSessionNews } from '../sessions/door.ts'
import { type Accepted, judge, rememberUndeclared, storeValues } from '../telemetry/door.ts'
import {
  aboutLink,
  byDevice,
  declarationsOf,
  type Link,
  type LinkUpdate,
  lockLinks,
  type Transport,
  type UsedAssertion,
  updateLinks,
  useAssertions,
} from './store.ts'

/** What one device brings to a batch. */
export interface Letter {
  deviceId: string
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
  /** Used up with it; the control connection's was used up at its door. */
  assertion: UsedAssertion | null
}

/** What became of a letter. */
export type Reply =
  | {
      kind: 'taken'
      /** The highest number whose effect is stored. */
      ack: number
      /** Something waits for the device. */
      news: boolean
      /** Another connection speaks for the device now. */
      replaced: boolean
    }
  | { kind: 'refused'; because: string }

interface Arrival {
  letter: Letter
  link: Link
  declaration: Declaration
  /** In their order, without those whose effect is stored already. */
  fresh: DeviceMessage[]
  lastSeq: number
  replaced: boolean
}

/** What messages of a batch come to, before anything is written. */
interface Effects {
  links: LinkUpdate[]
  values: { deviceId: string; customerId: string; values: Accepted[] }[]
  undeclared: { deviceId: string; customerId: string; key: string }[]
  alarms: AlarmStep[]
  receipts: SentReceipt[]
  entries: Entry[]
  signals: Signal[]
}

/** Declarations by model and version: what stands under a version never changes. */
export type Declarations = Map<string, Declaration>

/**
 * Takes one letter each of many devices in one transaction: a handful of statements, however many they are. Replies
 * only after the commit.
 */
export const takeLetters = async (
  house: House,
  declarations: Declarations,
  letters: readonly Letter[],
): Promise<Reply[]> => {
  const now = house.clock.now()
  const { replies, signals } = await house.db.transaction(async (tx) => {
    const ids = letters.map((letter) => letter.deviceId)
    const assertions = letters.flatMap(({ assertion }) => (assertion ? [assertion] : []))
    // Sent together: the connection answers them in one go.
    const [links, unused, actions, sessions, limits] = await Promise.all([
      lockLinks(tx, ids),
      useAssertions(tx, assertions),
      devicesWithActions(tx, ids),
      devicesWithSessionNews(tx, ids, now - sessionEndsTold),
      openLimitAlarms(tx, ids),
    ])
    const found = letters.map((letter) => ({ letter, link: links.get(letter.deviceId) }))
    await learn(tx, declarations, [...links.values()])
    const arrivals: Arrival[] = []
    const answers = found.map(({ letter, link }): Reply => {
      const because = whyRefused(letter, link, unused)
      if (because || !link) return { kind: 'refused', because: because ?? unknown }
      const arrival = arrive(letter, link, declarations)
      arrivals.push(arrival)
      const { ordersHeld } = heard(arrival)
      const news =
        letter.kind !== 'left' &&
        (link.ordersVersion > ordersHeld ||
          sessions.has(letter.deviceId) ||
          actions.queued.has(letter.deviceId) ||
          // What was handed over may have been lost with the connection before, or with an answer.
          (actions.delivered.has(letter.deviceId) && (letter.kind === 'came' || letter.transport === 'https')))
      return { kind: 'taken', ack: arrival.lastSeq, news, replaced: arrival.replaced }
    })
    const effects = effectsOf(arrivals, limits, now)
    await write(tx, effects, links, now)
    return { replies: answers, signals: effects.signals }
  })
  for (const signal of signals) house.bus.publish(signal)
  return replies
}

const unknown = 'it is not known'

/** The end of a session is news for its device for so long. */
const sessionEndsTold = minutes(1)

const whyRefused = (letter: Letter, link: Link | undefined, unused: ReadonlySet<string>): string | undefined => {
  if (!link) return unknown
  if (letter.kind === 'left') return undefined
  if (link.removed) return 'it was removed'
  if (link.state !== 'active') return link.state === 'revoked' ? 'its identity was revoked' : 'it has not enrolled'
  if (link.publicKey !== letter.publicKey) return 'it has another key by now'
  if (letter.assertion && !unused.has(`${letter.deviceId} ${letter.assertion.jti}`))
    return 'its assertion had been used before'
  return undefined
}

const keyOf = (of: { modelId: string; modelVersion: number }): string => `${of.modelId} ${of.modelVersion}`

/** So many declarations are remembered; old versions go first. */
const mostDeclarations = 500

const learn = async (tx: Tx, declarations: Declarations, links: readonly Link[]): Promise<void> => {
  const missing = new Set(links.filter((link) => !declarations.has(keyOf(link))).map((link) => link.modelId))
  if (missing.size === 0) return
  for (const one of await declarationsOf(tx, [...missing]))
    declarations.set(keyOf({ modelId: one.modelId, modelVersion: one.version }), one.declaration)
  for (const link of links) {
    // The model was changed between the two looks: what was read last is true.
    const newest = declarations.get(keyOf(link)) ?? newestOf(declarations, link.modelId)
    if (newest) declarations.set(keyOf(link), newest)
  }
  for (const key of declarations.keys()) {
    if (declarations.size <= mostDeclarations) break
    declarations.delete(key)
  }
}

const newestOf = (declarations: Declarations, modelId: string): Declaration | undefined =>
  [...declarations].findLast(([key]) => key.startsWith(`${modelId} `))?.[1]

const arrive = (letter: Letter, link: Link, declarations: Declarations): Arrival => {
  const declaration = declarations.get(keyOf(link))
  if (!declaration) throw new Error('a device without a declaration')
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
const heard = ({ fresh, link }: Arrival): { beat: HeartbeatMessage | undefined; ordersHeld: number } => {
  const beat = fresh.findLast((message) => message.type === 'heartbeat')
  // A device holds nothing newer than there is; what claims to is asked to take what there is.
  const ordersHeld = beat ? Math.min(beat.policyVersion, link.ordersVersion) : link.ordersHeld
  return { beat, ordersHeld }
}

const effectsOf = (
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
    linkOf(arrival, dropped, effects, now)
  }
  return effects
}

/** The link's new row, and the events of a device that comes, goes or starts anew. */
const linkOf = (arrival: Arrival, dropped: number, effects: Effects, now: number): void => {
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
    dropped,
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
      entry({ by, event: 'device.restarted', fields: { device, agentVersion: beat.agentVersion }, about }),
    )
  if (connected !== link.connected || restarted) effects.signals.push(...deviceHints(link, 'device', 'audit'))
  if (ordersHeld !== link.ordersHeld) effects.signals.push(...deviceHints(link, 'policy'))
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
      const { code, raised, severity } = message
      const step = { deviceId, customerId, code, raised, severity, message: storable(message.message) }
      effects.alarms.push({ ...step, source: 'device' })
    } else if (message.type === 'receipt') {
      const proof = letter.proofs.get(message.seq) ?? 'absent'
      effects.receipts.push({
        deviceId,
        by: byDevice(link, letter.from),
        about: aboutLink(link),
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
  const numbers = new Map<Accepted['item'], { value: number; at: number }[]>()
  for (const { item, value, at } of values) {
    if (!item.limit || typeof value !== 'number') continue
    const known = numbers.get(item)
    if (known) known.push({ value, at })
    else numbers.set(item, [{ value, at }])
  }
  return [...numbers].flatMap(([item, series]) =>
    limitSteps({ deviceId, customerId, item }, series, open?.has(limitCode(item)) ?? false, now),
  )
}

/** Events of one statement; PostgreSQL takes 65,534 parameters at the most. */
const eventsAtOnce = 1_000

const write = async (tx: Tx, effects: Effects, links: ReadonlyMap<string, Link>, now: number): Promise<void> => {
  const { entries, signals } = effects
  const [, , newlyUndeclared] = await Promise.all([
    updateLinks(tx, effects.links),
    storeValues(tx, effects.values, now),
    effects.undeclared.length > 0 ? rememberUndeclared(tx, effects.undeclared, now) : [],
  ])
  for (const { device_id, key } of newlyUndeclared) {
    const link = links.get(device_id)
    if (!link) continue
    const fields = { device: link.name, key }
    const of = { by: byDevice(link, null), about: aboutLink(link) }
    entries.push(entry({ ...of, event: 'device.undeclared_item', fields, outcome: 'refused' }))
    signals.push(...deviceHints(link, 'device', 'audit'))
  }
  if (effects.alarms.length > 0) {
    for (const step of await takeAlarmSteps(tx, effects.alarms, now)) {
      const link = links.get(step.deviceId)
      if (link) entries.push(alarmEntry(step, link))
    }
    for (const deviceId of new Set(effects.alarms.map((step) => step.deviceId))) {
      const link = links.get(deviceId)
      if (link) signals.push(...deviceHints(link, 'alarms', 'audit'))
    }
  }
  if (effects.receipts.length > 0) {
    const taken = await takeReceipts(tx, effects.receipts, now)
    entries.push(...taken.entries)
    for (const deviceId of taken.deviceIds) {
      const link = links.get(deviceId)
      if (link) signals.push(...deviceHints(link, 'actions', 'audit'))
    }
  }
  for (let i = 0; i < entries.length; i += eventsAtOnce) await append(tx, now, entries.slice(i, i + eventsAtOnce))
}

const alarmEntry = (step: AlarmStep, link: Link): Entry => {
  const { code, severity, message } = step
  // A limit is judged here; only what the device itself said is the device's deed.
  const of = { by: step.source === 'device' ? byDevice(link, null) : bySystem, about: aboutLink(link) }
  return step.raised
    ? entry({ ...of, event: 'alarm.raised', fields: { code, severity, message } })
    : entry({ ...of, event: 'alarm.cleared', fields: { code } })
}
