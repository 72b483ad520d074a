import type { DataItem, Declaration, ItemValue } from '@gatehouse/shared/devices/declaration'
import { z } from 'zod'
import { files, type Home, readJson, writeJson } from '../home.ts'
import type { Outbox } from '../journal/outbox.ts'
import type { Sink } from './driver.ts'

/** Lets through what is declared, and of that only what changed. */
export interface Collector extends Sink {
  /** From now on only this is collected; `undefined` collects nothing. */
  declare(declaration: Declaration | undefined): void
  /** Sends everything known anew, changed or not. */
  refresh(): void
  /** Sends what is due; to be called every second or so, `now` in ms since the epoch. */
  collect(now?: number): void
}

interface Reading {
  value: ItemValue
  at: number
}
interface State {
  item: DataItem
  latest?: Reading
  sent?: Reading
}

/** Timers are never quite on time: so much earlier still counts as on time. */
const early = 200
const mostPerMessage = 100
/** Bytes of one message of values, about: it must fit into a frame together with others. */
const bytesPerMessage = 16_384

/** Collects into `outbox`; unchanged values are repeated after `refreshAfter` ms. */
export const createCollector = (outbox: Outbox, home: Home, refreshAfter: number): Collector => {
  let declared = new Map<string, State>()
  let alarms: Declaration['alarms'] = []
  /** Alarms as the server was told, over restarts. */
  const path = home.path(files.alarms)
  const told = new Map(Object.entries(readJson(path, z.record(z.string(), z.boolean())) ?? {}))

  return {
    declare: (declaration) => {
      const before = declared
      declared = new Map(declaration?.items.map((item) => [item.key, { ...before.get(item.key), item }]))
      alarms = declaration?.alarms ?? []
    },
    value: (key, value) => {
      const state = declared.get(key)
      const reading = state && fitting(state.item, value)
      if (state && reading !== undefined) state.latest = { value: reading, at: Date.now() }
    },
    alarm: (code, raised, message) => {
      const alarm = alarms.find((one) => one.code === code)
      if (!alarm || (told.get(code) ?? false) === raised) return
      told.set(code, raised)
      const text = message.slice(0, 500).toWellFormed()
      outbox.put({ type: 'alarm', at: Date.now(), code, raised, severity: alarm.severity, message: text })
      writeJson(path, Object.fromEntries(told))
    },
    refresh: () => {
      for (const state of declared.values()) state.sent = undefined
    },
    collect: (now = Date.now()) => {
      const due = [...declared.values()].filter((state) => isDue(state, now, refreshAfter))
      const values = due.flatMap((state) => {
        state.sent = state.latest
        return state.latest ? [{ key: state.item.key, ...state.latest }] : []
      })
      for (const some of portions(values)) outbox.put({ type: 'values', values: some })
    },
  }
}

/** The value as the item declares it, or `undefined` where it is of another kind or no value at all. */
const fitting = ({ type }: DataItem, value: ItemValue): ItemValue | undefined => {
  if (typeof value === 'string') return type === 'text' ? value.slice(0, 1_000).toWellFormed() : undefined
  if (typeof value === 'number') return type === 'number' && Number.isFinite(value) ? value : undefined
  return type === 'boolean' ? value : undefined
}

/** Due is what was never sent, what changed beyond its deadband long enough ago, and what was silent for too long. */
const isDue = ({ item, latest, sent }: State, now: number, refreshAfter: number): boolean => {
  if (!latest) return false
  if (!sent) return true
  if (latest.at <= sent.at) return false
  const since = now - sent.at + early
  return since >= refreshAfter || (since >= item.everySeconds * 1_000 && changed(item, sent.value, latest.value))
}

const changed = ({ deadband }: DataItem, before: ItemValue, after: ItemValue): boolean =>
  typeof before === 'number' && typeof after === 'number'
    ? before !== after && Math.abs(after - before) >= deadband
    : before !== after

/** Values in messages of a size that fits into a frame. */
function* portions<T>(values: T[]): Generator<T[]> {
  let some: T[] = []
  let bytes = 0
  for (const value of values) {
    const size = JSON.stringify(value).length
    if (some.length > 0 && (some.length >= mostPerMessage || bytes + size > bytesPerMessage)) {
      yield some
      some = []
      bytes = 0
    }
    some.push(value)
    bytes += size
  }
  if (some.length > 0) yield some
}
