import { bundleFile } from '@gatehouse/shared/audit/bundle'
import { sameBytes, textOf } from '@gatehouse/shared/audit/bytes'
import { treeOf } from '@gatehouse/shared/audit/checkpoint'
import { openFindings } from '@gatehouse/shared/audit/findings'
import { readKey } from '@gatehouse/shared/audit/note'
import type { Verification } from '@gatehouse/shared/audit/verify'
import { eventsReader } from '@gatehouse/shared/audit/verify-events'
import { checkBundle, type Progress } from '../check.ts'
import { rowIn, rowText } from '../events.ts'
import { inert, inertJson } from '../inert.ts'
import { type Report, reportOf } from '../report.ts'
import { type Source, Unreadable } from '../source.ts'
import { openSource, primitives, readSmall } from './platform.ts'
import { printed, verdict } from './print.ts'
import { help, looksLikeKey, type Wish, wishOf } from './words.ts'

/** Where the command writes, and whether a person is looking. `out` resolves when more can be taken. */
export interface Terminal {
  out(text: string): Promise<void>
  err(text: string): void
  colours: boolean
  /** Whether a line can be written over, as on a terminal. */
  rewrites: boolean
  /** Milliseconds of any clock that only goes forward. */
  now(): number
}

/** How the command ends. */
export const ends = { good: 0, failed: 1, unreadable: 2 } as const

const mostOfKey = 64 * 1024
const mostOfCheckpoint = 1024 * 1024

/** The key that was typed, or stands in the file that was named. */
const pinnedKey = async (given: string): Promise<string> => {
  if (looksLikeKey(given)) return given.trim()
  const text = textOf(await readSmall(given, mostOfKey)).trim()
  if (text.includes('\n'))
    throw new Unreadable('There is more than one line in the file of your key: name a file with your key alone.')
  return text
}

/** Says how far it is, as often as a person wants to know it. */
const showProgress = ({ err, rewrites, now }: Terminal, quiet: boolean): { progress: Progress; done(): void } => {
  const every = rewrites ? 100 : 5_000
  let next = now() + (rewrites ? 300 : every)
  let shown = false
  return {
    progress: (done, of) => {
      if (quiet || now() < next) return
      next = now() + every
      shown = true
      const percent = of > 0 ? Math.floor((100 * done) / of) : 100
      err(rewrites ? `\rChecking the events … ${percent} % ` : `Checking the events … ${percent} %\n`)
    },
    done: () => {
      if (shown && rewrites) err('\r\u001b[K')
    },
  }
}

const outcomeOf = (report: Report, { manifest, checkpoint, count, erased }: Verification) => ({
  ok: report.ok,
  title: report.title,
  lead: report.lead,
  checks: report.checks,
  count,
  erased,
  checkpoint: checkpoint && {
    origin: checkpoint.origin,
    size: checkpoint.size,
    root: Buffer.from(checkpoint.root).toString('base64'),
  },
  manifest,
  notShown: report.notShown,
})

const linesAtOnce = 200

/** Prints the events of a bundle that was verified, and throws where they are not those that were verified. */
const printEvents = async (source: Source, key: string, verified: Verification, { out }: Terminal): Promise<void> => {
  const { sha256 } = primitives
  const findings = openFindings()
  let lines: string[] = []
  const reader = eventsReader(sha256, treeOf(readKey(sha256, key).name), findings, 0, (line) => {
    const row = rowIn(line)
    lines.push(row ? rowText(row) : 'An event that cannot be put in words')
  })
  const flush = async (): Promise<void> => {
    const text = lines.map((line) => `${line}\n`).join('')
    lines = []
    await out(text)
  }
  await source.read(bundleFile.events, async (bytes) => {
    reader.write(bytes)
    if (lines.length > linesAtOnce) await flush()
  })
  const read = reader.end()
  await flush()
  if (!verified.read || !sameBytes(read.leafHashes, verified.read.leafHashes))
    throw new Unreadable('The events were changed between being checked and being printed: do not rely on them.')
}

const checked = async (source: Source, wish: Wish, terminal: Terminal): Promise<number> => {
  const key = await pinnedKey(wish.key)
  const earlierCheckpoint = wish.earlier === undefined ? undefined : await readSmall(wish.earlier, mostOfCheckpoint)
  const { progress, done } = showProgress(terminal, wish.quiet || wish.json)
  const verification = await checkBundle(
    primitives,
    source,
    { pinnedKey: key, earlierCheckpoint },
    { progress },
  ).finally(done)
  const report = reportOf(verification, { key, hasEarlier: earlierCheckpoint !== undefined })
  if (wish.json) await terminal.out(`${inertJson(outcomeOf(report, verification))}\n`)
  else if (wish.quiet) await terminal.out(verdict(report))
  else await terminal.out(printed(report, terminal))
  if (report.ok && wish.events) await printEvents(source, key, verification, terminal)
  return report.ok ? ends.good : ends.failed
}

/** The system's words for why a file could not be had, without what only programmers read. */
const wordsOf = (error: unknown): string => {
  const { code, path, message } = Object.assign({ code: '', path: '', message: String(error) }, error, {
    ...(error instanceof Error && { message: error.message }),
  })
  if (code === 'ENOENT') return `There is no ${path}.`
  if (code === 'EACCES' || code === 'EPERM') return `${path} may not be read by you.`
  return message
}

/** Does what the words of the command say; resolves to its exit code. */
export const run = async (words: readonly string[], terminal: Terminal): Promise<number> => {
  const wish = wishOf(words)
  if (typeof wish === 'string') {
    terminal.err(`${inert(wish)}\n\n${help}`)
    return ends.unreadable
  }
  if ('help' in wish) {
    await terminal.out(help)
    return ends.good
  }
  let source: Source | undefined
  try {
    source = await openSource(wish.bundle)
    return await checked(source, wish, terminal)
  } catch (error) {
    const because = inert(wordsOf(error))
    if (wish.json) await terminal.out(`${inertJson({ ok: false, unreadable: because })}\n`)
    else terminal.err(`This could not be checked. ${because}\n`)
    return ends.unreadable
  } finally {
    await source?.close()
  }
}
