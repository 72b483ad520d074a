import type { AuditEventName } from '@gatehouse/shared/audit-events'
import type { By } from '../actor.ts'
import { type Entry, entry } from '../audit/append.ts'
import { note } from '../change.ts'
import { minutes } from '../clock.ts'
import { Refused } from '../errors.ts'
import type { House } from '../house.ts'
import { sourceOf } from './from.ts'

/** A source is written down this often, and so many are remembered: nobody outside fills the log. */
const notedEvery = minutes(1)
const mostSources = 10_000

const notedAt = new WeakMap<House, Map<string, number>>()

/** True once a minute for each source and event. By instance: what it saves is space, and it decides nothing. */
const isDue = (house: House, source: string, event: AuditEventName): boolean => {
  const noted = notedAt.get(house) ?? new Map<string, number>()
  notedAt.set(house, noted)
  const [now, key] = [house.clock.now(), `${event} ${source}`]
  const last = noted.get(key)
  if (last !== undefined && now - last < notedEvery) return false
  noted.delete(key)
  noted.set(key, now)
  const [oldest] = noted.keys()
  if (noted.size > mostSources && oldest) noted.delete(oldest)
  return true
}

const refuse = async (house: House, from: string, one: Entry): Promise<never> => {
  if (isDue(house, sourceOf(from), one.event)) await note(house, [one])
  throw new Refused('foreign_origin')
}

const somebody = (from: string): By => ({ kind: 'person', id: null, name: 'Somebody', company: '', from })
const because = 'foreign_origin'
const outcome = 'refused'

/** Refuses a request that a foreign page made; nobody is known there, so that the log has its address alone. */
export const refuseForeignRequest = (house: House, from: string): Promise<never> => {
  const fields = { activity: 'a change asked for by a foreign page', because }
  return refuse(house, from, entry({ by: somebody(from), event: 'access.refused', fields, outcome }))
}

/** Refuses a stream that a foreign page, or something that says it is one, wanted to open. */
export const refuseForeignStream = (house: House, from: string): Promise<never> =>
  refuse(house, from, entry({ by: somebody(from), event: 'stream.refused', fields: { because }, outcome }))
