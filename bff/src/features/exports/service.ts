import { makersTree } from '@gatehouse/shared/audit/checkpoint'
import { type AuditFilter, filterInWords } from '@gatehouse/shared/audit-filter'
import { type ExportFormat, type ExportPreview, type ExportSince, exportFormats } from '@gatehouse/shared/views/exports'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { entry } from '../../kernel/audit/append.ts'
import { change, note, witnessed } from '../../kernel/change.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { newIdAt } from '../../kernel/ids.ts'
import { countVisibleTo, customersVisibleTo, lookedAt, type Narrow } from '../audit/door.ts'
import { holdPerson } from '../sign-in/door.ts'
import { fileStream, pathOf, removeFiles } from './files.ts'
import { customersNamed, namesIn } from './names.ts'
import { stillSees } from './reading.ts'
import {
  type ExportRow,
  exporting,
  limits,
  mayExport,
  mustSayWhy,
  numberOf,
  roomLeft,
  seesLogOf,
  seesWhole,
} from './rules.ts'
import { signalOf } from './signals.ts'
import { addExport, bytesKept, contentsOf, countUnderWay, forgetExport, isDone, moveExport } from './store.ts'

/** What somebody asks for. */
export interface Asked {
  format: ExportFormat
  filter: AuditFilter
  zone: string
  reason: string
  /** Whose log a bundle is of: a customer's id, or `maker`. */
  log?: string
  since?: ExportSince
}

/** Whoever asks, as what he may export is decided; refused and logged where that is nothing. */
const demandRight = (house: House, actor: Actor): Promise<Actor> =>
  witnessed(house, byPerson(actor), { activity: 'audit.export' }, async () => {
    if (!mayExport(actor)) throw new Refused('not_granted')
    return exporting(actor)
  })

interface Log {
  /** A customer's id, or `maker`. */
  id: string
  name: string
}

const byName = (a: Log, b: Log): number => a.name.localeCompare(b.name, 'en')

/** A filter as its list shows it to whoever asks; refused where the list is, because a customer wants to know first what for. */
const asListed = async (house: House, actor: Actor, filter: AuditFilter) => {
  const { look, withheld } = await lookedAt(house, actor, filter)
  const listed: Narrow = withheld.length === 0 ? filter : { ...filter, without: withheld.map(({ id }) => id) }
  return { look, withheld, listed }
}

/** The logs of which he can have a bundle, by name: those of what fits, or all where that is too much to look through. */
const logsOf = async (house: House, actor: Actor, filter: Narrow, isAll: boolean): Promise<Log[]> => {
  if (actor.customerId) return [{ id: actor.customerId, name: actor.customerName ?? actor.company }]
  const reader = exporting(actor)
  const found = await customersVisibleTo(house.db, reader, filter, limits.counted)
  const logs = new Map(found.map(({ id, name }) => [id ?? makersTree, id === null ? actor.company : (name ?? id)]))
  if (!isAll && filter.customerId === undefined) {
    for (const { id, name } of await customersNamed(house.db))
      if (seesLogOf(reader, id) && !filter.without?.includes(id)) logs.set(id, name)
    if (seesLogOf(reader, theMakerItself)) logs.set(makersTree, actor.company)
  }
  return [...logs].map(([id, name]) => ({ id, name })).sort(byName)
}

const counted = (db: Tx, actor: Actor, filter: Narrow, before: string): Promise<number | null> =>
  countVisibleTo(db, actor, filter, before, limits.counted)

/** What an export of this filter would be, said before it is asked for. */
export const previewExport = async (
  house: House,
  actor: Actor,
  { filter, zone }: Pick<Asked, 'filter' | 'zone'>,
): Promise<ExportPreview> => {
  const reader = await demandRight(house, actor)
  const { look, withheld, listed } = await asListed(house, actor, filter)
  const before = newIdAt(house.clock.now())
  const { nameOf } = await namesIn(house.db, actor, filter)
  const [count, seen] = await Promise.all([
    counted(house.db, reader, listed, before),
    counted(house.db, actor, listed, before),
  ])
  const logs = await logsOf(house, actor, listed, count !== null)
  await look?.note()
  return {
    words: filterInWords(filter, nameOf, zone),
    count,
    leavesOut: count !== null && count !== seen,
    withheld,
    reasonNeeded: mustSayWhy(actor),
    logs,
  }
}

/** The log a bundle is of: its tree and its name. What he may not know of is not there. */
export const logNamed = async (house: House, actor: Actor, log: string): Promise<{ tree: string; name: string }> => {
  const reader = exporting(actor)
  if (log === makersTree) {
    if (!seesLogOf(reader, theMakerItself)) throw new Refused('not_found')
    return { tree: theMakerItself, name: actor.company }
  }
  const [found] = await customersVisibleTo(house.db, reader, { customerId: log }, 1)
  if (!found) throw new Refused('not_found')
  return { tree: log, name: found.name ?? log }
}

