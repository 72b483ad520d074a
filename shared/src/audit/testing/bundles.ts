import { ed25519 } from '@noble/curves/ed25519.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { type BundleEvent, eventLine, makeBundle } from '../bundle.ts'
import { utf8 } from '../bytes.ts'
import { canonical } from '../canonical.ts'
import { originOf, signCheckpoint } from '../checkpoint.ts'
import { keyOfEpoch, type Restore, restoreLine } from '../epoch.ts'
import { commitTo } from '../leaf.ts'
import { proveMany } from '../multi-proof.ts'
import { printKey, type VerifierKey } from '../note.ts'
import { portable } from '../portable.ts'
import type { Primitives } from '../primitives.ts'
import { frontierAt, rootOf } from '../tree.ts'
import { proveConsistency } from '../tree-proofs.ts'
import { storedTree } from './stored-tree.ts'

const { sha256 } = portable

/** As `portable`, with what was verified once remembered, so that thousands of damaged bundles can be tried. */
export const remembering = (): Primitives => {
  const known = new Map<string, boolean>()
  return {
    sha256,
    verify: (...parts) => {
      const name = parts.map((part) => bytesToHex(part)).join()
      const verdict = known.get(name) ?? portable.verify(...parts)
      known.set(name, verdict)
      return verdict
    },
  }
}

/** The key of a customer's log; the same secret under another name is the key of another log. */
export const logKey = (tree: string, seed = 'the server') => {
  const secret = sha256(utf8(seed))
  const key: VerifierKey = { name: originOf('server-1', tree), type: 1, publicKey: ed25519.getPublicKey(secret) }
  return { key, printed: printKey(sha256, key), sign: (message: Uint8Array) => ed25519.sign(message, secret) }
}

const deviceIds = ['0198c0de-0000-7000-8000-000000000001', '0198c0de-0000-7000-8000-000000000002']

/** What the events of a log look like: every third about no device, names committed to, one with every kind of text. */
export const eventAt = (seq: number, salt = seq): BundleEvent => {
  const ofDevice = seq % 3 !== 2
  const deviceId = ofDevice ? (deviceIds[seq % 3] as string) : null
  const { event, openings } = commitTo(
    sha256,
    {
      id: `0198c0de-1111-7000-8000-${String(seq).padStart(12, '0')}`,
      at: 1_763_800_000_000 + 977 * seq,
      event: ofDevice ? 'device.connected' : 'person.added',
      outcome: 'done',
      actorKind: 'person',
      actorName: seq % 4 === 0 ? 'Zoë “Z” O\u2019Neil\\😀' : 'Anna Muster',
      customerId: 'customer-1',
      deviceId,
      fields: ofDevice ? { transport: 'wss', device: `Balance ${seq % 3}` } : { name: 'Ben Beispiel', count: seq },
      fromAddress: seq % 2 === 0 ? '192.0.2.7' : null,
    },
    ['actorName', 'fields.name', 'fromAddress'],
    () => sha256(utf8(`salt ${salt}`)).slice(0, 16),
  )
  return { seq, deviceSeq: ofDevice ? Math.floor(seq / 3) : null, event: canonical(event), openings }
}

interface Wanted {
  tree?: string
  size?: number
  /** Which entries; all unless said. */
  seqs?: readonly number[]
  devices?: { id: string; from: number; to: number }[]
  /** The size of the earlier checkpoint in the bundle. */
  earlier?: number
  /** What is done to the events before they go into the bundle; the log has them as they were. */
  events?: (events: BundleEvent[]) => BundleEvent[]
  /** Another history of the same log, from this entry on; of several, another from each. */
  forkedAt?: number | readonly number[]
  /** Restores after which it went on: the bundle is of the epoch of the last. */
  restores?: readonly Restore[]
  /** What lies beside the bundle, and is listed in it. */
  beside?: ReadonlyMap<string, Uint8Array>
  seed?: string
}

export const deviceId = (which: 0 | 1): string => deviceIds[which] as string

/** A log of a customer, and a bundle of it as a server would make it. */
export const aBundle = async ({
  tree = 'customer-1',
  size = 13,
  forkedAt = size,
  restores = [],
  seed,
  ...wanted
}: Wanted = {}) => {
  const { key: first, printed, sign } = logKey(tree, seed)
  const key = keyOfEpoch(first, restores.length + 1)
  const extensions = restores.length > 0 ? { extensions: restores.map(restoreLine) } : {}
  const rootAt = async (at: number) => rootOf(sha256, await frontierAt(log.fetch, at))
  const events = [...Array(size).keys()].map((seq) =>
    eventAt(seq, seq + 1_000 * [forkedAt].flat().filter((at) => seq >= at).length),
  )
  const log = storedTree(
    sha256,
    events.map((one) => eventLine(sha256, tree, one).leafHash),
  )
  const checkpointAt = async (at: number) =>
    signCheckpoint(sha256, { origin: key.name, size: at, root: await rootAt(at), ...extensions }, key, sign)
  const { seqs = [...Array(size).keys()], earlier } = wanted
  const picked = seqs.map((seq) => events[seq] as BundleEvent)
  const files = await makeBundle(
    sha256,
    wanted.events?.(picked) ?? picked,
    {
      filter: 'Everything about Balance 1',
      madeAt: '2026-11-22T06:00:00.000Z',
      devices: wanted.devices ?? [],
      checkpoint: await checkpointAt(size),
      proof: await proveMany(sha256, log.fetch, seqs, size),
      ...(wanted.beside && { beside: wanted.beside }),
      ...(earlier !== undefined && {
        earlier: {
          checkpoint: await checkpointAt(earlier),
          proof: await proveConsistency(sha256, log.fetch, earlier, size),
        },
      }),
    },
    key,
    sign,
  )
  const proofFrom = (from: number) => proveConsistency(sha256, log.fetch, from, size)
  return { files, printed, checkpointAt, rootAt, proofFrom }
}
