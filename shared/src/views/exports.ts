import { z } from 'zod'
import type { Named } from './basics.ts'

/** What an export can be. */
export const exportFormats = {
  csv: { says: 'CSV, for spreadsheets', short: 'CSV', extension: 'csv' },
  jsonl: { says: 'JSON Lines, for programs', short: 'JSON Lines', extension: 'jsonl' },
  bundle: { says: 'Proof bundle, to be checked without us', short: 'proof bundle', extension: 'zip' },
} as const

export type ExportFormat = keyof typeof exportFormats
export const exportFormatNames = Object.keys(exportFormats) as [ExportFormat, ...ExportFormat[]]

/** How far an export has come; `expired`: it was ready, and its file is gone. */
export const exportStates = ['queued', 'running', 'done', 'failed', 'cancelled', 'expired'] as const
export type ExportState = (typeof exportStates)[number]

/** True as long as something is still to be done. */
export const isUnderWay = (state: ExportState): boolean => state === 'queued' || state === 'running'

/** Which checkpoint a bundle proves its growth from: none, the first there was, one of a size, or one that was kept. */
export const ExportSince = z.union([
  z.enum(['none', 'first']),
  z.strictObject({ size: z.int().nonnegative() }),
  z.strictObject({
    // Kept as it is: every byte of it was signed.
    note: z
      .string()
      .min(1)
      .max(20_000)
      .regex(/^(?:[^\p{Cc}\p{Cs}]|\n)*$/u, 'This is no checkpoint'),
  }),
])
export type ExportSince = z.infer<typeof ExportSince>

/** An export of one's own. */
export interface ExportView {
  id: string
  format: ExportFormat
  /** Whose log a bundle is of. */
  log: string | null
  /** The filter as it stands in the address of a list, and in words. */
  filter: string
  words: string
  zone: string
  reason: string
  state: ExportState
  done: number
  /** About how many events it will hold; `null` where they were too many to count beforehand. */
  total: number | null
  /** Why it was not made, in a sentence. */
  error: string | null
  bytes: number | null
  /** SHA-256 of the file, hex. */
  sha256: string | null
  fileName: string | null
  askedAt: number
  finishedAt: number | null
  /** Until when its file is kept. */
  expiresAt: number | null
}

/** What an export of a filter would be. */
export interface ExportPreview {
  words: string
  /** How many events fit; `null` where they are more than are counted. */
  count: number | null
  /** True where more is seen in the list than may be exported. */
  leavesOut: boolean
  /** Customers of whom it holds nothing, because they want to know first what for. */
  withheld: Named[]
  /** True for whoever has to say what it is for. */
  reasonNeeded: boolean
  /** The logs of which a proof bundle can be made: `id` is a customer's, or `maker`. */
  logs: { id: string; name: string }[]
}

/** A checkpoint that is stored. */
export interface CheckpointView {
  size: number
  at: number
}
