import { type BundleFiles, bundleFile, demandSeal, type Manifest, readHashes, readManifest } from './bundle.ts'
import {
  checkBeside,
  checkDevices,
  checkFiles,
  checkKept,
  checkManifest,
  checkRoot,
  demandKeys,
} from './bundle-checks.ts'
import { type Checkpoint, openCheckpoint, readCheckpointText, treeOf } from './checkpoint.ts'
import { keyFor, type Restore, restoresIn } from './epoch.ts'
import { type Check, type CheckName, checkNames, type Findings, openFindings } from './findings.ts'
import { Flawed, malformed } from './flawed.ts'
import { printKey, readKey, readNote, type VerifierKey } from './note.ts'
import type { Primitives } from './primitives.ts'
import { verifyConsistency } from './tree-proofs.ts'
import { type EventsRead, eventsReader } from './verify-events.ts'

/** What a bundle is held against. */
export interface Against {
  /** The key of the customer's log, as it was given to him: `name+hash+base64`. */
  pinnedKey: string
  /** A checkpoint that he kept from earlier, if he did. */
  earlierCheckpoint?: Uint8Array
}

/** What came of checking a bundle. What it says of itself means nothing unless `ok`. */
export interface Verification {
  ok: boolean
  checks: readonly Check[]
  manifest?: Manifest
  checkpoint?: Checkpoint
  /** The restores after which the log went on, as its checkpoint tells of them; the bundle is of the epoch of the last. */
  restores: readonly Restore[]
  /** Entries read, and personal values in them that were erased or left out. */
  count: number
  erased: number
  /** What was read of the events, unless there was no key to read them with. */
  read?: EventsRead
}

/** Checks a bundle whose events are too many to be in memory at once. */
export interface Verifier {
  /** The next bytes of `events.jsonl`, in whatever pieces; they are not kept. */
  events(bytes: Uint8Array): void
  /** `files` are all others, those beside them as well, and `events.jsonl` with nothing in it where it is there. */
  conclude(files: BundleFiles): Verification
}

/** Runs what may find something `Flawed`, and notes it under a check. */
const attempt = <T>(findings: Findings, check: CheckName, file: string, read: () => T): T | undefined => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Flawed)) throw error
    // That the newest checkpoint is of another log is a finding of its own.
    const isForeign = check === 'checkpoint' && error.flaw === 'origin'
    if (isForeign) findings.skip(check, 'it is of another log')
    findings.fail(isForeign ? 'origin' : check, { file, because: error.message })
    return undefined
  }
}

const concluded = (findings: Findings, rest: Omit<Verification, 'ok' | 'checks'>): Verification => {
  const checks = findings.result()
  return { ok: checks.every(({ result }) => result !== 'failed'), checks, ...rest }
}

/**
 * Checks a bundle against the key a customer holds, and says for each check whether it holds and, where it does not,
 * where and why. Needs no server, knows no storage, and throws nothing because of what the files hold.
 */
export const verify = (primitives: Primitives, files: BundleFiles, against: Against): Verification => {
  const events = files.get(bundleFile.events) ?? new Uint8Array(0)
  const verifier = openVerifier(primitives, against, events.length)
  verifier.events(events)
  return verifier.conclude(files)
}

/** As `verify`, with the events in pieces; `expected` is how many bytes of them will come, a hint for memory. */
export const openVerifier = (primitives: Primitives, against: Against, expected = 0): Verifier => {
  const { sha256 } = primitives
  const findings = openFindings()
  const given = attempt(findings, 'key', 'your key', () => {
    const key = readKey(sha256, against.pinnedKey)
    return { key, tree: treeOf(key.name) }
  })
  if (!given) {
    for (const name of checkNames) findings.skip(name, 'without a key there is nothing to check against')
    return { events: () => undefined, conclude: () => concluded(findings, { count: 0, erased: 0, restores: [] }) }
  }
  const { key, tree } = given
  const reader = eventsReader(sha256, tree, findings, expected)
  return {
    events: reader.write,
    conclude: (files) => concludeWith({ primitives, findings, against, key, files, read: reader.end() }),
  }
}

