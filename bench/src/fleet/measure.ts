import { readSettings } from '@gatehouse/bff/env'
import { reachOf } from '@gatehouse/bff/features/devices/door'
import { facetsOf } from '@gatehouse/bff/features/devices/fleet-facets'
import { fleetPage } from '@gatehouse/bff/features/devices/list'
import { isSwept, sweepLinks } from '@gatehouse/bff/features/devices/sweep'
import { device } from '@gatehouse/bff/features/devices/tables'
import { peopleGranted } from '@gatehouse/bff/features/people/door'
import { person } from '@gatehouse/bff/features/people/tables'
import { isUnavailable, type Tx } from '@gatehouse/bff/kernel/database/connect'
import { startEmbedded } from '@gatehouse/bff/kernel/database/embedded'
import { behindWall, type House } from '@gatehouse/bff/kernel/house'
import { openHouse } from '@gatehouse/bff/main'
import { temporaryFolder, testSecret } from '@gatehouse/bff/testing/cluster'
import type { Who } from '@gatehouse/shared/decide'
import { inArray } from 'drizzle-orm'
import postgres from 'postgres'
import { alternate } from '../alternate.ts'
import { type Goal, type Line, lineOf, median, percentile } from '../lines.ts'
import { type Asked, type Question, questionsOf, targetsOf } from './questions.ts'
import { seedFleet } from './seed.ts'
import { askedSize, madeAt, placeOf } from './size.ts'

const rounds = 5
/** Each round: so many times, or until so much time has gone; ms. */
const times = 20
const atMost = 250
const limit = 50
const goal: Goal = { id: 'B6', way: 'at most', at: 3 }

/** Milliseconds that each of a round's runs took. */
type Took = number[]

const timed = async (work: (i: number) => Promise<unknown>): Promise<Took> => {
  const took: Took = []
  const until = performance.now() + atMost
  for (let i = 0; i < times && (i < 1 || performance.now() < until); i++) {
    const from = performance.now()
    await work(i)
    took.push(performance.now() - from)
  }
  return took
}

/** Ours and the reference in turn; the line is about the 95th of 100, beside it stand the middles. */
export const compared = async (
  what: string,
  ours: (i: number) => Promise<unknown>,
  reference: { name: string; fetch: (i: number) => Promise<unknown> },
  asks: Goal | undefined,
): Promise<Line> => {
  const took = await alternate(rounds, { ours: () => timed(ours), reference: () => timed(reference.fetch) })
  const at = (share: number, all: Took[]) => all.map((one) => percentile(one, share))
  const line = lineOf(
    what,
    'ms',
    at(0.95, took.ours),
    { name: reference.name, figures: at(0.95, took.reference) },
    asks,
  )
  return { ...line, p50: { ours: median(at(0.5, took.ours)), reference: median(at(0.5, took.reference)) } }
}

/** Opens the house on a fleet, with the product's own settings, at the instant the fleet was made. */
const withHouse = async <T>(
  devices: number,
  say: (text: string) => void,
  work: (house: House, tidy: () => Promise<void>) => Promise<T>,
): Promise<T> => {
  const place = placeOf(devices)
  await seedFleet(place, say)
  const folder = await temporaryFolder('bench')
  const server = await startEmbedded({ dataDir: place.dataDir, log: () => undefined })
  try {
    const settings = readSettings({
      PORT: '0',
      DATABASE_URL: server.ownerUrl,
      GATEHOUSE_DATA: folder.path,
      GATEHOUSE_SECRET: testSecret,
      LOG_LEVEL: 'error',
    })
    const { house, close } = await openHouse(settings, { clock: { now: () => madeAt } })
    try {
      // What PostgreSQL does by itself some minutes after many rows were written.
      const tidy = async () => {
        const sql = postgres(server.ownerUrl, { max: 1, onnotice: () => undefined })
        await sql`vacuum (analyze) device, device_link`.finally(() => sql.end({ timeout: 5 }))
      }
      return await work(house, tidy)
    } finally {
      await close()
    }
  } finally {
    await server.stop()
    await folder.remove()
  }
}

const known = new WeakMap<Who, Promise<Tx>>()
/** The database as a request of his finds it when it was let in: behind the wall of the customers he can reach. */
const dbOf = (house: House, who: Who): Promise<Tx> => {
  const db = known.get(who) ?? reachOf(house.db, who).then((reach): Tx => behindWall(house, reach).db)
  known.set(who, db)
  return db
}

/** One page as the route makes it. */
const pageOf = async (house: House, { who, filter }: Asked, cursor?: string) => {
  const db = await dbOf(house, who)
  const { rows, next } = await fleetPage(db, who, filter, { limit, now: madeAt, ...(cursor && { cursor }) })
  return { rows: rows.map(({ id }) => id), next }
}

const byKey = async ({ db }: House, ids: readonly string[]) =>
  db
    .select()
    .from(device)
    .where(inArray(device.id, [...ids]))

