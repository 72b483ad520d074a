import type { FaultFinder, FaultSide } from '../audit-faults.ts'
import type { May, Named } from './basics.ts'

/** Why a fault is there, as one side says. */
export interface ExplanationView {
  side: FaultSide
  at: number
  by: string
  reason: string
}

/** Something in a log that is not as it was written. */
export interface LogFaultView {
  id: string
  /** The entry's number, where it is about one. */
  seq: number | null
  /** The event that stands there, where there still is one. */
  eventId: string | null
  says: string
  foundBy: FaultFinder
  /** Whose agent found it. */
  device: Named | null
  firstAt: number
  lastAt: number
  explanations: ExplanationView[]
  /** True as long as the side of whoever reads it has not explained it. */
  open: boolean
}

/** A log that was made again from its events, or is being. */
export interface LogCheckView {
  id: string
  askedAt: number
  /** `null` for the nightly ones. */
  askedBy: string | null
  begunAt: number | null
  endedAt: number | null
  /** Events made again so far… */
  done: number
  /** …of so many; `null` as long as nobody has counted. */
  size: number | null
  /** The root that the events make, base64. */
  root: string | null
  /** The largest signed size whose root is that of the events. */
  comparedSize: number | null
  faults: number | null
  failed: string | null
}

/** A log in a list. */
export interface LogRow {
  /** The customer's id, or `maker`. */
  id: string
  name: string
  /** Events in it. */
  size: number
  /** The newest signed size. */
  checkpoint: { at: number; size: number } | null
  lastCheck: { endedAt: number; size: number; faults: number | null; failed: string | null } | null
  /** Faults that the side of whoever reads it has not explained, and all there ever were. */
  faults: { open: number; all: number }
}

/** That an older database was put back, and the log went on. */
export interface RestoreView {
  /** The epoch that it began, from 2 on. */
  epoch: number
  at: number
  /** Entries that are as they were signed. */
  kept: number
  /** Entries that had been signed before: those behind `kept` are lost. */
  signed: number
  /** Who wrote it down, and why, by the event in the log; `null` where that is not there, or was erased. */
  by: string | null
  reason: string | null
}

/** Whether a log is whole, and what shows it. */
export interface LogView {
  id: string
  name: string
  size: number
  /** Events that have no place in it yet. */
  waiting: number
  /** When the newest one came; `null` where it is empty. */
  changedAt: number | null
  /** The newest signed size and root (base64). */
  checkpoint: { at: number; size: number; root: string } | null
  /** What was lost by restores, the newest first. */
  restores: RestoreView[]
  /** The key its checkpoints are signed with: as it is pinned, and its SHA-256 in groups to read out. */
  key: { text: string; fingerprint: string }
  /** The customer's devices that hold a signed checkpoint of it, of how many; `null` for the maker's own log. */
  witnesses: { holding: number; devices: number; largest: number | null; lastAt: number | null } | null
  /** The newest checks; the first may still be under way. */
  checks: LogCheckView[]
  /** Faults that the side of whoever reads it has not explained, and all there ever were. */
  faults: { open: number; all: number }
  may: { check: May; explain: May }
}

/** The logs with faults that one has to explain. */
export interface OpenFaultsView {
  logs: { id: string; name: string; count: number; since: number }[]
}
