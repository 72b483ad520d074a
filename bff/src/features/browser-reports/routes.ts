import { Hono } from 'hono'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { open } from '../../kernel/http/allow.ts'
import { limitedBody } from '../../kernel/http/body-limit.ts'
import { sourceOf } from '../../kernel/http/from.ts'
import { reportsPath } from '../../kernel/http/headers.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { readReports, reportLimits } from './rules.ts'

interface Tally {
  since: number
  bySource: Map<string, number>
  altogether: number
  /** Since the start. */
  taken: number
  dropped: number
}

const tallies = new WeakMap<House, Tally>()
const tallyOf = (house: House): Tally => {
  const tally = tallies.get(house) ?? { since: 0, bySource: new Map(), altogether: 0, taken: 0, dropped: 0 }
  tallies.set(house, tally)
  return tally
}

/**
 * False where a source, or all together, have sent enough for now. Counted by this instance alone: it guards the log
 * of this process, and decides nothing.
 */
const isWelcome = (tally: Tally, source: string, now: number): boolean => {
  if (now - tally.since >= reportLimits.within || now < tally.since)
    Object.assign(tally, { since: now, altogether: 0, bySource: new Map<string, number>() })
  const ofSource = (tally.bySource.get(source) ?? 0) + 1
  if (ofSource > reportLimits.perSource || tally.altogether >= reportLimits.altogether) return false
  tally.bySource.set(source, ofSource)
  tally.altogether += 1
  return true
}

/** How many reports of browsers this instance has taken since it started. */
export const reportsTaken = (house: House): number => tallyOf(house).taken

/** What browsers stopped because our policy says so. They send no header of ours, and nobody has to be signed in. */
export const browserReportsRoom = new Hono<RoomEnv>().post(
  reportsPath,
  open('browsers tell what a policy of ours has stopped'),
  async (c, next) => {
    const { house, from } = c.var
    const tally = tallyOf(house)
    if (isWelcome(tally, sourceOf(from), house.clock.now())) return next()
    tally.dropped += 1
    throw new Refused('too_many_tries')
  },
  limitedBody(reportLimits.bytes),
  async (c) => {
    const { house, from } = c.var
    const tally = tallyOf(house)
    const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
    // A body that breaks off, or goes on beyond the limit, is none.
    const reports = readReports(type, await c.req.text().catch(() => ''))
    if (!reports) throw new Refused('malformed')
    tally.taken += reports.length
    const { taken, dropped } = tally
    for (const report of reports) house.log.warn({ report, from, taken, dropped }, 'a browser reports a violation')
    return c.body(null, 204)
  },
)
