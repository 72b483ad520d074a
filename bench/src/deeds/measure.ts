import { readSettings } from '@gatehouse/bff/env'
import { bySystem } from '@gatehouse/bff/kernel/actor'
import { append, type Entry, entry } from '@gatehouse/bff/kernel/audit/append'
import type { Tx } from '@gatehouse/bff/kernel/database/connect'
import { prepared } from '@gatehouse/bff/kernel/database/prepared'
import type { House } from '@gatehouse/bff/kernel/house'
import { newId } from '@gatehouse/bff/kernel/ids'
import { openHouse } from '@gatehouse/bff/main'
import { cloneDatabase, temporaryFolder, testSecret } from '@gatehouse/bff/testing/cluster'
import { seedForTests } from '@gatehouse/bff/testing/seed'
import postgres from 'postgres'
import { alternate } from '../alternate.ts'
import { withCluster } from '../cluster.ts'
import { type Line, lineOf, median } from '../lines.ts'
import { type Door, measureDoor } from './door.ts'

const rounds = 7
/** How long deeds are done in each run; ms. The run ends when the log's queue is empty, which is half a second more at most. */
const lasts = 10_000
const writers = 32
/** Events of one transaction where many come at once, as of a device that was away. */
const batch = 20

/** 2,000 deeds a second were asked for of a machine that commits 6,000 single rows; others commit fewer, or more. */
const asSetOut = { id: 'AL19', way: 'at least', at: 0.334 } as const

/** A hot customer's, beside those of many: runs of the same differ by more than the rest. */
const noSlower = { id: 'AL19', way: 'at least', at: 0.95 } as const

/** Whose deeds and devices these are: one customer's, or each time another's. */
interface Place {
  customerId: string
  deviceId: string
}

const happened = ({ customerId, deviceId }: Place): Entry =>
  entry({
    by: bySystem,
    event: 'device.changed',
    fields: { device: 'Balance 7', change: 'name: “Balance 7” → “Balance 8”' },
    about: { customerId, customerName: 'Helvetia Pharma', deviceId, deviceName: 'Balance 7' },
  })

/** The deed without its event: one small row. */
const deed = (tx: Tx, { deviceId }: Place): Promise<unknown> =>
  prepared(tx, 'insert into bench_deed (id, device_id, name) values ($1, $2, $3)', [newId(), deviceId, 'Balance 8'])

const waiting = async (house: House): Promise<number> => {
  const [row] = await prepared<{ n: string }>(house.db, 'select count(*) as n from audit_pending', [])
  return Number(row?.n)
}

/** What is done per second, from the first to the moment when nothing of it waits for its place in the log. */
const perSecond = async (house: House, one: (n: number) => Promise<unknown>): Promise<number> => {
  const from = performance.now()
  let done = 0
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let n = writer; performance.now() - from < lasts; n += writers) {
        await one(n)
        done += 1
      }
    }),
  )
  while ((await waiting(house)) > 0);
  return done / ((performance.now() - from) / 1_000)
}

const withHouse = <T>(work: (door: Door, places: Place[]) => Promise<T>): Promise<T> =>
  withCluster(async (cluster) => {
    const [database, folder] = await Promise.all([cloneDatabase(cluster), temporaryFolder('bench')])
    const { house, url, close } = await openHouse(
      readSettings({
        PORT: '0',
        DATABASE_URL: database.ownerUrl,
        GATEHOUSE_DATA: folder.path,
        GATEHOUSE_SECRET: testSecret,
        LOG_LEVEL: 'error',
      }),
    )
    const owner = postgres(database.ownerUrl, { max: 1, onnotice: () => undefined })
    try {
      const seeded = await seedForTests(house)
      await owner`create table bench_deed (id uuid primary key, device_id uuid not null, name text not null)`
      await owner`create table bench_plain (id uuid primary key, canonical bytea not null)`
      await owner`grant insert on bench_deed, bench_plain to gatehouse_house`
      // The log refers to nothing, so customers and devices need not be there.
      const places = Array.from({ length: 200 }, () => ({ customerId: newId(), deviceId: newId() }))
      return await work({ house, url, seeded, owner }, places)
    } finally {
      await owner.end()
      await close()
      await database.drop()
      await folder.remove()
    }
  })

/** As many bytes as an event has in the log. */
const canonicalLength = 620

const plain = (tx: Tx): Promise<unknown> =>
  prepared(tx, 'insert into bench_plain select * from unnest($1::uuid[], $2::text[]::bytea[])', [
    Array.from({ length: batch }, newId),
    Array.from({ length: batch }, () => `\\x${'61'.repeat(canonicalLength)}`),
  ])

/** B8: what its event costs a deed, one customer's or many's, and how many events a second find their place. */
export const measureDeeds = (say: (text: string) => void): Promise<Line[]> =>
  withHouse(async (door, places) => {
    const { house } = door
    const [hot] = places
    if (!hot) throw new Error('no place')
    const now = () => house.clock.now()
    const at = (n: number): Place => places[n % places.length] ?? hot
    const audited = (place: Place) =>
      house.db.transaction(async (tx) => {
        await deed(tx, place)
        await append(tx, now(), [happened(place)])
      })
    const many = (place: Place) =>
      house.db.transaction((tx) =>
        append(
          tx,
          now(),
          Array.from({ length: batch }, () => happened(place)),
        ),
      )
    say(
      `deeds of ${writers} writers: ${rounds} rounds of ${lasts / 1_000} s for each side, each until the queue is empty`,
    )
    const rates = await alternate(rounds, {
      hot: () => perSecond(house, () => audited(hot)),
      spread: () => perSecond(house, (n) => audited(at(n))),
      bare: () => perSecond(house, (n) => house.db.transaction((tx) => deed(tx, at(n)))),
    })
    say(`batches of ${batch} events`)
    const batched = await alternate(rounds, {
      hotBatches: () => perSecond(house, () => many(hot)),
      batches: () => perSecond(house, (n) => many(at(n))),
      plain: () => perSecond(house, () => house.db.transaction(plain)),
    })
    const events = batched.batches.map((rate) => rate * batch)
    const hotEvents = batched.hotBatches.map((rate) => rate * batch)
    say('devices renamed by requests')
    const renamed = await measureDoor(door, writers, rounds, (one) => perSecond(house, one))
    return [
      lineOf(
        'audited deeds, of 200 customers',
        '/s',
        rates.spread,
        { name: 'the same deeds without events', figures: rates.bare },
        { id: 'B8', way: 'at least', at: 0.5 },
      ),
      {
        what: 'the same, sustained',
        unit: '/s',
        ours: median(rates.spread),
        goal: { id: 'AL19', way: 'at least', at: 2_000 },
      },
      lineOf(
        'the same, to what this machine commits',
        '/s',
        rates.spread,
        { name: 'the same deeds without events', figures: rates.bare },
        asSetOut,
      ),
      renamed,
      lineOf(
        'audited deeds, all of one customer',
        '/s',
        rates.hot,
        { name: 'the same, of 200 customers', figures: rates.spread },
        noSlower,
      ),
      {
        what: `events in batches of ${batch}, of 200 customers`,
        unit: '/s',
        ours: median(events),
        goal: { id: 'B8', way: 'at least', at: 5_000 },
      },
      lineOf('the same, all of one customer', '/s', hotEvents, { name: 'of 200 customers', figures: events }, noSlower),
      lineOf('the same, of 200 customers', '/s', events, {
        name: 'plain inserts of the same bytes',
        figures: batched.plain.map((rate) => rate * batch),
      }),
    ]
  })
