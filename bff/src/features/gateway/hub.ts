import type { DeviceMessage } from '@gatehouse/shared/agent/messages'
import type { House } from '../../kernel/house.ts'
import { checkProof, type ProofState } from '../actions/door.ts'
import { type Declarations, type Reply, takeLetters } from './batch.ts'
import type { Letter } from './effects.ts'
import { type Letterbox, letterbox } from './letterbox.ts'
import { closeCodes } from './limits.ts'
import type { Refusals } from './refused.ts'

/** A control connection, as the rest of the gateway sees it. */
export interface Connection {
  readonly id: string
  readonly deviceId: string
  /** Looks for what waits for the device and sends it. */
  deliver(): void
  close(code: number, because: string): void
  /** Asks the peer for a sign of life, or gives it up where it gave none. */
  ping(): void
}

/** What the gateway of one process remembers; everything that must outlive it is in PostgreSQL. */
export interface Hub {
  /** By device: one speaks for it, the newest. */
  connections: Map<string, Connection>
  letters: Letterbox<Letter, Reply>
  refusals: Refusals
  /** The key a device was known by last, and whose it is; only a shortcut, the batch looks again. */
  keys: Map<string, { publicKey: string; customerId: string }>
}

const hubs = new WeakMap<House, Hub>()

/** The gateway of this house in this process; listens to its bus from the first call on. */
export const hubOf = (house: House): Hub => {
  const known = hubs.get(house)
  if (known) return known
  const declarations: Declarations = new Map()
  const hub: Hub = {
    connections: new Map(),
    letters: letterbox((letters) => takeLetters(house, declarations, letters)),
    refusals: new Map(),
    keys: new Map(),
  }
  hubs.set(house, hub)
  house.bus.subscribe((signal) => {
    if (signal.kind === 'deliver') hub.connections.get(signal.deviceId)?.deliver()
    if (signal.kind === 'cut_device') {
      hub.keys.delete(signal.deviceId)
      hub.connections.get(signal.deviceId)?.close(closeCodes.cut, 'cut off')
    }
  })
  return hub
}

const none: ReadonlyMap<number, ProofState> = new Map()

/** What the proofs of the receipts among `messages` are worth, by message number. */
export const proofsOf = async (
  publicKey: string,
  deviceId: string,
  messages: readonly DeviceMessage[],
): Promise<ReadonlyMap<number, ProofState>> => {
  const receipts = messages.filter((message) => message.type === 'receipt')
  if (receipts.length === 0) return none
  const proofs = await Promise.all(
    receipts.map(async (one): Promise<[number, ProofState]> => [one.seq, await checkProof(publicKey, deviceId, one)]),
  )
  return new Map(proofs)
}
