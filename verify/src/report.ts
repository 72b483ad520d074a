import { makersTree, treeOf } from '@gatehouse/shared/audit/checkpoint'
import { logOf, lostEntries, type Restore, restoredAt, restoresSaid } from '@gatehouse/shared/audit/epoch'
import type { Check, CheckName, Failure } from '@gatehouse/shared/audit/findings'
import type { Verification } from '@gatehouse/shared/audit/verify'
import { rowOf, rowText, withMarks } from './events.ts'
import { inert } from './inert.ts'

/** One thing that is wrong, for people. */
export interface Wrong {
  /** File, line, entry. */
  where: string
  because: string
  /** What stands there, in words. It may be a lie: that is what was found. */
  stands?: string
}

export interface CheckReport {
  name: CheckName
  says: string
  result: 'passed' | 'failed' | 'skipped'
  /** Why it was skipped. */
  because?: string
  wrong: readonly Wrong[]
  /** How many more were found. */
  more: number
}

/** What came of checking a bundle, in words for a terminal or a page. All texts are inert. */
export interface Report {
  ok: boolean
  title: string
  lead: string
  /** Whether the facts are proven, or only what the bundle says of itself. */
  facts: readonly (readonly [label: string, text: string])[]
  checks: readonly CheckReport[]
  /** What this cannot show, however good the bundle is. */
  notShown: readonly string[]
}

/** What was asked of the verifier. */
export interface Asked {
  key: string
  hasEarlier: boolean
}

const number = (value: number): string => value.toLocaleString('en-GB')
const events = (count: number): string => `${number(count)} ${count === 1 ? 'event' : 'events'}`
const mostListed = 20

const whereOf = ({ file, line, seq }: Failure): string =>
  [
    inert(file),
    line !== undefined && `line ${number(line)}`,
    seq !== undefined && `entry ${number(seq + 1)} of the log`,
  ]
    .filter(Boolean)
    .join(', ')

const checkReport = (
  { name, says, result, failures, failed, because }: Check,
  { read }: Verification,
): CheckReport => ({
  name,
  says,
  result: result === 'ok' ? 'passed' : result === 'failed' ? 'failed' : 'skipped',
  ...(result === 'not_applicable' && because && { because }),
  wrong: failures.map((failure) => {
    const line = failure.line === undefined ? undefined : read?.wrong.get(failure.line)
    const row = line === undefined ? undefined : rowOf(line)
    const id = row?.all.find(([column]) => column === 'id')?.[1]
    return {
      where: whereOf(failure),
      because: inert(failure.because),
      ...(row && { stands: `${rowText(row)}${id ? `  (event ${withMarks(id)})` : ''}` }),
    }
  }),
  more: failed - failures.length,
})

/** Whether all that is wrong is this of the checkpoint that was kept. */
const isOnly =
  (because: RegExp) =>
  ({ checks }: Verification): boolean => {
    const failed = checks.filter(({ result }) => result === 'failed')
    return (
      failed.every(({ name }) => name === 'earlier') &&
      failed.some(({ failures }) => failures.some((one) => because.test(one.because)))
    )
  }

/** It is of more entries than the bundle's log. */
const isOlder = isOnly(/^it has \d+ entries, and the bundle/)

/** A restore lost entries under it, and says so. */
const isRestored = isOnly(/^it is a checkpoint of before the restores? of /)

/** It is of after a restore that ended the bundle's epoch, and accounts for all that the bundle's log had. */
const isEnded = isOnly(/^it is of epoch \d+, and the bundle of epoch \d+, which a restore has ended: /)

/** The proof that would show it is not in the bundle, which shows nothing against the log. */
const isUnproven = isOnly(/^the bundle holds no proof from /)

/** All that is wrong is what lies beside the bundle. */
const isOfVerifier = ({ checks }: Verification): boolean =>
  checks.every(({ name, result }) => (result === 'failed') === (name === 'verifier'))

