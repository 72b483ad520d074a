import { isBeside, readBesideList } from './beside.ts'
import { type BundleFiles, bundleFile, digestOf, listedFiles, type Manifest } from './bundle.ts'
import { hexOf, sameBytes, textOf } from './bytes.ts'
import type { Checkpoint } from './checkpoint.ts'
import { type Fate, fateOf, logOf, restoresIn, restoresSaid } from './epoch.ts'
import type { CheckName, Findings } from './findings.ts'
import { Flawed } from './flawed.ts'
import { rootOfMany } from './multi-proof.ts'
import { readKey, type VerifierKey } from './note.ts'
import type { Sha256 } from './primitives.ts'
import { hashLength, treeHasher } from './tree.ts'
import type { EventsRead } from './verify-events.ts'

/** What one check needs: the hash, and where it tells what it finds. */
interface Checking {
  sha256: Sha256
  findings: Findings
}

const failing =
  ({ findings }: Checking, check: CheckName, file: string) =>
  (because: string): void =>
    findings.fail(check, { file, because })

const together: readonly string[] = [bundleFile.earlier, bundleFile.consistency]

/** Nothing surplus, nothing missing, and each file the one that the manifest lists. */
export const checkFiles = (checking: Checking, files: BundleFiles, manifest: Manifest | undefined): void => {
  const all: readonly string[] = Object.values(bundleFile)
  const hasEarlier = together.some((name) => files.has(name))
  for (const name of files.keys())
    if (!all.includes(name) && !isBeside(name))
      failing(checking, 'files', name)('this file does not belong in a bundle')
  for (const name of all)
    if (!files.has(name) && (hasEarlier || !together.includes(name)))
      failing(checking, 'files', name)('this file is missing')
  if (!manifest) return
  for (const name of listedFiles) {
    const bytes = files.get(name)
    if ((bytes && digestOf(checking.sha256, bytes)) !== manifest.files[name])
      failing(checking, 'files', name)('this file is not the one that the manifest lists')
  }
}

/** What a bundle says was put into `verifier/`; `undefined`, and said why, where it says nothing that is signed. */
const listedBeside = (
  { sha256, findings }: Checking,
  files: BundleFiles,
  manifest: Manifest | undefined,
): ReadonlyMap<string, string> | undefined => {
  const isThere = [...files.keys()].some(isBeside)
  const readme = files.get(bundleFile.readme)
  const isSigned = readme && manifest && digestOf(sha256, readme) === manifest.files[bundleFile.readme]
  const listed = isSigned ? readBesideList(textOf(readme)) : undefined
  if (!isSigned)
    findings.skip('verifier', `what was put in stands in ${bundleFile.readme}, which is not as it was signed`)
  else if (!isThere && !listed?.size) findings.skip('verifier', 'there is none')
  else if (!listed) findings.skip('verifier', 'when this bundle was made, it was not yet listed: do not use it')
  return listed
}

/** What lies beside the bundle's files is what was put there: a verifier that somebody changed says whatever he likes. */
export const checkBeside = (checking: Checking, files: BundleFiles, manifest: Manifest | undefined): void => {
  const listed = listedBeside(checking, files, manifest)
  if (!listed) return
  const fail = (name: string, because: string) => failing(checking, 'verifier', name)(because)
  for (const name of listed.keys()) if (!files.has(name)) fail(name, 'it was put into this bundle, and is gone')
  for (const [name, bytes] of files) {
    if (!isBeside(name) || listed.get(name) === hexOf(checking.sha256(bytes))) continue
    fail(
      name,
      listed.has(name)
        ? 'it is not the one that was put into this bundle: do not use it'
        : 'it was not put into this bundle: do not use it',
    )
  }
}

/** The bundle's own key file names the pinned key, and nothing else; throws `Flawed`. */
export const demandKeys = (sha256: Sha256, keys: Uint8Array, pinned: VerifierKey, pinnedText: string): void => {
  const named = textOf(keys).replace(/\n$/, '')
  const { name } = readKey(sha256, named)
  if (name !== pinned.name)
    throw new Flawed('signature', `it is a bundle of ${name}, and your key is that of ${pinned.name}`)
  if (named !== pinnedText || keys.length !== named.length + 1)
    throw new Flawed('signature', 'the bundle names another key than the one you hold')
}

/** What the manifest says was put in is what is there. */
export const checkManifest = (checking: Checking, manifest: Manifest, read: EventsRead): void => {
  const fail = failing(checking, 'manifest', bundleFile.manifest)
  if (manifest.count !== read.count) fail(`it was made with ${manifest.count} entries, and holds ${read.count}`)
  if (manifest.openings !== read.openings)
    fail(`it was made with ${manifest.openings} values in clear text, and holds ${read.openings}`)
  if (manifest.leaves !== digestOf(checking.sha256, read.leafHashes)) fail('its entries are not those it was made with')
}

