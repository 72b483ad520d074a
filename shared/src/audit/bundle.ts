import { z } from 'zod'
import { besideList } from './beside.ts'
import { base64, base64url, fromBase64, textOf, utf8 } from './bytes.ts'
import { canonical } from './canonical.ts'
import { demandCanonical } from './canonical-reader.ts'
import { treeOf } from './checkpoint.ts'
import { Flawed, malformed } from './flawed.ts'
import { leafBytes, type Openings } from './leaf.ts'
import { demandSignature, noteMessage, printKey, printNote, readNote, signatureOf, type VerifierKey } from './note.ts'
import type { Primitives, Sha256, Sign } from './primitives.ts'
import { hashLength, treeHasher } from './tree.ts'

/** A proof bundle: events of one customer's tree with all that is needed to check them without any server. */
export type BundleFiles = ReadonlyMap<string, Uint8Array>

/** The files of a bundle; `earlier` and `consistency` are there together or not at all. */
export const bundleFile = {
  readme: 'README.txt',
  keys: 'keys.txt',
  manifest: 'manifest.json',
  seal: 'manifest.note',
  events: 'events.jsonl',
  proof: 'proof.bin',
  checkpoint: 'checkpoint.txt',
  earlier: 'earlier-checkpoint.txt',
  consistency: 'consistency.txt',
} as const

/** The files whose SHA-256 stands in the manifest; what `events.jsonl` holds is bound by `leaves`, `count` and `openings`. */
export const listedFiles = [
  bundleFile.readme,
  bundleFile.keys,
  bundleFile.proof,
  bundleFile.checkpoint,
  bundleFile.earlier,
  bundleFile.consistency,
] as const

const Digest = z.string().regex(/^[\w-]{43}$/)
const Count = z.int().nonnegative()

/** What a bundle says of itself; signed, so that it cannot be made to say less. */
export const Manifest = z.strictObject({
  v: z.literal(1),
  origin: z.string().min(1),
  /** What was asked for, in words. */
  filter: z.string(),
  madeAt: z.iso.datetime(),
  count: Count,
  /** How many personal values are there in clear text. */
  openings: Count,
  /** SHA-256 over the hashes of all leaves, one after another. */
  leaves: Digest,
  /** Devices of which everything from one `device_seq` to another, both included, is here, and nothing besides. */
  devices: z.array(z.strictObject({ id: z.string().min(1), from: Count, to: Count })),
  files: z.partialRecord(z.enum(listedFiles), Digest),
})
export type Manifest = z.infer<typeof Manifest>

/** One event as it goes into a bundle. */
export interface BundleEvent {
  seq: number
  deviceSeq: number | null
  /** The canonical text that was written in the deed's transaction. */
  event: string
  /** What was not erased of its personal values. */
  openings: Openings
}

/** The line of `events.jsonl` for an event, and the hash of its leaf. */
export const eventLine = (
  sha256: Sha256,
  tree: string,
  one: BundleEvent,
): { line: Uint8Array; leafHash: Uint8Array } => {
  const { seq, deviceSeq, event } = one
  const leaf = leafBytes({ tree, seq, deviceSeq, event: sha256(utf8(event)) })
  const openings = canonical(
    Object.fromEntries(Object.entries(one.openings).map(([path, { salt, value }]) => [path, { salt, value }])),
  )
  return {
    line: utf8(`{"event":${event},"leaf":${textOf(leaf)},"openings":${openings}}\n`),
    leafHash: treeHasher(sha256).leaf(leaf),
  }
}

/** What a bundle is sealed from, when its events are written. */
export interface BundleParts {
  filter: string
  /** ISO 8601, UTC. */
  madeAt: string
  /** The hashes of all leaves, one after another, as `eventLine` gave them. */
  leafHashes: Uint8Array
  /** How many openings were written. */
  openings: number
  devices: Manifest['devices']
  /** The newest checkpoint, as it was signed. */
  checkpoint: Uint8Array
  /** `proveMany` of the leaves in the tree of the checkpoint. */
  proof: Uint8Array
  /** A checkpoint from before, and `proveConsistency` from it to the newest. */
  earlier?: { checkpoint: Uint8Array; proof: readonly Uint8Array[] }
  /** What is put beside the bundle's files, by names that begin with `besideFolder`; left out, nothing is said of it. */
  beside?: ReadonlyMap<string, Uint8Array>
}

const readme = (
  origin: string,
  ofVerifier: string,
  list: string,
): string => `This is a proof bundle of Gatehouse: entries of the audit log ${origin}.

  events.jsonl      one entry per line: the event, its leaf in the log, and what opens its personal values
  proof.bin         the hashes that, with those of the leaves, give the root of the log (RFC 6962)
  checkpoint.txt    the size and root of the log, signed (c2sp.org/tlog-checkpoint)
  manifest.json     what was asked for, and what this bundle claims to hold
  manifest.note     the manifest's hash, signed (c2sp.org/signed-note)
  keys.txt          the key they are signed with
  earlier-checkpoint.txt, consistency.txt, where they are there: an older checkpoint, and the proof that the log has
                    only grown since
  verifier/, where it is there: a program and a page that check all this. ${ofVerifier}

Check it without any server, with the command or the page that you keep for it (verify.html; the network can be off):

  node gatehouse-verify.mjs <this file> --key <the key you noted down>

Use the key that you noted down when your log was begun, from the page “Is our log whole?”, not the one in keys.txt:
whoever could make a false bundle could put a false key beside it. For the same reason take the verifier from a place you trust, and not from this file, where
anything hangs on it. A checkpoint you kept from earlier shows that nothing before it was changed.
What no single bundle can show is that nothing was written after its last entry: ask for a newer one, or compare the
checkpoint with the one that your devices keep.
${list}`