/** The origin that a file claims, whoever signed it. */
const claimedOrigin = (bytes: Uint8Array): string => {
  try {
    return readCheckpointText(readNote(bytes).text).origin
  } catch (error) {
    if (error instanceof Flawed) return ''
    throw error
  }
}

interface Concluding {
  primitives: Primitives
  findings: Findings
  against: Against
  key: VerifierKey
  files: BundleFiles
  read: EventsRead
}

const concludeWith = ({ primitives, findings, against, key: pinned, files, read }: Concluding): Verification => {
  const { sha256 } = primitives
  const checking = { sha256, findings }
  const file = (name: string): Uint8Array => files.get(name) ?? new Uint8Array(0)
  // A log has one key, which has another name in each epoch.
  const key = keyFor(pinned, claimedOrigin(file(bundleFile.checkpoint)))
  const open = (check: CheckName, name: string, bytes: Uint8Array, own = key): Checkpoint | undefined =>
    attempt(findings, check, name, () => openCheckpoint(primitives, bytes, own).checkpoint)

  attempt(findings, 'key', bundleFile.keys, () => demandKeys(sha256, file(bundleFile.keys), key, printKey(sha256, key)))
  const manifest = attempt(findings, 'manifest', bundleFile.manifest, () => readManifest(file(bundleFile.manifest)))
  attempt(findings, 'manifest', bundleFile.seal, () =>
    demandSeal(primitives, file(bundleFile.manifest), file(bundleFile.seal), key),
  )
  if (manifest && manifest.origin !== key.name)
    findings.fail('origin', { file: bundleFile.manifest, because: `it is a bundle of ${manifest.origin}` })
  checkFiles(checking, files, manifest)
  attempt(findings, 'verifier', bundleFile.readme, () => checkBeside(checking, files, manifest))

  const checkpoint = open('checkpoint', bundleFile.checkpoint, file(bundleFile.checkpoint))
  if (manifest) checkManifest(checking, manifest, read)
  if (manifest && checkpoint) checkDevices(checking, manifest, checkpoint, read)
  else findings.skip('devices', 'the manifest or the checkpoint could not be read')
  if (checkpoint && read.readable) checkRoot(checking, checkpoint, read, file(bundleFile.proof))
  else findings.skip('root', checkpoint ? 'not every entry could be read' : 'the checkpoint could not be read')

  const openAnyEpoch = (name: string, bytes: Uint8Array) =>
    open('earlier', name, bytes, keyFor(key, claimedOrigin(bytes)))
  const isProven = files.has(bundleFile.earlier)
  if (!isProven && !against.earlierCheckpoint)
    findings.skip('earlier', 'there is no earlier checkpoint to compare with')
  if (!checkpoint) findings.skip('earlier', 'the checkpoint could not be read')
  else {
    const proven = isProven ? openAnyEpoch(bundleFile.earlier, file(bundleFile.earlier)) : undefined
    if (proven)
      attempt(findings, 'earlier', bundleFile.consistency, () => {
        if (!verifyConsistency(sha256, proven, checkpoint, readHashes(file(bundleFile.consistency))))
          throw malformed('the log of the earlier checkpoint is not the beginning of this one')
      })
    const kept = against.earlierCheckpoint && openAnyEpoch('the checkpoint you kept', against.earlierCheckpoint)
    const isWhole = read.readable && read.count === checkpoint.size && !findings.hasFailed('root')
    if (kept)
      checkKept(
        checking,
        kept,
        checkpoint,
        findings.hasFailed('earlier') ? undefined : proven,
        isWhole ? read : undefined,
      )
  }
  return concluded(findings, {
    manifest,
    checkpoint,
    restores: checkpoint ? restoresIn(checkpoint) : [],
    count: read.count,
    erased: read.erased,
    read,
  })
}