const linesOf = async (house: House, { scope, says, asked }: Question, anyRows: readonly string[]): Promise<Line[]> => {
  const firsts: { rows: string[]; next: string | null }[] = []
  for (const one of asked) firsts.push(await pageOf(house, one))
  const nexts: { one: Asked; cursor: string; rows: string[] }[] = []
  for (const [i, one] of asked.entries()) {
    const cursor = firsts[i]?.next
    if (cursor) nexts.push({ one, cursor, rows: (await pageOf(house, one, cursor)).rows })
  }
  const reference = (rows: (i: number) => readonly string[] | undefined) => ({
    name: 'those 50 rows by primary key',
    fetch: (i: number) => {
      const ids = rows(i)
      return byKey(house, ids && ids.length > 0 ? ids : anyRows)
    },
  })
  const pick = <T>(from: readonly T[], i: number): T => from[i % from.length] as T
  const lines = [
    await compared(
      `${scope}: ${says}`,
      (i) => pageOf(house, pick(asked, i)),
      reference((i) => pick(firsts, i).rows),
      goal,
    ),
  ]
  if (nexts.length > 0)
    lines.push(
      await compared(
        `${scope}: ${says}, next page`,
        (i) => pageOf(house, pick(nexts, i).one, pick(nexts, i).cursor),
        reference((i) => pick(nexts, i).rows),
        goal,
      ),
    )
  return lines
}

/** What the house itself gives up at: a query that takes this long is answered with an error; ms. */
const givenUpAfter = 3_700

const unanswered = ({ scope, says }: Question, error: unknown): Line => {
  if (!isUnavailable(error)) throw error
  return { what: `${scope}: ${says}, not answered in time`, unit: 'ms', ours: givenUpAfter, goal: { ...goal, at: 0 } }
}

/** Who can see this device: of its customer's people, and of the maker's. */
const whoSees = async (house: House): Promise<Line> => {
  const { db } = house
  const targets = await targetsOf(db)
  const ask = async (i: number) => {
    const target = { kind: 'device' as const, ...(targets[i % targets.length] as (typeof targets)[number]) }
    const own = await peopleGranted(db, target.customerId, 'device.view', target)
    const makers = await peopleGranted(db, null, 'device.view', target)
    return [...own, ...makers].map(({ id }) => id)
  }
  const found = await Promise.all(targets.map((_, i) => ask(i)))
  const fetch = (i: number) =>
    db
      .select()
      .from(person)
      .where(inArray(person.id, found[i % found.length] ?? []))
  return compared('who can see this device', ask, { name: 'those people by primary key', fetch }, goal)
}

const facetLines = async (
  house: House,
  questions: readonly Question[],
  anyRows: readonly string[],
): Promise<Line[]> => {
  const lines: Line[] = []
  for (const { scope, asked } of questions.filter(({ says }) => says === 'no filter'))
    lines.push(
      await compared(
        `${scope}: what can be filtered by`,
        async (i) => {
          const { who } = asked[i % asked.length] as Asked
          return facetsOf(await dbOf(house, who), who)
        },
        { name: '50 rows by primary key', fetch: () => byKey(house, anyRows) },
        undefined,
      ),
    )
  return lines
}

const measureOne = (devices: number, say: (text: string) => void, only: string | undefined): Promise<Line[]> =>
  withHouse(devices, say, async (house, tidy) => {
    const anyRows = (await house.db.select({ id: device.id }).from(device).limit(limit)).map(({ id }) => id)
    const questions = await questionsOf(house.db, devices)
    // What the house does every few seconds, until nothing is left of the silence of before.
    while (!(await isSwept(house.db, madeAt))) await sweepLinks(house.db, madeAt)
    await tidy()
    const wanted = questions.filter(({ scope, says }) => !only || new RegExp(only).test(`${scope}: ${says}`))
    const lines: Line[] = []
    for (const question of wanted) {
      say(`${question.scope}: ${question.says}`)
      lines.push(...(await linesOf(house, question, anyRows).catch((error: unknown) => [unanswered(question, error)])))
    }
    return [...lines, await whoSees(house), ...(await facetLines(house, questions, anyRows))]
  })

/** What a line is called at every size. */
const anySize = (what: string): string =>
  what.replace(/^(all|[\d,]+ of \d+ customers|50 devices)[^:]*/, (_, scope: string) =>
    scope.replace(/^[\d,]+ of \d+/, 'some'),
  )

/** B6, and how its cost grows: the same at a tenth. `GATEHOUSE_BENCH_ONLY` names the questions, as a pattern. */
export const measureFleet = async (say: (text: string) => void): Promise<Line[]> => {
  const devices = askedSize()
  const only = process.env.GATEHOUSE_BENCH_ONLY
  const lines = await measureOne(devices, say, only)
  if (process.env.GATEHOUSE_BENCH_SLOPE === '0') return lines
  const tenth = await measureOne(Math.round(devices / 10), say, only)
  const at = new Map(tenth.map((line) => [anySize(line.what), line]))
  return lines.flatMap((line) => {
    const small = at.get(anySize(line.what))
    return small ? [{ ...line, growth: { tenth: small.ours, ratio: line.ours / small.ours } }] : [line]
  })
}
