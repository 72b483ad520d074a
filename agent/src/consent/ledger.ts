import { z } from 'zod'
import { files, type Home, readJson, writeJson } from '../home.ts'

const Entry = z.object({
  jti: z.uuid(),
  action: z.string(),
  /** When it would have expired, s since the epoch. */
  exp: z.number(),
  answered: z.boolean(),
})
export type LedgerEntry = z.infer<typeof Entry>

/** Which commands were begun: on the disk before the deed, so that none is done twice, not even over a restart. */
export interface Ledger {
  knows(jti: string): boolean
  begin(entry: Omit<LedgerEntry, 'answered'>): void
  answered(jti: string): void
  /** Commands that were begun and never answered: the agent was stopped in between. */
  unanswered(): LedgerEntry[]
}

/** A command is remembered so long after its expiry, in seconds; after that its expiry alone refuses it. */
const remembered = 7 * 24 * 3_600
const most = 10_000

/** The ledger kept in `home`. */
export const openLedger = (home: Home, now: () => number = Date.now): Ledger => {
  const path = home.path(files.commands)
  const entries = new Map((readJson(path, z.array(Entry)) ?? []).map((entry) => [entry.jti, entry]))
  const save = () => writeJson(path, [...entries.values()])
  const forgetOld = () => {
    const oldest = now() / 1_000 - remembered
    for (const { jti, exp, answered } of entries.values()) if (answered && exp < oldest) entries.delete(jti)
    if (entries.size >= most) throw new Error('Too many commands are remembered; no more is taken until some expire')
  }
  return {
    knows: (jti) => entries.has(jti),
    begin: (entry) => {
      forgetOld()
      entries.set(entry.jti, { ...entry, answered: false })
      save()
    },
    answered: (jti) => {
      const entry = entries.get(jti)
      if (!entry) return
      entries.set(jti, { ...entry, answered: true })
      save()
    },
    unanswered: () => [...entries.values()].filter(({ answered }) => !answered),
  }
}