const listedSays = 'They prove nothing of themselves'
const unlistedSays = 'They are no part of the bundle, and not signed'

/** The hash of a file as the manifest lists it. */
export const digestOf = (sha256: Sha256, bytes: Uint8Array): string => base64url(sha256(bytes))

const sealText = (sha256: Sha256, origin: string, manifest: Uint8Array): string =>
  // No checkpoint: its second line is no size, and its first is no origin.
  `gatehouse bundle v1\n${origin}\n${base64(sha256(manifest))}\n`

const lines = (texts: readonly string[]): Uint8Array => utf8(texts.map((text) => `${text}\n`).join(''))

/** All files of a bundle but `events.jsonl`, and what lies beside them. `key` and `sign` are those of the tree's checkpoints. */
export const sealBundle = async (
  sha256: Sha256,
  parts: BundleParts,
  key: VerifierKey,
  sign: Sign,
): Promise<Map<string, Uint8Array>> => {
  const { filter, madeAt, openings, devices, leafHashes, earlier, beside } = parts
  const text = beside ? readme(key.name, listedSays, besideList(sha256, beside)) : readme(key.name, unlistedSays, '')
  const files = new Map<string, Uint8Array>([
    [bundleFile.readme, utf8(text)],
    [bundleFile.keys, lines([printKey(sha256, key)])],
    [bundleFile.proof, parts.proof],
    [bundleFile.checkpoint, parts.checkpoint],
  ])
  if (earlier) {
    files.set(bundleFile.earlier, earlier.checkpoint)
    files.set(bundleFile.consistency, lines(earlier.proof.map(base64)))
  }
  const manifest = utf8(
    canonical({
      v: 1,
      origin: key.name,
      filter,
      madeAt,
      count: leafHashes.length / hashLength,
      openings,
      leaves: digestOf(sha256, leafHashes),
      devices,
      files: Object.fromEntries([...files].map(([name, bytes]) => [name, digestOf(sha256, bytes)])),
    } satisfies Manifest),
  )
  readManifest(manifest)
  const sealed = sealText(sha256, key.name, manifest)
  const signatures = [signatureOf(sha256, key, await sign(noteMessage(sealed)))]
  files.set(bundleFile.manifest, manifest).set(bundleFile.seal, printNote({ text: sealed, signatures }))
  return new Map([...files, ...(beside ?? [])])
}

/** A whole bundle in memory, for those that are not too large to be; `parts.checkpoint` must be of `key`. */
export const makeBundle = async (
  sha256: Sha256,
  events: readonly BundleEvent[],
  parts: Omit<BundleParts, 'leafHashes' | 'openings'>,
  key: VerifierKey,
  sign: Sign,
): Promise<Map<string, Uint8Array>> => {
  const tree = treeOf(key.name)
  const written = events.map((one) => eventLine(sha256, tree, one))
  const openings = events.reduce((sum, one) => sum + Object.keys(one.openings).length, 0)
  const leafHashes = flat(written.map(({ leafHash }) => leafHash))
  const files = await sealBundle(sha256, { ...parts, leafHashes, openings }, key, sign)
  return files.set(bundleFile.events, flat(written.map(({ line }) => line)))
}

const flat = (parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Reads a manifest strictly; throws `Flawed`. */
export const readManifest = (bytes: Uint8Array): Manifest => {
  demandCanonical(bytes)
  const read = Manifest.safeParse(JSON.parse(textOf(bytes)))
  if (!read.success) throw malformed('the manifest is not of the form it must have')
  return read.data
}

/** Throws `Flawed` unless the manifest is the one that the pinned key sealed. */
export const demandSeal = (primitives: Primitives, manifest: Uint8Array, seal: Uint8Array, key: VerifierKey): void => {
  const note = readNote(seal)
  if (note.text !== sealText(primitives.sha256, key.name, manifest))
    throw new Flawed('signature', 'the manifest is not the one that was signed')
  demandSignature(primitives, note, key)
}

/** Reads hashes that stand one per line; throws `Flawed`. */
export const readHashes = (bytes: Uint8Array): Uint8Array[] => {
  const text = textOf(bytes)
  if (text !== '' && !text.endsWith('\n')) throw malformed('the last line does not end')
  const hashes = text.split('\n').slice(0, -1).map(fromBase64)
  if (hashes.some(({ length }) => length !== hashLength)) throw malformed('a line is no hash')
  return hashes
}
