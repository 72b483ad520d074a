import { createPublicKey, generateKeyPairSync, hash, verify as isSigned, sign } from 'node:crypto'
import { type BundleFiles, bundleFile, eventLine, sealBundle } from '@gatehouse/shared/audit/bundle'
import { canonical } from '@gatehouse/shared/audit/canonical'
import { originOf, signCheckpoint } from '@gatehouse/shared/audit/checkpoint'
import { commitTo } from '@gatehouse/shared/audit/leaf'
import { rootOfMany } from '@gatehouse/shared/audit/multi-proof'
import { printKey, type VerifierKey } from '@gatehouse/shared/audit/note'
import type { Primitives } from '@gatehouse/shared/audit/primitives'

/** As a command has them: the hashes and signatures of Node. */
export const nodePrimitives: Primitives = {
  sha256: (bytes) => hash('sha256', bytes, 'buffer'),
  verify: (signature, message, publicKey) => {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') }
    return isSigned(null, message, createPublicKey({ key: jwk, format: 'jwk' }), signature)
  },
}

const tree = '0198c0de-2222-7000-8000-000000000001'
const deviceIds = Array.from({ length: 1_000 }, (_, i) => `0198c0de-0000-7000-8000-${String(i).padStart(12, '0')}`)
/** Twice what a line takes. */
const mostBytesOfLine = 2_400

/** What the log of a customer with a thousand devices holds: three of four events are a device's, and hide a name. */
const eventAt = (seq: number) => {
  const { sha256 } = nodePrimitives
  const which = seq % 4 === 3 ? undefined : (seq * 7) % deviceIds.length
  const { event, openings } = commitTo(
    sha256,
    {
      id: `0198c0de-1111-7000-8000-${String(seq).padStart(12, '0')}`,
      at: 1_763_800_000_000 + 977 * seq,
      event: which === undefined ? 'person.signed_out' : 'action.queued',
      outcome: 'done',
      actorKind: 'person',
      actorId: '0198c0de-3333-7000-8000-000000000001',
      actorName: `Person ${seq % 100}`,
      actorCompany: 'Acme Instruments',
      customerId: tree,
      customerName: 'Meridian Labs',
      deviceId: which === undefined ? null : (deviceIds[which] as string),
      deviceName: which === undefined ? null : `balance-${which}`,
      requestId: null,
      sessionId: null,
      approvalId: null,
      fromAddress: '192.0.2.7',
      fields: which === undefined ? { name: 'Ben Beispiel' } : { action: 'Restart', device: `balance-${which}` },
    } as const,
    ['actorName', 'fromAddress'],
    () => sha256(Buffer.from(`salt ${seq}`)).subarray(0, 16),
  )
  return { which, event: canonical(event), openings }
}

/** A bundle of a whole log, and the key to check it with. */
export interface Log {
  files: BundleFiles
  pinnedKey: string
}

/** A bundle of a whole log of `size` entries. */
export const wholeLog = async (size: number): Promise<Log> => {
  const { sha256 } = nodePrimitives
  const pair = generateKeyPairSync('ed25519')
  const key: VerifierKey = {
    name: originOf('bench', tree),
    type: 1,
    publicKey: Buffer.from(String(pair.publicKey.export({ format: 'jwk' }).x), 'base64url'),
  }
  const signed = (message: Uint8Array) => sign(null, message, pair.privateKey)
  let events = new Uint8Array(size * 1_000)
  const leafHashes = new Uint8Array(size * 32)
  const next = new Uint32Array(deviceIds.length)
  let at = 0
  for (let seq = 0; seq < size; seq++) {
    const { which, event, openings } = eventAt(seq)
    const deviceSeq = which === undefined ? null : (next[which] as number)
    if (which !== undefined) next[which] = (next[which] as number) + 1
    const { line, leafHash } = eventLine(sha256, tree, { seq, deviceSeq, event, openings })
    if (at + mostBytesOfLine > events.length) {
      const more = new Uint8Array(events.length + size * 200)
      more.set(events)
      events = more
    }
    events.set(line, at)
    leafHashes.set(leafHash, seq * 32)
    at += line.length
  }
  const proof = new Uint8Array(0)
  const root = rootOfMany(
    sha256,
    size,
    Float64Array.from({ length: size }, (_, i) => i),
    leafHashes,
    proof,
  )
  if (!root) throw new Error('The log has no root')
  const checkpoint = await signCheckpoint(sha256, { origin: key.name, size, root }, key, signed)
  const parts = { filter: 'Everything', madeAt: '2026-11-22T06:00:00Z', leafHashes, openings: 2 * size, devices: [] }
  const files = await sealBundle(sha256, { ...parts, checkpoint, proof }, key, signed)
  files.set(bundleFile.events, events.subarray(0, at))
  return { files, pinnedKey: printKey(sha256, key) }
}
