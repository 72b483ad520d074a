import { base64, sameBytes, utf8 } from '@gatehouse/shared/audit/bytes'
import { type Checkpoint, readCheckpointText } from '@gatehouse/shared/audit/checkpoint'
import { fateOf } from '@gatehouse/shared/audit/epoch'
import { Flawed } from '@gatehouse/shared/audit/flawed'
import { readNote } from '@gatehouse/shared/audit/note'
import { frontierAt, rootOf } from '@gatehouse/shared/audit/tree'
import { proveConsistency } from '@gatehouse/shared/audit/tree-proofs'
import { eq } from 'drizzle-orm'
import { sha256 } from '../../kernel/audit/platform.ts'
import { auditTree } from '../../kernel/audit/tables.ts'
import { minutes, seconds } from '../../kernel/clock.ts'
import type { House } from '../../kernel/house.ts'
import { newestCheckpoint, nodesIn, signerOf } from '../audit/door.ts'
import { reportFault } from '../integrity/door.ts'

import { type Remembered, remember } from './remembered.ts'

/** A checkpoint that a device holds, and that was signed by our key for its customer's log. */
export interface SignedHeld {
  size: number
  /** True where it is of an epoch that is over. */
  past: boolean
  /** Of how many entries it may be proven that the log continues them: none where some of what it names was lost by a restore. */
  provable: number
}

/** Whose device speaks. */
export interface Speaker {
  deviceId: string
  customerId: string
}

/** The newest checkpoint of a log. */
export interface Newest {
  size: number
  note: string
}

/** What is the same for all devices of a customer, and is therefore not looked up for each. */
interface Shared {
  newest: Remembered<Newest | undefined>
  /** The same, looked up just now. */
  latest: Remembered<Newest | undefined>
  proofs: Remembered<string[]>
  judged: Remembered<SignedHeld | undefined>
}

/** Devices that ask within this time get the same checkpoint, and so ask with the same size the next time. */
const newestFor = minutes(1)
const latestFor = seconds(2)
/** A log that continued a checkpoint is looked at again after this time: it may have been altered since. */
const judgedFor = seconds(5)
const proofsFor = minutes(10)

const shared = new WeakMap<House['bus'], Shared>()
const sharedOf = (house: House): Shared => {
  const known = shared.get(house.bus)
  if (known) return known
  const made: Shared = {
    newest: remember(10_000, newestFor),
    latest: remember(10_000, latestFor),
    proofs: remember(5_000, proofsFor),
    judged: remember(20_000, judgedFor),
  }
  shared.set(house.bus, made)
  return made
}

/** Forgets what is the same for all devices, as a server does that is started anew. */
export const forgetShared = ({ bus }: House): void => void shared.delete(bus)

/** The newest of the present epoch: of one that has begun and is not signed yet there is none. */
const lookUpNewest = async (house: House, tree: string, origin: string): Promise<Newest | undefined> => {
  const row = await newestCheckpoint(house.dbOf([tree]), tree)
  return row?.note.startsWith(`${origin}\n`) ? row : undefined
}

/** A checkpoint of a customer's log of more than `than` events, the newest of a minute ago at the earliest. */
export const newestOf = async (house: House, tree: string, than: number): Promise<Newest | undefined> => {
  const { newest, latest } = sharedOf(house)
  const now = house.clock.now()
  const { name } = (await signerOf(house)).keyOf(tree)
  const look = () => latest.of(name, now, () => lookUpNewest(house, tree, name))
  const known = await newest.of(name, now, look)
  if (known && known.size > than) return known
  // Who holds this one already need not wait until a minute is over.
  const later = await look()
  if (!later || later.size <= than) return undefined
  newest.forget(name)
  return newest.of(name, now, async () => later)
}

/** That the log of `later` events continues that of `earlier`, each hash in base64. */
export const proofOf = (house: House, tree: string, earlier: number, later: number): Promise<string[]> =>
  sharedOf(house).proofs.of(`${tree} ${earlier} ${later}`, house.clock.now(), async () =>
    (await proveConsistency(sha256, nodesIn(house.dbOf([tree]), tree), earlier, later)).map(base64),
  )

const openHeld = async (house: House, tree: string, note: string): Promise<Checkpoint | undefined> => {
  try {
    return (await signerOf(house)).open(tree, utf8(note))
  } catch (error) {
    if (error instanceof Flawed) return undefined
    throw error
  }
}

/** Why our log is not the one of which this was signed; `undefined` where it is. */
const whyDiffers = async (
  house: House,
  tree: string,
  { size, root }: Pick<Checkpoint, 'size' | 'root'>,
): Promise<string | undefined> => {
  const db = house.dbOf([tree])
  const [row] = await db.select({ size: auditTree.size }).from(auditTree).where(eq(auditTree.tree, tree))
  const ours = row?.size ?? 0
  if (size > ours) return `a device holds a signed checkpoint of ${size} entries, and ${ours} are there`
  const now = rootOf(sha256, await frontierAt(nodesIn(db, tree), size))
  return sameBytes(now, root)
    ? undefined
    : `a device holds a signed checkpoint with another root for the first ${size} entries`
}

const judge = async (
  house: House,
  { customerId: tree, deviceId }: Speaker,
  note: string,
): Promise<SignedHeld | undefined> => {
  const held = await openHeld(house, tree, note)
  if (!held) return undefined
  const signer = await signerOf(house)
  // What a restore lost has been told; what it does not account for is another log, as ever.
  const fate = fateOf(await signer.epochsOf(tree), held)
  const says =
    fate.kind === 'denied'
      ? `a device holds a signed checkpoint of before the restore: ${fate.because}`
      : fate.kind === 'kept'
        ? await whyDiffers(house, tree, held)
        : undefined
  // A signed checkpoint that our log does not continue proves that the log was altered, whoever brings it.
  if (says) await reportFault(house, { tree, seq: null, says, foundBy: 'agent', deviceId })
  const past = held.origin !== signer.keyOf(tree).name
  return { size: held.size, past, provable: fate.kind === 'kept' && !says ? held.size : 0 }
}

/**
 * What a note is that a device says it holds; `undefined` where our key never signed it for this customer. Looked at
 * once for all devices that hold the same; where our log is another one than was signed, that is reported as a fault.
 */
export const heldNote = (house: House, of: Speaker, note: string): Promise<SignedHeld | undefined> =>
  sharedOf(house).judged.of(
    Buffer.from(sha256(utf8(`${of.customerId} ${note}`))).toString('base64'),
    house.clock.now(),
    () => judge(house, of, note),
  )

/** The size that a note claims for a log of this name, whoever signed it. */
export const claimedSize = (origin: string, note: string): number | undefined => {
  try {
    const claimed = readCheckpointText(readNote(utf8(note)).text)
    return claimed.origin === origin ? claimed.size : undefined
  } catch {
    return undefined
  }
}
