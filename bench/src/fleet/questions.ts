import { customer, site } from '@gatehouse/bff/features/customers/tables'
import { device, model } from '@gatehouse/bff/features/devices/tables'
import type { Tx } from '@gatehouse/bff/kernel/database/connect'
import type { Scope, Who } from '@gatehouse/shared/decide'
import { FleetFilter } from '@gatehouse/shared/devices/fleet'
import { sql } from 'drizzle-orm'

/** A list somebody asks for. */
export interface Asked {
  who: Who
  filter: FleetFilter
}

/** The same question of a few people, about a few things, so that no page is always the same one. */
export interface Question {
  scope: string
  says: string
  asked: Asked[]
}

const variants = 4

const technician = (scope: Scope): Who => ({
  id: 'bench',
  customerId: null,
  networkRefused: false,
  passwordDue: false,
  secondFactor: 'shown',
  provenAt: 0,
  grants: [{ activities: ['device.view', 'session.request'], scope }],
})

const ids = async (db: Tx, query: ReturnType<typeof sql>): Promise<string[]> =>
  (await db.execute<{ id: string }>(query)).map((row) => row.id)

/** Technicians by how much they may see; the sample of devices is spread over the whole fleet. */
const techniciansOf = async (db: Tx, devices: number): Promise<Record<string, Who[]>> => {
  const some = await ids(
    db,
    sql`select id from ${device} tablesample system (${Math.min(100, 1_000_000 / devices)}) repeatable (7) where removed_at is null limit 4000`,
  )
  // By creation, without the first: it has a tenth of all devices.
  const small = await ids(
    db,
    sql`select c.id from (select ${customer.id} as id from ${customer} where (select count(*) from ${device} where customer_id = ${customer.id}) < 2000 limit 500) c order by c.id`,
  )
  const share = devices / 50
  const perCustomer = (devices * 0.9) / (devices / 500 - 1)
  const customers = Math.max(1, Math.round(share / perCustomer))
  const of = (make: (i: number) => Scope) => Array.from({ length: variants }, (_, i) => technician(make(i)))
  return {
    '50 devices': of((i) => ({ kind: 'devices', ids: some.slice(i * 50, i * 50 + 50) })),
    [`${share.toLocaleString('en-GB')} of ${customers} customers`]: of((i) => ({
      kind: 'customers',
      ids: Array.from({ length: customers }, (_, n) => small[(i * 17 + n * 3) % small.length] ?? ''),
    })),
    [`all ${devices.toLocaleString('en-GB')}`]: of(() => ({ kind: 'all' })),
  }
}

/** What is asked of every scope: each of the usual filters and sorts, with words that name something where they are needed. */
const askedOf = async (db: Tx, who: Who): Promise<Record<string, Partial<FleetFilter>>> => {
  const scope = who.grants[0]?.scope
  const within =
    scope?.kind === 'devices'
      ? sql`${device.id} in ${[...scope.ids]}`
      : scope?.kind === 'customers'
        ? sql`${device.customerId} in ${[...scope.ids]}`
        : sql`true`
  const [one] = await db.execute<{
    customer: string
    site: string
    model: string
    serial: string
    town: string
    company: string
  }>(sql`
    select ${device.customerId} as customer, ${device.siteId} as site, ${device.modelId} as model, ${device.serial} as serial,
      ${site.name} as town, ${customer.name} as company
    from ${device} join ${site} on ${site.id} = ${device.siteId} join ${customer} on ${customer.id} = ${device.customerId}
    where ${within} and ${device.removedAt} is null offset ${Math.floor(Math.random() * 40)} limit 1`)
  if (!one) throw new Error('The fleet is empty')
  return {
    'no filter': {},
    'one customer': { customer: one.customer },
    'one site': { site: one.site },
    'one model': { model: one.model },
    'tag on 30 %': { tag: 'north' },
    'tag on 0.05 %': { tag: 'pilot' },
    'waiting for enrolment': { state: 'awaiting_enrolment' },
    revoked: { state: 'revoked' },
    online: { connection: 'online' },
    late: { connection: 'late' },
    offline: { connection: 'offline' },
    'never heard': { connection: 'never' },
    'open alarm': { alarm: 'open' },
    'critical alarm': { alarm: 'critical' },
    'no alarm': { alarm: 'none' },
    'search, one hit': { search: one.serial },
    'search, many hits': { search: 'balance' },
    'search, a site': { search: one.town },
    'search, customer and name': { search: `${one.company.split(' ').at(-1)} balance` },
    'search, no hits': { search: 'qzxv no such thing' },
    'search, two letters': { search: 'zq' },
    'name, downwards': { sort: 'name', order: 'desc' },
    'by serial': { sort: 'serial' },
    'by customer': { sort: 'customer' },
    'by last heard': { sort: 'lastHeard' },
    'by alarm': { sort: 'alarm' },
    'by alarm, best first': { sort: 'alarm', order: 'asc' },
    'online, by last heard': { connection: 'online', sort: 'lastHeard' },
    'offline and alarm': { connection: 'offline', alarm: 'open' },
  }
}

/** Every question of every scope. */
export const questionsOf = async (db: Tx, devices: number): Promise<Question[]> => {
  const questions = new Map<string, Question>()
  for (const [scope, people] of Object.entries(await techniciansOf(db, devices)))
    for (const who of people)
      for (const [says, filter] of Object.entries(await askedOf(db, who))) {
        const key = `${scope} ${says}`
        const question = questions.get(key) ?? { scope, says, asked: [] }
        question.asked.push({ who, filter: FleetFilter.parse(filter) })
        questions.set(key, question)
      }
  return [...questions.values()]
}

/** Devices with everything that contains them, for the question who may see them. */
export const targetsOf = async (db: Tx) =>
  db
    .select({
      deviceId: device.id,
      customerId: device.customerId,
      siteId: device.siteId,
      modelId: device.modelId,
      tags: device.tags,
    })
    .from(device)
    .innerJoin(model, sql`${model.id} = ${device.modelId}`)
    .where(sql`${device.removedAt} is null`)
    .limit(variants)
