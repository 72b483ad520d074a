import type { Declaration } from '@gatehouse/shared/devices/declaration'
import { bySystem } from '../../kernel/actor.ts'
import { append, type Entry, entry } from '../../kernel/audit/append.ts'
import { deviceHints } from '../../kernel/bus.ts'
import { minutes } from '../../kernel/clock.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import type { House } from '../../kernel/house.ts'
import { devicesWithActions, takeReceipts } from '../actions/door.ts'
import { type AlarmStep, openLimitAlarms, takeAlarmSteps } from '../alarms/door.ts'
import { devicesWithSessionNews } from '../sessions/door.ts'
import { rememberUndeclared, storeValues } from '../telemetry/door.ts'
import { type Arrival, arrive, type Effects, effectsOf, heard, type Letter } from './effects.ts'
import { aboutLink, byDevice, declarationsOf, type Link, lockLinks, updateLinks, useAssertions } from './store.ts'

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
  // Whatever a device sends, no row of a customer that none of them belongs to is there to be touched.
  const customers = [...new Set(letters.map((letter) => letter.customerId))].sort()
  const { replies, signals } = await house.dbOf(customers).transaction(async (tx) => {
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
      const declaration = declarations.get(keyOf(link))
      if (!declaration) throw new Error('a device without a declaration')
      const arrival = arrive(letter, link, declaration)
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
  const about = { ...aboutLink(link), ...(step.claimedAt !== undefined && { claimedAt: step.claimedAt }) }
  const of = { by: step.source === 'device' ? byDevice(link, null) : bySystem, about }
  return step.raised
    ? entry({ ...of, event: 'alarm.raised', fields: { code, severity, message } })
    : entry({ ...of, event: 'alarm.cleared', fields: { code } })
}
