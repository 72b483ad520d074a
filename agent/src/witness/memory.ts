import { mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { utf8 } from '@gatehouse/shared/audit/bytes'
import { type Checkpoint, openCheckpoint } from '@gatehouse/shared/audit/checkpoint'
import { keyOfEpoch, logOf } from '@gatehouse/shared/audit/epoch'
import { printKey, readKey, type VerifierKey } from '@gatehouse/shared/audit/note'
import { portable } from '@gatehouse/shared/audit/portable'
import { z } from 'zod'
import { files, type Home, readJson, readText, writeJson, writeText } from '../home.ts'
import type { WatchedLog } from './log-order.ts'

/** A checkpoint that was found consistent with all before it. */
export interface Held {
  checkpoint: Checkpoint
  /** The note as it was signed. */
  note: string
}

/** What shows that a log was not continued; times are ms since the epoch, by this machine's clock. */
export const Evidence = z.object({
  because: z.string(),
  /** What was held; absent where nothing was yet. */
  held: z.string().optional(),
  /** The first that was refused, and the last. */
  offered: z.string(),
  lastOffered: z.string(),
  firstAt: z.number(),
  lastAt: z.number(),
  times: z.number().int().min(1),
})
export type Evidence = z.infer<typeof Evidence>

/** Where a device keeps what it knows of one log: files of their own, which no order and no restart makes it forget. */
export const memoryOf = (home: Home, log: Pick<WatchedLog, 'key' | 'printed'>) => {
  const name = log.key.name.replaceAll('/', '.')
  const path = (kind: string) => join(home.path(files.witness), `${name}.${kind}`)
  const folder = () => mkdirSync(home.path(files.witness), { recursive: true, mode: 0o700 })
  /** Every key that the log has had here: it may get another one, and goes on. */
  const keys = (): string[] => {
    const kept = readText(path('keys'))?.trim().split('\n') ?? []
    return kept.includes(log.printed) ? kept : [...kept, log.printed]
  }
  return {
    /** Where the checkpoint stands. */
    path: path('checkpoint'),
    evidencePath: path('refused.json'),
    /** What is held; `damaged` where a file stands there that is no checkpoint of this log. */
    read: (): Held | 'damaged' | undefined => {
      const note = readText(path('checkpoint'))
      if (note === undefined) return undefined
      for (const printed of keys()) {
        try {
          const key = readKey(portable.sha256, printed)
          if (key.name === log.key.name)
            return { checkpoint: openCheckpoint(portable, utf8(note), key).checkpoint, note }
        } catch {}
      }
      return 'damaged'
    },
    /** Puts a checkpoint in the place of the one before, in one step that survives a power cut. */
    write: (note: string): void => {
      folder()
      if (!readText(path('keys'))?.split('\n').includes(log.printed)) writeText(path('keys'), `${keys().join('\n')}\n`)
      writeText(path('checkpoint'), note)
    },
    /** Moves what is damaged out of the way, and keeps it. */
    setAside: (): void => renameSync(path('checkpoint'), path('damaged')),
    evidence: (): Evidence | undefined => readJson(path('refused.json'), Evidence),
    keepEvidence: (evidence: Evidence): void => {
      folder()
      writeJson(path('refused.json'), evidence)
    },
  }
}

/** What is kept of the epoch of this log that is the newest before that of `key`; `undefined` where nothing is, or nothing legible. */
export const heldBefore = (home: Home, key: VerifierKey): (Held & { path: string }) | undefined => {
  for (let { epoch } = logOf(key.name); epoch > 1; epoch--) {
    const before = keyOfEpoch(key, epoch - 1)
    const memory = memoryOf(home, { key: before, printed: printKey(portable.sha256, before) })
    const held = memory.read()
    if (held && held !== 'damaged') return { ...held, path: memory.path }
  }
  return undefined
}

/** The newest epoch of the log of `key` of which a checkpoint is kept; 0 where there is none. */
export const newestEpochKept = (home: Home, key: VerifierKey): number => {
  const name = logOf(key.name).base.replaceAll('/', '.')
  const epochs = readNames(home.path(files.witness)).flatMap((file) => {
    if (file === `${name}.checkpoint`) return 1
    const epoch = file.startsWith(`${name}.`) && /^\.([1-9]\d*)\.checkpoint$/.exec(file.slice(name.length))?.[1]
    return epoch ? Number(epoch) : []
  })
  return Math.max(0, ...epochs)
}

const readNames = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

export type Memory = ReturnType<typeof memoryOf>