const titleOf = (verification: Verification): string => {
  const { ok, checks } = verification
  const failed = checks.filter(({ result }) => result === 'failed').map(({ name }) => name)
  if (ok) return 'Nothing was changed'
  if (failed.includes('key') || failed.includes('origin')) return 'This is NOT a bundle of the log your key is for'
  if (isRestored(verification)) return 'Entries that you have a checkpoint of were LOST by a restore'
  if (isOlder(verification)) return 'This bundle ends BEFORE the checkpoint you kept'
  if (isEnded(verification)) return 'This bundle is of BEFORE a restore'
  if (isOfVerifier(verification)) return 'The verifier inside this bundle is NOT the one that was put in'
  if (isUnproven(verification)) return 'It is NOT shown that this log continues what was signed before'
  if (failed.join() === 'earlier') return 'This log does NOT continue what was signed before'
  return 'This bundle is NOT what was signed'
}

const olderSays =
  'Ask for a newer bundle and check that one; if you are told that there are no more entries, the end of the log was cut off.'

const restoredSays =
  'What the bundle holds is signed with your key. Ask who ordered the restore, and keep your checkpoint and your older bundles: they alone show what was there.'

const endedSays =
  'What the bundle holds was signed with your key then. Keep it: of what was lost since, it shows what was there.'

const unprovenSays = 'Without that proof it may be another log: do not rely on it until you have one.'

const verifierSays =
  'All else that was checked holds, with the verifier that you are using now; get the bundle anew, and let nobody open the one that lies in it.'

const adviceOf = (verification: Verification): string => {
  if (isOfVerifier(verification)) return verifierSays
  if (isRestored(verification)) return restoredSays
  if (isOlder(verification)) return olderSays
  if (isUnproven(verification)) return unprovenSays
  return isEnded(verification) ? endedSays : 'Do not rely on anything in it.'
}

const leadOf = (verification: Verification): string => {
  const { ok, checks, count, manifest, checkpoint } = verification
  const failed = checks.filter(({ result }) => result === 'failed')
  if (!ok) {
    const [first] = failed
    const rest = failed.length - 1
    const also = rest > 0 ? `; ${rest === 1 ? 'one more check' : `${rest} more checks`} failed` : ''
    const says = first?.failures[0] ? `${whereOf(first.failures[0])}: ${inert(first.failures[0].because)}` : first?.says
    // A sentence; names of files begin as they are written.
    return `${says?.replace(/^the /, 'The ')}${also}. ${adviceOf(verification)}`
  }
  if (!manifest || !checkpoint) return ''
  const restored = lossOf(verification.restores)
  if (count === 0) return `It holds no events, and what it says of the log is signed with your key.${restored}`
  if (count === checkpoint.size)
    return `It is the whole log, ${events(count)}, as it was signed with your key.${restored}`
  return `${count === 1 ? 'Its one event is' : `All of its ${events(count)} are`} in the log that was signed with your key, exactly as ${count === 1 ? 'it was' : 'they were'} written down.${restored}`
}

/** That something was lost is said at once: nobody has to read on to the facts for it. */
const lossOf = (restores: readonly Restore[]): string => {
  const losing = restores.filter((one) => lostEntries(one) !== undefined)
  return losing.length === 0 ? '' : ` Other entries were lost before by ${restoresSaid(losing)}, as said below.`
}

const columnOf = (line: string | undefined, name: string): string | undefined => {
  const value = line === undefined ? undefined : rowOf(line)?.all.find(([column]) => column === name)?.[1]
  return value ? withMarks(value) : undefined
}

const whose = (origin: string, first: string | undefined): string => {
  const server = inert(origin.replace(/\/audit\/.*$/, ''))
  const name = columnOf(first, 'customerName')
  try {
    const tree = treeOf(origin)
    if (tree === makersTree) return `the maker’s own, on server ${server}`
    return `${name ? `${name}, ` : ''}customer ${inert(tree)}, on server ${server}`
  } catch {
    return inert(origin)
  }
}

const devicesOf = ({ manifest, checkpoint, count, read }: Verification): string => {
  const isWhole = checkpoint !== undefined && count === checkpoint.size
  const devices = isWhole
    ? [...(read?.devices ?? [])].map(([id, run]) => ({ id, from: run.from, to: run.to }))
    : (manifest?.devices ?? [])
  if (devices.length === 0) return isWhole ? 'there are no events of devices' : 'it claims this of no device'
  const listed = devices.slice(0, mostListed).map(({ id, from, to }) => {
    const name = read?.deviceNames.get(id)
    const which = from === to ? `event ${number(from + 1)}` : `events ${number(from + 1)} to ${number(to + 1)}`
    return `${name ? `${inert(name)} (${inert(id)})` : inert(id)}: its ${which}`
  })
  const more = devices.length - listed.length
  return [...listed, ...(more > 0 ? [`and ${number(more)} more devices`] : [])].join('\n')
}

