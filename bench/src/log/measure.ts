import { readSettings } from '@gatehouse/bff/env'
import { eventsVisibleTo, type Reader } from '@gatehouse/bff/features/audit/store'
import { reachOf } from '@gatehouse/bff/features/devices/door'
import { auditLine } from '@gatehouse/bff/kernel/audit/tables'
import type { Tx } from '@gatehouse/bff/kernel/database/connect'
import { startEmbedded } from '@gatehouse/bff/kernel/database/embedded'
import { behindWall, type House } from '@gatehouse/bff/kernel/house'
import { openHouse } from '@gatehouse/bff/main'
import { temporaryFolder, testSecret } from '@gatehouse/bff/testing/cluster'
import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import type { Scope } from '@gatehouse/shared/decide'
import { inArray, sql } from 'drizzle-orm'
import { compared } from '../fleet/measure.ts'
import { madeAt } from '../fleet/size.ts'
import type { Goal, Line } from '../lines.ts'
import { seedLog } from './seed.ts'

const limit = 50
const goal: Goal = { id: 'B7', way: 'at most', at: 3 }

/** Events of the log that is measured; `GATEHOUSE_BENCH_EVENTS` says otherwise. */
const askedEvents = (): number => Number(process.env.GATEHOUSE_BENCH_EVENTS ?? 1_000_000)

const reader = (scope: Scope, customerId: string | null = null): Reader => ({
  customerId,
  grants: [{ activities: ['audit.view', ...(scope.kind === 'all' ? (['audit.view_maker'] as const) : [])], scope }],
})

interface Question {
  says: string
  who: Reader
  filter: AuditFilter
  asks?: Goal
}

const questionsOf = async (db: Tx): Promise<Question[]> => {
  const rows = await db.execute<{ id: string; customer: string; site: string }>(
    sql`select id, customer_id as customer, site_id as site from device order by md5(id::text) limit 2000`,
  )
  const customers = [...new Set(rows.map(({ customer }) => customer))]
  const [one] = rows
  if (!one) throw new Error('a log without devices')
  const all = reader({ kind: 'all' })
  const few = reader({ kind: 'devices', ids: rows.slice(0, 50).map(({ id }) => id) })
  const many = reader({ kind: 'customers', ids: customers.slice(1, 45) })
  const sites = reader({ kind: 'sites', ids: [...new Set(rows.map(({ site }) => site))].slice(0, 200) })
  const own = reader({ kind: 'all' }, customers[3])
  const lines: [string, Reader, AuditFilter, boolean][] = [
    ['a device, who sees all', all, { deviceId: one.id }, true],
    ['a device, who sees 50', few, { deviceId: one.id }, true],
    ['a device, its own customer', reader({ kind: 'all' }, one.customer), { deviceId: one.id }, true],
    ['all I may see, everything', all, {}, true],
    ['all I may see, 50 devices', few, {}, true],
    ['all I may see, 44 customers (20,000 devices)', many, {}, true],
    ['all I may see, 200 sites (20,000 devices)', sites, {}, true],
    ['all I may see, one customer', own, {}, true],
    ['everything: refused', all, { outcomes: ['refused'] }, false],
    ['everything: by a person', all, { kinds: ['sessions'] }, false],
    ['everything: a common word', all, { search: 'drift' }, false],
    ['everything: rare words', all, { search: 'person 7 line 4711' }, false],
    ['everything: words nobody wrote', all, { search: 'nowhere' }, false],
    ['one customer: rare words', own, { search: 'line 4711' }, false],
    ['44 customers: rare words', many, { search: 'line 4711' }, false],
  ]
  return lines.map(([says, who, filter, asked]) => ({ says, who, filter, ...(asked && { asks: goal }) }))
}

const lineOf = async (house: House, { says, who, filter, asks }: Question): Promise<Line> => {
  const { db } = behindWall(house, await reachOf(house.db, who))
  const ask = () => eventsVisibleTo(db, who, filter, limit, undefined)
  let ids = (await ask()).slice(0, limit).map(({ id }) => id)
  if (ids.length < limit)
    ids = (await house.db.select({ id: auditLine.id }).from(auditLine).limit(limit)).map(({ id }) => id)
  const fetch = () => house.db.select().from(auditLine).where(inArray(auditLine.id, ids))
  return compared(says, ask, { name: 'those 50 rows by primary key', fetch }, asks)
}

/** B7: the first page of a device's log, and of all that somebody may see. */
export const measureLog = async (say: (text: string) => void): Promise<Line[]> => {
  const dataDir = await seedLog(askedEvents(), say)
  const folder = await temporaryFolder('bench')
  const server = await startEmbedded({ dataDir, log: () => undefined })
  try {
    const settings = readSettings({
      PORT: '0',
      DATABASE_URL: server.ownerUrl,
      GATEHOUSE_DATA: folder.path,
      GATEHOUSE_SECRET: testSecret,
      LOG_LEVEL: 'error',
      GATEHOUSE_DISK_WARNS_AT: '100',
      GATEHOUSE_DISK_STOPS_AT: '100',
    })
    const { house, close } = await openHouse(settings, { clock: { now: () => madeAt } })
    try {
      const lines: Line[] = []
      for (const question of await questionsOf(house.db)) {
        say(question.says)
        lines.push(await lineOf(house, question))
      }
      return lines
    } finally {
      await close()
    }
  } finally {
    await server.stop()
    await folder.remove()
  }
}
