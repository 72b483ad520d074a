import { base64, fromBase64, sameBytes } from './bytes.ts'
import { Flawed, malformed } from './flawed.ts'
import type { VerifierKey } from './note.ts'
import { hashLength } from './tree.ts'

/**
 * A log that lost signed entries, because an older copy of its database was put back, can never be signed on under its
 * name: it begins a new epoch, under an origin of its own, `<server id>/audit/<customer id>/2`. Every checkpoint of that
 * epoch says what was lost, in a line for each restore: whoever has one checkpoint knows of all gaps before it.
 */

/** How many entries, and their root (32 bytes). */
interface Size {
  size: number
  root: Uint8Array
}

/** A restore, as the checkpoints since then tell of it. */
export interface Restore {
  /** The epoch that it began, from 2 on. */
  epoch: number
  /** When somebody said so, s since the epoch of Unix. */
  at: number
  /** What was signed and is still there: all epochs have these entries in common. */
  kept: Size
  /** What had been signed last: what stood behind `kept` is lost. */
  signed: Size
}

const mostEpochs = 999
const logs = /^(.+\/audit\/([A-Za-z0-9._-]{1,64}))(?:\/([2-9]|[1-9]\d{1,2}))?$/

/** The log and the epoch that an origin names, `base` being its origin in its first epoch; throws `Flawed`. */
export const logOf = (origin: string): { base: string; tree: string; epoch: number } => {
  const [, base, tree, epoch = '1'] = logs.exec(origin) ?? []
  if (base === undefined || tree === undefined)
    throw new Flawed('origin', `“${origin}” names no audit log of Gatehouse`)
  return { base, tree, epoch: Number(epoch) }
}

/** True where both are origins of one log, in whatever epochs. */
export const isSameLog = (one: string, other: string): boolean => logOf(one).base === logOf(other).base

/** The same key under the name that it has in an epoch: it is the origin of that epoch's checkpoints. */
export const keyOfEpoch = (key: VerifierKey, epoch: number): VerifierKey => {
  const { base } = logOf(key.name)
  if (epoch > mostEpochs) throw malformed('this is no epoch of a log')
  return { ...key, name: epoch === 1 ? base : `${base}/${epoch}` }
}

/** The key for whatever epoch of its log `origin` names; `key` itself where it is of another log. */
export const keyFor = (key: VerifierKey, origin: string): VerifierKey =>
  logs.test(origin) && logs.test(key.name) && isSameLog(key.name, origin) ? keyOfEpoch(key, logOf(origin).epoch) : key

/** The line of a checkpoint that tells of a restore. */
export const restoreLine = ({ epoch, at, kept, signed }: Restore): string =>
  `restored ${epoch} ${at} ${kept.size} ${base64(kept.root)} ${signed.size} ${base64(signed.root)}`

/** The last second that a date can name. */
const latest = 8_640_000_000_000
const lines = /^restored (\d{1,3}) (0|[1-9]\d*) (0|[1-9]\d*) (\S+) (0|[1-9]\d*) (\S+)$/

/** Reads such a line strictly; throws `Flawed`. */
export const readRestoreLine = (line: string): Restore => {
  const [, epoch, at, keptSize, keptRoot = '', signedSize, signedRoot = ''] = lines.exec(line) ?? []
  const restore: Restore = {
    epoch: Number(epoch),
    at: Number(at),
    kept: { size: Number(keptSize), root: fromBase64(keptRoot) },
    signed: { size: Number(signedSize), root: fromBase64(signedRoot) },
  }
  const { kept, signed } = restore
  const isOne =
    [restore.at, kept.size, signed.size].every(Number.isSafeInteger) &&
    [kept.root, signed.root].every(({ length }) => length === hashLength) &&
    kept.size <= signed.size &&
    restore.at <= latest &&
    restoreLine(restore) === line
  if (!isOne) throw malformed('a line of the checkpoint does not say what was lost by a restore')
  return restore
}

/** Whether a restore tells of no less than the one before it kept: what was signed in an epoch never is. */
const followsOn = ({ signed }: Restore, before: Restore | undefined): boolean =>
  before === undefined ||
  signed.size > before.kept.size ||
  (signed.size === before.kept.size && sameBytes(signed.root, before.kept.root))

/**
 * The restores that a checkpoint tells of, one for each epoch that was begun; throws `Flawed` where one is left out, or
 * tells of less than the one before it kept: no checkpoint of a later epoch may be silent about what was lost before.
 */
export const restoresIn = (of: { origin: string; extensions?: readonly string[] | undefined }): Restore[] => {
  const { epoch } = logOf(of.origin)
  if (epoch === 1) return []
  const restores = (of.extensions ?? []).map(readRestoreLine)
  if (
    restores.length !== epoch - 1 ||
    restores.some((one, at) => one.epoch !== at + 2 || !followsOn(one, restores[at - 1]))
  )
    throw malformed(`it is a checkpoint of epoch ${epoch}, and does not say what was lost before`)
  return restores
}

/** What became of entries that were signed in an earlier epoch. */
export type Fate =
  /** All of them are still there. */
  | { kind: 'kept' }
  /** Those behind the first `kept` were lost by these restores, the first of them first. */
  | { kind: 'lost'; kept: number; by: readonly Restore[] }
  /** The restore does not account for them: more was signed than is admitted, or something else. */
  | { kind: 'denied'; because: string }

/** What restores since then say of the first entries that were signed in the epoch of `held.origin`. */
export const fateOf = (restores: readonly Restore[], held: Size & { origin: string }): Fate => {
  const { epoch } = logOf(held.origin)
  const since = restores.filter((one) => one.epoch > epoch)
  const [by] = since
  if (!by) return { kind: 'kept' }
  if (held.size > by.signed.size)
    return {
      kind: 'denied',
      because: `${held.size} entries had been signed before the restore, and it tells of ${by.signed.size} only`,
    }
  for (const one of [by.kept, by.signed])
    if (held.size === one.size && !sameBytes(held.root, one.root))
      return {
        kind: 'denied',
        because: `of the first ${one.size} entries another root had been signed before the restore than it tells of`,
      }
  // What the first restore kept may have been lost by one after it.
  const losing: Restore[] = []
  let kept = held.size
  for (const one of since)
    if (one.kept.size < kept) {
      losing.push(one)
      kept = one.kept.size
    }
  return losing.length === 0 ? { kind: 'kept' } : { kind: 'lost', kept, by: losing }
}

/** The entries that a restore lost, from 1 on, as people count; `undefined` where none had been signed. */
export const lostEntries = ({ kept, signed }: Restore): string | undefined => {
  if (kept.size === signed.size) return undefined
  return kept.size + 1 === signed.size ? `entry ${signed.size}` : `entries ${kept.size + 1} to ${signed.size}`
}

/** When a restore was told of, to the minute, in UTC. */
export const restoredAt = ({ at }: Restore): string =>
  `${new Date(at * 1_000).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** Restores by their times: `the restore of 2025-11-22 08:26 UTC`. */
export const restoresSaid = (by: readonly Restore[]): string =>
  `the ${by.length === 1 ? 'restore' : 'restores'} of ${by.map(restoredAt).join(' and of ')}`
