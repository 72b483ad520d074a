import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { base64, fromBase64 } from '@gatehouse/shared/audit/bytes'
import { keyOfEpoch, type Restore, readRestoreLine, restoreLine } from '@gatehouse/shared/audit/epoch'
import { malformed } from '@gatehouse/shared/audit/flawed'
import {
  demandSignature,
  noteMessage,
  printNote,
  readNote,
  signatureOf,
  type VerifierKey,
} from '@gatehouse/shared/audit/note'
import type { Sign } from '@gatehouse/shared/audit/primitives'
import { primitives, sha256 } from '../../kernel/audit/platform.ts'

/** An epoch of a log as the signer began it. */
export interface Epoch extends Restore {
  /** The event that tells of the restore: nothing is signed in this epoch that it is not in. */
  event: { id: string; hash: Uint8Array }
}

/** The signer's own record of the epochs of one log: a signed note for each, beside its checkpoints. */
export const epochsIn = (folder: string, name: string, first: VerifierKey) => {
  const pathOf = (epoch: number): string => join(folder, `${name}.${epoch}.epoch`)
  const textOf = ({ event, ...restore }: Epoch): string =>
    `gatehouse epoch v1\n${keyOfEpoch(first, restore.epoch).name}\n${restoreLine(restore)}\n${event.id} ${base64(event.hash)}\n`
  const current = (): number => {
    let epoch = 1
    while (existsSync(pathOf(epoch + 1))) epoch++
    return epoch
  }
  const read = async (epoch: number): Promise<Epoch> => {
    const note = readNote(await readFile(pathOf(epoch)))
    demandSignature(primitives, note, keyOfEpoch(first, epoch))
    const [, , line = '', event = ''] = note.text.split('\n')
    const [id = '', hash = ''] = event.split(' ')
    const found = { ...readRestoreLine(line), event: { id, hash: fromBase64(hash) } }
    if (found.epoch !== epoch || textOf(found) !== note.text) throw malformed('this is no epoch of the log')
    return found
  }
  return {
    /** The epoch that the log is in: 1 where nothing was ever restored. */
    current,
    pathOf,
    /** All that were begun after the first; rejects where one is not what the signer wrote. */
    all: (): Promise<Epoch[]> => Promise.all(Array.from({ length: current() - 1 }, (_, at) => read(at + 2))),
    /** What is to be written down to begin one. */
    noteOf: async (epoch: Epoch, sign: Sign): Promise<Uint8Array> => {
      const text = textOf(epoch)
      const key = keyOfEpoch(first, epoch.epoch)
      return printNote({ text, signatures: [signatureOf(sha256, key, await sign(noteMessage(text)))] })
    },
  }
}
