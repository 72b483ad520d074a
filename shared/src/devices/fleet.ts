import { z } from 'zod'
import { Line, SearchText } from '../text.ts'

/** What the fleet can be ordered by. */
export const fleetSorts = ['name', 'serial', 'customer', 'lastHeard', 'alarm'] as const
export type FleetSort = (typeof fleetSorts)[number]

/** The direction that is meant where none is given: names upwards, newest and worst first. */
export const usualOrder: Record<FleetSort, 'asc' | 'desc'> = {
  name: 'asc',
  serial: 'asc',
  customer: 'asc',
  lastHeard: 'desc',
  alarm: 'desc',
}

/** How a device's link can stand. */
export const connections = ['online', 'late', 'offline', 'never'] as const

/** Devices by their open alarms: any at all, none, or at least one of a severity. */
export const alarmFilters = ['open', 'none', 'info', 'warning', 'critical'] as const

/** What narrows and orders the fleet list. */
export const FleetFilter = z.object({
  /** Words, each of which stands in the name, serial number, customer or site. */
  search: SearchText.optional(),
  customer: z.uuid().optional(),
  site: z.uuid().optional(),
  model: z.uuid().optional(),
  connection: z.enum(connections).optional(),
  alarm: z.enum(alarmFilters).optional(),
  state: z.enum(['awaiting_enrolment', 'active', 'revoked']).optional(),
  tag: Line(40).optional(),
  sort: z.enum(fleetSorts).default('name'),
  order: z.enum(['asc', 'desc']).optional(),
})
export type FleetFilter = z.infer<typeof FleetFilter>
