import type { Severity } from '../devices/declaration.ts'
import type { May, Named } from './basics.ts'

export interface AlarmView {
  id: string
  device: Named
  customer: Named
  code: string
  severity: Severity
  message: string
  source: 'limit' | 'device'
  raisedAt: number
  lastAt: number
  occurrences: number
  clearedAt: number | null
  acknowledged: { by: string; at: number; note: string } | null
  may: { acknowledge: May }
}

export interface AlarmOccurrenceView {
  id: string
  /** When the message came that brought it. */
  at: number
  message: string
  /** Number of the device's message that brought it; `null` in those of before it was kept. */
  seq: number | null
}
