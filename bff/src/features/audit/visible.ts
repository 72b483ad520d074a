import { granted, type Scope } from '@gatehouse/shared/decide'
import { inArray, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import { auditEvent } from '../../kernel/audit/tables.ts'
import { grantedDevices } from '../devices/door.ts'
import { device } from '../devices/tables.ts'

/** Whose log somebody may read now. A device never leaves its customer, so that a customer's log is one of its devices too. */
export interface Sight {
  /** The logs of all customers. */
  everything: boolean
  /** The maker's own log: what is of no customer. */
  maker: boolean
  /** The whole logs of these customers. */
  customers: readonly string[]
  /** Devices beyond these, removed ones too: a condition on rows of `device`; absent where there are none. */
  devices: SQL | undefined
  /** The same devices, where they were granted one by one. */
  deviceIds: readonly string[] | undefined
  /** Whether these are the devices of so many sites, models or tags that most pages are full of the newest events. */
  wide: boolean
}

/** Sight of no event at all. */
export const nothing: Sight = {
  everything: false,
  maker: false,
  customers: [],
  devices: undefined,
  deviceIds: undefined,
  wide: false,
}

/** From so many sites, models and tags on, the newest events are looked through before devices are counted. */
const manyPlaces = 20

const placesIn = (scope: Scope): number =>
  scope.kind === 'tags' ? scope.tags.length : scope.kind === 'sites' || scope.kind === 'models' ? scope.ids.length : 0

const customersIn = (scopes: readonly Scope[]): string[] =>
  scopes.flatMap((scope) => (scope.kind === 'customers' ? scope.ids : []))

/** What `actor` may see of the log now, by his grants of `audit.view` and `audit.view_maker`. */
export const sightOf = (actor: Pick<Actor, 'customerId' | 'grants'>): Sight => {
  const grants = actor.grants.filter((grant) => grant.activities.includes('audit.view'))
  const scopes = grants.map((grant) => grant.scope)
  const own = actor.customerId
  const all = scopes.some((scope) => scope.kind === 'all')
  const customers = own === null ? customersIn(scopes) : all || customersIn(scopes).includes(own) ? [own] : []
  const narrower = grants.filter(({ scope }) => ['sites', 'models', 'devices', 'tags'].includes(scope.kind))
  const needsDevices = narrower.length > 0 && !all && (own === null || customers.length === 0)
  const oneByOne = own === null && narrower.every(({ scope }) => scope.kind === 'devices')
  return {
    everything: own === null && all,
    maker: granted(actor, 'audit.view_maker', { kind: 'maker' }),
    customers: [...new Set(customers)],
    devices: needsDevices ? grantedDevices({ ...actor, grants: narrower }, 'audit.view') : undefined,
    deviceIds:
      needsDevices && oneByOne
        ? [...new Set(narrower.flatMap(({ scope }) => (scope.kind === 'devices' ? scope.ids : [])))]
        : undefined,
    wide: needsDevices && narrower.reduce((sum, { scope }) => sum + placesIn(scope), 0) >= manyPlaces,
  }
}

/** Whether a row of `audit_event` is within sight, asked of each row that is looked at. */
export const withinSight = ({ everything, maker, customers, devices }: Sight): SQL | undefined => {
  if (everything && maker) return undefined
  const parts = [
    everything ? isNotNull(auditEvent.customerId) : undefined,
    !everything && customers.length > 0 ? inArray(auditEvent.customerId, [...customers]) : undefined,
    maker ? isNull(auditEvent.customerId) : undefined,
    // A question of its own for each row: joined, the planner would read all devices to show fifty events.
    !everything && devices
      ? sql`(select ${devices} from ${device} where ${device.id} = ${auditEvent.deviceId})`
      : undefined,
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? sql`false` : or(...parts)
}
