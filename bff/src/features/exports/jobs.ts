import { setImmediate as breathe } from 'node:timers/promises'
import { refusals } from '@gatehouse/shared/refusals'
import { exportFormats } from '@gatehouse/shared/views/exports'
import type { By } from '../../kernel/actor.ts'
import { entry } from '../../kernel/audit/append.ts'
import { change } from '../../kernel/change.ts'
import { isUnavailable } from '../../kernel/database/connect.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import { forEach } from '../../kernel/each.ts'
import type { House, Job } from '../../kernel/house.ts'
import { makeBundleFile } from './bundle.ts'
import { beginFile, idsOnDisk, removeFiles, type Writing } from './files.ts'
import { makeCsv, makeJsonLines } from './lines.ts'
import type { Made, Making } from './making.ts'
import { type Contents, nothingYet, watchAsker } from './reading.ts'
import { type ExportRow, fileNameOf, limits, numberOf, roomLeft, tooLarge } from './rules.ts'
import { expireExport } from './service.ts'
import { signalOf } from './signals.ts'
import { LeftOff, Stopped } from './stopped.ts'
import { bytesKept, moveExport, nextExport, overdueExports, type sizes, withFiles } from './store.ts'
import { whoAsked } from './who-asked.ts'

const makers: Record<ExportRow['format'], (making: Making) => Promise<Made>> = {
  csv: makeCsv,
  jsonl: makeJsonLines,
  bundle: makeBundleFile,
}

/** What is being made in a house, and whether it closes. */
interface Workshop {
  closing: boolean
  working: Set<Promise<void>>
}

const workshops = new WeakMap<House['bus'], Workshop>()

const workshopOf = (house: House): Workshop => {
  const known = workshops.get(house.bus) ?? { closing: false, working: new Set() }
  workshops.set(house.bus, known)
  return known
}

/** Says how far it is, now and then, and gives way; throws `LeftOff` once it is not wanted any more. */
const progressOf = (house: House, row: ExportRow) => {
  let told = 0
  return async (done: number): Promise<void> => {
    await breathe()
    if (workshopOf(house).closing) throw new LeftOff()
    if (house.access.limit(null)?.because === 'disk_nearly_full')
      throw new Stopped('There is no room left for it on the server.')
    const now = house.clock.now()
    if (now - told < limits.tells) return
    told = now
    if (!(await moveExport(house.db, row.id, { done }))) throw new LeftOff()
    house.bus.publish(signalOf(row.personId))
  }
}

const finish = async (
  house: House,
  row: ExportRow,
  by: By,
  made: Made,
  contents: Contents,
  file: { bytes: number; sha256: string },
) => {
  const now = house.clock.now()
  const number = numberOf(row.id)
  const format = exportFormats[row.format].short
  // Whose log it does not stand in anyway is told, each in its own.
  const others = [...contents.customers].filter(([id]) => id !== theMakerItself && id !== row.about.customerId)
  await change(house, by, 'export.finished', async (tx) => {
    const moved = await moveExport(tx, row.id, {
      state: 'done',
      done: made.count,
      total: made.count,
      bytes: file.bytes,
      sha256: file.sha256,
      fileName: fileNameOf(row, made.first),
      finishedAt: now,
      expiresAt: now + limits.keeps,
      devices: [...contents.devices],
      customers: [...contents.wholly],
    })
    if (!moved) throw new LeftOff()
    return {
      result: undefined,
      fields: { export: number, count: made.count, bytes: file.bytes, hash: file.sha256 },
      about: row.about,
      also: others.map(([customerId, { name, count }]) =>
        entry({
          by,
          event: 'export.included',
          fields: { export: number, count, format, filter: row.words, reason: row.reason || 'not said' },
          about: { customerId, customerName: name },
        }),
      ),
      signals: [signalOf(row.personId)],
    }
  })
}