/** The devices that the manifest claims to have all of; in a whole log, every device from its first event on. */
export const checkDevices = (
  checking: Checking,
  manifest: Manifest,
  checkpoint: Checkpoint,
  read: EventsRead,
): void => {
  const isWhole = read.count === checkpoint.size
  if (!isWhole && manifest.devices.length === 0)
    checking.findings.skip('devices', 'the bundle does not claim to hold everything of any device')
  const fail = failing(checking, 'devices', bundleFile.events)
  const spoken = (from: number, to: number) => `${from + 1}. to ${to + 1}.`
  for (const { id, from, to } of manifest.devices) {
    const run = read.devices.get(id)
    if (!run) fail(`nothing of device ${id} is here`)
    else if (!run.unbroken) fail(`some of the ${spoken(run.from, run.to)} event of device ${id} are missing`)
    else if (run.from !== from || run.to !== to)
      fail(`of device ${id} the ${spoken(run.from, run.to)} event are here, not the ${spoken(from, to)}`)
  }
  if (!isWhole) return
  for (const [id, run] of read.devices)
    if (run.from !== 0 || !run.unbroken) fail(`the log is whole, but events of device ${id} are missing in it`)
}

/** The entries and the proof give the root that was signed. */
export const checkRoot = (checking: Checking, checkpoint: Checkpoint, read: EventsRead, proof: Uint8Array): void => {
  if (read.count === 0) {
    checking.findings.skip('root', 'the bundle holds no entries')
    if (proof.length > 0) failing(checking, 'root', bundleFile.proof)('there is a proof, and no entry for it to prove')
    return
  }
  const root = rootOfMany(checking.sha256, checkpoint.size, read.seqs, read.leafHashes, proof)
  if (!root) failing(checking, 'root', bundleFile.proof)('entries, proof and the size of the log do not fit together')
  else if (!sameBytes(root, checkpoint.root))
    failing(checking, 'root', bundleFile.events)('these entries do not give the root that was signed')
}

const entries = (from: number, to: number): string => (from === to ? `entry ${to}` : `entries ${from} to ${to}`)

/** What can be said where a restore lost some of the entries under the checkpoint that was kept. */
const lostSince = ({ kept, by }: Extract<Fate, { kind: 'lost' }>, size: number): string =>
  [
    `it is a checkpoint of before ${restoresSaid(by)}, by which ${entries(kept + 1, size)} of it ${kept + 1 === size ? 'was' : 'were'} lost`,
    kept === 0
      ? 'nothing of what was signed before is kept'
      : `${entries(1, kept)} ${kept === 1 ? 'is' : 'are'} said to be the same as before: a checkpoint of ${kept} entries or fewer proves it`,
  ].join('; ')

/** What can be said of a bundle of an epoch that the checkpoint that was kept knows to be over. */
const endedBefore = (kept: Checkpoint, newest: Checkpoint): string => {
  const [then, now] = [logOf(kept.origin).epoch, logOf(newest.origin).epoch]
  const fate = fateOf(restoresIn(kept), newest)
  const since = `it is of epoch ${then}, and the bundle of epoch ${now}, which a restore has ended`
  if (fate.kind === 'denied') return `${since}; but ${fate.because}`
  const became =
    fate.kind === 'kept'
      ? `the ${newest.size} entries that the bundle’s log had are said to be there still`
      : `of the ${newest.size} entries that the bundle’s log had, ${entries(fate.kept + 1, newest.size)} ${fate.kept + 1 === newest.size ? 'was' : 'were'} lost by ${restoresSaid(fate.by)}`
  return `${since}: ${became}; ask for a newer one`
}

/**
 * The checkpoint that was kept against the newest. `proven` is the earlier one that the bundle has a proof from, and
 * `whole` what was read where all entries are there and are those of the newest: they are a proof from every size.
 */
export const checkKept = (
  checking: Checking,
  kept: Checkpoint,
  newest: Checkpoint,
  proven: Checkpoint | undefined,
  whole: EventsRead | undefined,
): void => {
  const fail = failing(checking, 'earlier', 'the checkpoint you kept')
  const { size } = kept
  const [then, now] = [logOf(kept.origin).epoch, logOf(newest.origin).epoch]
  if (then > now) {
    fail(endedBefore(kept, newest))
    return
  }
  const fate = fateOf(restoresIn(newest), kept)
  if (fate.kind === 'denied') {
    fail(fate.because)
    return
  }
  if (fate.kind === 'lost') {
    fail(lostSince(fate, size))
    return
  }
  const rootThen = (): Uint8Array | undefined => {
    if (size === newest.size) return newest.root
    if (size === proven?.size) return proven.root
    if (size === 0) return treeHasher(checking.sha256).empty()
    if (!whole) return undefined
    const hashes = whole.leafHashes.subarray(0, hashLength * size)
    return rootOfMany(checking.sha256, size, whole.seqs.subarray(0, size), hashes, new Uint8Array(0))
  }
  if (size > newest.size) {
    fail(`it has ${size} entries, and the bundle is of a log of ${newest.size}`)
    return
  }
  const root = rootThen()
  if (root && !sameBytes(root, kept.root))
    fail(`the log was another when it had ${size} entries: what was written before then has been changed`)
  if (!root) fail(`the bundle holds no proof from ${size} entries on: ask for one that is made with this checkpoint`)
}
