import type { EventRow } from '../events.ts'
import type { Report } from '../report.ts'

/** A bundle as a person gives it: the zip file, or the files that it was unpacked into, by name. */
export type Given = Blob | ReadonlyMap<string, Blob>

/** What the page asks of what checks. */
export type Order =
  | { kind: 'check'; bundle: Given; key: string; earlier?: Blob }
  | { kind: 'find'; search: string; from: number; number: number }

/** Which events can be looked at after a check. */
export type Shown = 'events' | 'none' | 'too many'

/** What it answers. `number` is that of the search that is answered. */
export type Answer =
  | { kind: 'progress'; done: number; of: number }
  | { kind: 'report'; report: Report; shown: Shown; count: number }
  | { kind: 'unreadable'; because: string }
  | { kind: 'searching'; number: number; searched: number; of: number }
  | { kind: 'rows'; number: number; rows: readonly EventRow[]; next: number | null; searched: number; of: number }
