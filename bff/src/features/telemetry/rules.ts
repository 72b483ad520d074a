import type { Values } from '@gatehouse/shared/agent/messages'
import type { DataItem, Declaration, ItemValue } from '@gatehouse/shared/devices/declaration'
import type { z } from 'zod'
import { minutes } from '../../kernel/clock.ts'

/** A device's clock may be ahead of ours by so much; what claims to be later is dated by our own clock. */
export const mostAhead = minutes(5)

/** An agent sends unchanged values anew at least this often (`refresh` in its timings, and some slack). */
const refreshed = minutes(17)

/** A value that may be stored, with the item that declares it. */
export interface Accepted {
  item: DataItem
  value: ItemValue
  /** The device's claimed time, never far in the future. */
  at: number
  seq: number
}

const itemsOf = new WeakMap<Declaration, Map<string, DataItem>>()

/** The declared items by key; made once per declaration. */
export const declaredItems = (declaration: Declaration): Map<string, DataItem> => {
  const known = itemsOf.get(declaration) ?? new Map(declaration.items.map((item) => [item.key, item]))
  itemsOf.set(declaration, known)
  return known
}

const types = { number: 'number', text: 'string', boolean: 'boolean' } as const

/** The time a device claims, as it is stored: what lies further ahead than clocks differ is dated `now`. */
export const claimed = (at: number, now: number): number => (at > now + mostAhead ? now : at)

/** Sorts a message's values: what the model declares, in its type, and the keys of everything else. */
export const judge = (
  declaration: Declaration,
  message: z.infer<typeof Values>,
  now: number,
): { accepted: Accepted[]; undeclared: string[] } => {
  const items = declaredItems(declaration)
  const accepted: Accepted[] = []
  const undeclared: string[] = []
  for (const { key, at, value } of message.values) {
    const item = items.get(key)
    if (item && typeof value === types[item.type])
      accepted.push({ item, value, at: claimed(at, now), seq: message.seq })
    else undeclared.push(key)
  }
  return { accepted, undeclared }
}

/**
 * How long a trend may be silent before it has a gap. Only changes are sent, so that a constant value is silent too,
 * but not for longer than the full refresh; only a device that says nothing at all is silent for longer than that.
 */
export const gapAfter = (item: DataItem | undefined): number => Math.max(refreshed, 3_000 * (item?.everySeconds ?? 0))