/** Asks for an export; it is made in the background. */
export const askExport = async (house: House, actor: Actor, asked: Asked): Promise<ExportRow> => {
  const reader = await demandRight(house, actor)
  const limit = house.access.limit(actor.customerId)
  if (limit) throw new Refused(limit.because)
  const { format, zone, reason } = asked
  if (mustSayWhy(actor) && reason === '')
    throw new Refused('invalid_input', { fields: { reason: 'Say what it is for.' } })
  const log = asked.log ?? actor.customerId ?? asked.filter.customerId
  if (format === 'bundle' && !log)
    throw new Refused('invalid_input', { fields: { log: 'A proof bundle is of one log. Choose whose.' } })
  const bundle = format === 'bundle' && log ? await logNamed(house, actor, log) : undefined
  const ofCustomer = bundle && bundle.tree !== theMakerItself ? { customerId: bundle.tree } : {}
  const filter = { ...asked.filter, ...(asked.filter.customerId === undefined && ofCustomer) }
  const { look, listed } = await asListed(house, actor, filter)
  const { nameOf, about } = await namesIn(house.db, actor, filter)
  const now = house.clock.now()
  const id = newIdAt(now)
  const total = await counted(house.db, reader, listed, id)
  await look?.note()
  const of = bundle ? `; in the log of ${bundle.name}` : ''
  // A signed “everything” would mislead where it is only what he sees.
  const part = seesWhole(reader, bundle?.tree ?? filter.customerId) ? '' : `; as far as ${actor.name} may see it`
  // Not by name: these words stand in the log of every customer whose events are in the file. In one log are no others.
  const without = listed.without && !bundle ? '; without customers who want to know first what for' : ''
  const words = `${filterInWords(asked.filter, nameOf, zone)}${of}${part}${without}`
  const row = {
    id,
    personId: actor.id,
    format,
    filter: listed,
    words,
    zone,
    reason,
    about,
    tree: bundle?.tree ?? null,
    since: bundle ? (asked.since ?? 'first') : null,
    state: 'queued' as const,
    total,
    askedAt: now,
  }
  return change(house, byPerson(actor), 'export.asked', async (tx) => {
    // Two at once are counted one after the other.
    await holdPerson(tx, actor.id)
    if ((await countUnderWay(tx, actor.id)) >= limits.underWay) throw new Refused('too_many_exports')
    if (roomLeft(await bytesKept(tx, actor.id), house.settings.exports) === 0) throw new Refused('exports_full')
    await addExport(tx, row)
    return {
      result: {
        ...row,
        done: 0,
        tries: 0,
        error: null,
        bytes: null,
        sha256: null,
        fileName: null,
        finishedAt: null,
        expiresAt: null,
      },
      fields: {
        export: numberOf(id),
        format: exportFormats[format].short,
        filter: words,
        reason: reason || 'not said',
      },
      about,
      signals: [signalOf(actor.id)],
    }
  })
}

/** Cancels an export that is under way; what was written of it is removed by whoever makes it, or here. */
export const cancelExport = async (house: House, actor: Actor, row: ExportRow): Promise<void> => {
  await change(house, byPerson(actor), 'export.cancelled', async (tx) => {
    if (!(await moveExport(tx, row.id, { state: 'cancelled', finishedAt: house.clock.now() })))
      throw new Refused('wrong_state')
    return { result: undefined, fields: { export: numberOf(row.id) }, about: row.about, signals: [signalOf(actor.id)] }
  })
}

/** Removes an export and its file. */
export const removeExport = async (house: House, actor: Actor, row: ExportRow): Promise<void> => {
  await change(house, byPerson(actor), 'export.removed', async (tx) => {
    if (!(await forgetExport(tx, row.id))) throw new Refused('wrong_state')
    const fields = { export: numberOf(row.id), because: 'whoever asked for it no longer wants it' }
    return { result: undefined, fields, about: row.about, signals: [signalOf(actor.id)] }
  })
  await removeFiles(house.settings.dataDir, row.id)
}

/** The file of an export, for its owner who may still see all that is in it; that he fetched it stands in the log. */
export const fetchExport = async (house: House, actor: Actor, row: ExportRow): Promise<ReadableStream<Uint8Array>> => {
  const { bytes, sha256 } = row
  if (row.state !== 'done' || bytes === null || sha256 === null || (row.expiresAt ?? 0) <= house.clock.now())
    throw new Refused('wrong_state', { state: row.state })
  await witnessed(house, byPerson(actor), { activity: 'audit.export', about: row.about }, async () => {
    const reader = exporting(actor)
    if (!mayExport(actor) || !(await stillSees(house.db, reader, await contentsOf(house.db, row.id))))
      throw new Refused('not_granted')
  })
  const fields = { export: numberOf(row.id), format: exportFormats[row.format].short, count: row.done, hash: sha256 }
  await note(house, [entry({ by: byPerson(actor), event: 'export.downloaded', fields, about: row.about })])
  return fileStream(pathOf(house.settings.dataDir, row.id), { bytes, sha256 })
}

/** Takes the file of an export that was kept long enough away. */
export const expireExport = async (house: House, row: ExportRow): Promise<void> => {
  const by = { kind: 'system' as const, id: null, name: 'Gatehouse', company: '', from: null }
  await change(house, by, 'export.removed', async (tx) => {
    if (!(await moveExport(tx, row.id, { state: 'expired' }, isDone))) throw new Refused('wrong_state')
    const fields = { export: numberOf(row.id), because: 'it was kept for seven days' }
    return { result: undefined, fields, about: row.about, signals: [signalOf(row.personId)] }
  })
  await removeFiles(house.settings.dataDir, row.id)
}
