import type { LogHeld, LogNews } from '@gatehouse/shared/agent/messages'
import { fromBase64 } from '@gatehouse/shared/audit/bytes'
import { logOf } from '@gatehouse/shared/audit/epoch'
import { portable } from '@gatehouse/shared/audit/portable'
import { judgeOffer } from '@gatehouse/shared/audit/witness'
import type { ReadSigned } from '../consent/signed.ts'
import { words } from '../errors.ts'
import type { Home } from '../home.ts'
import type { Outbox } from '../journal/outbox.ts'
import type { Log } from '../log.ts'
import type { Timings } from '../timings.ts'
import { keepLogOrder, keptLogOrder, readLogOrder, type WatchedLog } from './log-order.ts'
import { type Evidence, type Held, heldBefore, type Memory, memoryOf, newestEpochKept } from './memory.ts'

/** Remembers the newest checkpoint of the customer's audit log, and takes none that does not continue it. */
export interface Witness {
  /** What goes with the next heartbeat; `undefined` where nothing has to be said. */
  says(): LogHeld | undefined
  /** Takes what the server answered. */
  take(news: LogNews): Promise<void>
  /** There is no connection any more: the next begins with what is held. */
  disconnected(): void
  status(): WitnessStatus
}

/** What people at the machine are shown. */
export interface WitnessStatus {
  /** The log's name; `null` before the server has said whose it is. */
  of: string | null
  /** Events under the checkpoint that is held. */
  size: number | null
  /** Why the last checkpoint that does not continue it was refused. */
  refused: Pick<Evidence, 'because' | 'times' | 'firstAt' | 'lastAt'> | null
  /** Why something could not be kept on the disk. */
  trouble: string | null
}

interface Surroundings {
  home: Home
  readSigned: ReadSigned
  outbox: Outbox
  log: Log
  timings: Timings
  now: () => number
}

/** The server hears of the same refusal again after so long, ms. */
const toldAgain = 24 * 60 * 60_000

/** A proof that cannot be read proves nothing. */
const hashesOf = (proof: readonly string[]): Uint8Array[] => {
  try {
    return proof.map(fromBase64)
  } catch {
    return []
  }
}

/** Opens the memory of a home; what cannot be read there is kept aside, said, and begun anew. */
export const openWitness = async (of: Surroundings): Promise<Witness> => {
  const { home, readSigned, outbox, log, timings, now } = of
  let watched: (WatchedLog & { memory: Memory }) | undefined
  let held: Held | undefined
  /** What is held of the epoch before, as long as nothing is of the one that is watched. */
  let before: Held | undefined
  let evidence: Evidence | undefined
  let trouble: string | undefined
  let toldAt: number | undefined
  let tell = false
  let askAt = 0
  /** What is held cannot be read and not be moved: nothing may take its place. */
  let blind = false

  const failed = (error: unknown, what: string) => {
    trouble = `${what}: ${words(error)}`
    log.error({ because: words(error) }, what)
  }
  const attempt = (what: string, deed: () => void): boolean => {
    try {
      deed()
      return true
    } catch (error) {
      failed(error, what)
      return false
    }
  }
  const watch = (next: WatchedLog) => {
    const memory = memoryOf(home, next)
    watched = { ...next, memory }
    held = before = evidence = toldAt = undefined
    attempt('the checkpoint of before the restore cannot be read', () => {
      before = heldBefore(home, next.key)
    })
    blind = !attempt('the checkpoint that was kept cannot be read', () => {
      const found = memory.read()
      if (found !== 'damaged') {
        held = found
        return
      }
      memory.setAside()
      failed(new Error(memory.path), 'the checkpoint that was kept is damaged, and was set aside; beginning anew')
    })
    attempt('the evidence of a refusal cannot be read', () => {
      evidence = memory.evidence()
      toldAt = evidence?.lastAt
    })
  }
  const takeOrder = async (token: string) => {
    const next = await readLogOrder(token, readSigned)
    if (watched && next.iat < watched.iat) return log.warn('an older order about the audit log; ignored')
    if (watched?.printed === next.printed) return
    const newest = newestEpochKept(home, next.key)
    // What the world has seen of a later epoch is not unseen.
    if (logOf(next.key.name).epoch < newest)
      return failed(new Error(next.key.name), `an order leads back from epoch ${newest} of the audit log; ignored`)
    if (!attempt('whose audit log this is cannot be kept', () => keepLogOrder(home, token))) return
    const same = watched?.key.name === next.key.name
    log.info({ of: next.key.name }, same ? 'the audit log has another key' : 'witness of an audit log')
    watch(next)
    if (before)
      log.warn(
        { of: next.key.name, held: before.checkpoint.size },
        'the audit log goes on in another epoch, after a restore; what was held of it before is kept',
      )
    tell = true
  }
  const refuse = (memory: Memory, because: string, offered: string) => {
    const at = now()
    const of = held ?? before
    const first = evidence?.held === of?.note ? evidence : undefined
    evidence = {
      ...(first ?? { because, offered, firstAt: at, ...(of && { held: of.note }) }),
      ...{ lastOffered: offered, lastAt: at, times: (first?.times ?? 0) + 1 },
    }
    const kept = evidence
    attempt('the evidence of a refusal cannot be kept', () => memory.keepEvidence(kept))
    log.error({ because, held: of?.checkpoint.size }, 'a checkpoint of the audit log was refused')
    if (first && toldAt !== undefined && at - toldAt < toldAgain) return
    toldAt = at
    outbox.put({ type: 'log_refused', at, because: because.slice(0, 500), offered, ...(of && { held: of.note }) })
  }

  await keptLogOrder(home, readSigned).then(
    (kept) => kept && watch(kept),
    (error) => failed(error, 'whose audit log this is cannot be read'),
  )
  return {
    says: () => {
      const asks = performance.now() >= askAt
      if (!asks && !tell) return undefined
      if (asks) askAt = performance.now() + timings.witness.unanswered
      tell = false
      const note = (held ?? before)?.note
      return { asks, ...(watched && { key: watched.printed }), ...(note !== undefined && { note }) }
    },
    take: async ({ order, checkpoint }) => {
      askAt = performance.now() + timings.witness.every * (0.8 + 0.4 * Math.random())
      const watchedBefore = watched?.printed
      if (order !== undefined) await takeOrder(order)
      // Of a log that was just begun, or begun anew, the first checkpoint is signed in a moment.
      if (!checkpoint && (!held || watched?.printed !== watchedBefore))
        askAt = performance.now() + timings.witness.unanswered
      if (!watched || !checkpoint || blind) return
      const { key, memory } = watched
      const proof = hashesOf(checkpoint.proof)
      const judged = judgeOffer(portable, key, (held ?? before)?.checkpoint, { note: checkpoint.note, proof })
      if (judged.kind === 'refused') return refuse(memory, judged.because, checkpoint.note)
      if (judged.kind === 'known') return
      if (!attempt('a checkpoint of the audit log cannot be kept', () => memory.write(checkpoint.note))) return
      held = { checkpoint: judged.checkpoint, note: checkpoint.note }
      trouble = undefined
      tell = true
      log.debug({ size: judged.checkpoint.size }, 'a newer checkpoint of the audit log')
    },
    disconnected: () => {
      askAt = 0
    },
    status: () => ({
      of: watched?.key.name ?? null,
      size: held?.checkpoint.size ?? null,
      refused: evidence
        ? { because: evidence.because, times: evidence.times, firstAt: evidence.firstAt, lastAt: evidence.lastAt }
        : null,
      trouble: trouble ?? null,
    }),
  }
}