const factsOf = (verification: Verification, { key, hasEarlier }: Asked): Report['facts'] => {
  const { manifest, checkpoint, count, erased, read } = verification
  if (!manifest) return []
  const [from, to] = [rowOf(read?.first ?? '')?.at, rowOf(read?.last ?? '')?.at]
  return [
    ['Whose log', whose(manifest.origin, read?.first)],
    ...(verification.restores.length > 0
      ? ([['Restored', restoredOf(manifest.origin, verification.restores)]] as const)
      : []),
    ['What was asked for', inert(manifest.filter)],
    ['Made', moment(manifest.madeAt)],
    [
      'Events',
      checkpoint ? `${number(count)} of the ${number(checkpoint.size)} in the log when it was signed` : number(count),
    ],
    ...(from && to ? ([['From – to', `${from} – ${to}`]] as const) : []),
    ['Without a gap', devicesOf(verification)],
    ...(erased > 0
      ? ([['Erased', `${number(erased)} personal values are no longer there in clear text`]] as const)
      : []),
    ['Signed with', inert(key)],
    ['Earlier checkpoint', comparedWith(verification, hasEarlier)],
  ]
}

/** Which epoch this is, and what was lost before it. */
const restoredOf = (origin: string, restores: readonly Restore[]): string => {
  const each = restores.map((one) => {
    const lost = lostEntries(one)
    return `${restoredAt(one)}, when epoch ${one.epoch} began: ${lost ? `what had been signed as ${lost} is lost` : 'nothing that had been signed was lost'}`
  })
  return [`This is epoch ${epochOf(origin)} of the log: an older copy of its database was put back`, ...each].join('\n')
}

const epochOf = (origin: string): string => {
  try {
    return String(logOf(origin).epoch)
  } catch {
    return '?'
  }
}

const comparedWith = ({ checks }: Verification, hasEarlier: boolean): string => {
  if (hasEarlier) return 'the one you gave, compared'
  const isInside = checks.some(({ name, result }) => name === 'earlier' && result === 'ok')
  return isInside ? 'you gave none; compared with the one in the bundle' : 'you gave none'
}

const moment = (iso: string): string => `${inert(iso.slice(0, 19).replace('T', ' '))} UTC`

const notShownOf = (
  { manifest, checkpoint, count, erased, restores }: Verification,
  { hasEarlier }: Asked,
): string[] => {
  const isWhole = checkpoint !== undefined && count === checkpoint.size
  return [
    `What was logged after the log had ${checkpoint ? events(checkpoint.size) : 'this size'}: ask for a newer bundle to see that.`,
    'Whether what was logged is true. It shows what was written down, and that it has not been altered since it was signed.',
    'Whether your key is the right one: you must have noted it down before, by another way than this bundle.',
    ...restores.flatMap((one) => {
      const lost = lostEntries(one)
      return lost ? [`What stood in ${lost} before the restore of ${restoredAt(one)}.`] : []
    }),
    ...(isWhole
      ? []
      : [
          `Whether more events fit what was asked for${manifest?.devices.length ? ', beyond the devices that are listed as without a gap' : ''}.`,
        ]),
    ...(hasEarlier
      ? []
      : [
          'Whether the log was another before it was signed at this size: a checkpoint that you or your devices kept from earlier shows that.',
        ]),
    ...(erased > 0 ? ['What the erased personal values were.'] : []),
  ]
}

/** What came of checking a bundle, in words. */
export const reportOf = (verification: Verification, asked: Asked): Report => ({
  ok: verification.ok,
  title: titleOf(verification),
  lead: leadOf(verification),
  facts: factsOf(verification, asked),
  checks: verification.checks.map((check) => checkReport(check, verification)),
  notShown: notShownOf(verification, asked),
})
