import { sameBytes, utf8 } from './bytes.ts'
import { type Checkpoint, openCheckpoint } from './checkpoint.ts'
import { fateOf, logOf, restoresIn } from './epoch.ts'
import { Flawed } from './flawed.ts'
import type { VerifierKey } from './note.ts'
import type { Primitives } from './primitives.ts'
import { verifyConsistency } from './tree-proofs.ts'

/** What a witness makes of a checkpoint that it is offered. */
export type Judgement =
  | { kind: 'known' }
  | { kind: 'newer'; checkpoint: Checkpoint }
  /** `because` is a sentence for people. */
  | { kind: 'refused'; because: string }

/**
 * Judges a checkpoint (the note's text) that is to take the place of the one held: signed by the pinned key, of the log
 * that the key is named after, no smaller, and with a proof that everything that was held is still there. Whoever holds
 * nothing takes the first that is signed. Where `held` is of an earlier epoch of that log, the offered one must say what
 * became of it: what it says was kept has to be proven, and what it says was lost must account for what is held.
 */
export const judgeOffer = (
  primitives: Primitives,
  key: VerifierKey,
  held: Pick<Checkpoint, 'size' | 'root' | 'origin'> | undefined,
  offer: { note: string; proof: readonly Uint8Array[] },
): Judgement => {
  const refused = (because: string): Judgement => ({ kind: 'refused', because })
  let checkpoint: Checkpoint
  try {
    checkpoint = openCheckpoint(primitives, utf8(offer.note), key).checkpoint
  } catch (error) {
    if (error instanceof Flawed) return refused(error.message)
    throw error
  }
  if (!held) return { kind: 'newer', checkpoint }
  if (held.origin !== checkpoint.origin) {
    const [before, now] = [logOf(held.origin), logOf(checkpoint.origin)]
    if (before.base !== now.base || before.epoch > now.epoch)
      return refused(`it is of ${checkpoint.origin}, and what was there before is of ${held.origin}`)
    const fate = fateOf(restoresIn(checkpoint), held)
    if (fate.kind === 'denied') return refused(fate.because)
    if (fate.kind === 'lost') return { kind: 'newer', checkpoint }
  }
  if (checkpoint.size < held.size)
    return refused(`it has ${checkpoint.size} events, and ${held.size} were there before`)
  if (checkpoint.size === held.size)
    return sameBytes(checkpoint.root, held.root)
      ? held.origin === checkpoint.origin
        ? { kind: 'known' }
        : { kind: 'newer', checkpoint }
      : refused(`it is another log: the same ${held.size} events have another root`)
  if (!verifyConsistency(primitives.sha256, held, checkpoint, offer.proof))
    return refused(`nothing proves that it continues the ${held.size} events that were there before`)
  return { kind: 'newer', checkpoint }
}