const fail = async (house: House, row: ExportRow, by: By, because: string): Promise<void> => {
  await change(house, by, 'export.failed', async (tx) => {
    const moved = await moveExport(tx, row.id, { state: 'failed', error: because, finishedAt: house.clock.now() })
    if (!moved) throw new LeftOff()
    const fields = { export: numberOf(row.id), because }
    return { result: undefined, fields, about: row.about, outcome: 'failed', signals: [signalOf(row.personId)] }
  }).catch((error: unknown) => {
    if (!(error instanceof LeftOff)) throw error
  })
}

const noRoom = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')

/** What cannot be taken away now goes with the next look at what belongs to nobody. */
const drop = (house: House, { id }: ExportRow): Promise<void> =>
  removeFiles(house.settings.dataDir, id).catch((error: unknown) =>
    house.log.warn({ err: error, export: id }, 'the file of an export could not be removed'),
  )

/** Makes one export, from its beginning; what it ends with stands in its row. */
const make = async (house: House, row: ExportRow): Promise<void> => {
  const { dataDir } = house.settings
  const by = await whoAsked(house, row.personId)
  if (row.tries >= limits.tries) {
    await drop(house, row)
    return fail(house, row, by, 'It could not be made, however often it was begun.')
  }
  if (!(await moveExport(house.db, row.id, { state: 'running', done: 0, tries: row.tries + 1 }))) return
  house.bus.publish(signalOf(row.personId))
  const room = roomLeft(await bytesKept(house.db, row.personId), house.settings.exports)
  const most = Math.min(limits.bytes, room)
  const contents = nothingYet()
  let file: Writing | undefined
  try {
    file = await beginFile(dataDir, row.id, most, room < limits.bytes ? refusals.exports_full.says : tooLarge)
    const watch = await watchAsker(house, row.personId, contents)
    const making: Making = { house, row, file, watch, contents, progress: progressOf(house, row) }
    const made = await makers[row.format](making)
    await watch.conclude()
    await finish(house, row, by, made, contents, await file.finish())
  } catch (error) {
    await file?.close()
    await drop(house, row)
    if (error instanceof LeftOff) return
    if (error instanceof Stopped) return fail(house, row, by, error.message)
    if (noRoom(error)) return fail(house, row, by, 'There is no room left for it on the server.')
    // The database may be there again in a moment: it is begun anew.
    if (isUnavailable(error)) throw error
    house.log.error({ err: error, export: row.id }, 'an export could not be made')
    await fail(house, row, by, 'Something went wrong on our side. It has been noted.')
  }
}

/** One after the other, the oldest first; small ones do not wait for large ones. */
const makeAll = (size: keyof typeof sizes): Job => ({
  name: `${size} exports`,
  everySeconds: 1,
  run: async (house) => {
    const workshop = workshopOf(house)
    while (!workshop.closing) {
      const row = await nextExport(house.db, size, house.clock.now())
      if (!row) return
      const work = make(house, row)
      workshop.working.add(work)
      try {
        await work
      } finally {
        workshop.working.delete(work)
      }
    }
  },
})

export const makeSmallExports = makeAll('small')
export const makeLargeExports = makeAll('large')

/** Takes files away that were kept long enough, or that belong to no export. */
export const expireExports: Job = {
  name: 'exports that were kept long enough',
  everySeconds: 60,
  run: async (house) => {
    const overdue = await overdueExports(house.db, house.clock.now())
    await forEach(
      house,
      overdue,
      ({ id }) => ({ export: id }),
      (row) => expireExport(house, row),
    )
    const there = await idsOnDisk(house.settings.dataDir)
    if (there.length === 0) return
    const wanted = await withFiles(house.db, there)
    for (const id of there) if (!wanted.has(id)) await removeFiles(house.settings.dataDir, id)
  },
}

/** Leaves off what is being made: it is begun anew when the house opens again. */
export const stopExports = async (house: House): Promise<void> => {
  const workshop = workshopOf(house)
  workshop.closing = true
  await Promise.allSettled(workshop.working)
}
