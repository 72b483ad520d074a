import { Hono } from 'hono'
import { type Actor, byPerson, bySystem, selfOf } from '../../kernel/actor.ts'
import { entry } from '../../kernel/audit/append.ts'
import { note, witnessed } from '../../kernel/change.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { allow } from '../../kernel/http/allow.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { type KnownSession, theSession } from '../sessions/door.ts'
import { folderOf, readPart } from './files.ts'
import { type PartRow, partsOf, startOf } from './store.ts'

/** The parts of a recording, every one of them found to be what was stored; throws where one is not. */
const verifiedParts = (house: House, actor: Actor, known: KnownSession): Promise<PartRow[]> =>
  witnessed(house, byPerson(actor), { activity: 'recording.view', about: known.about }, async () => {
    const parts = await partsOf(house.db, known.row.id)
    if (parts.length === 0) throw new Refused('not_found')
    const folder = folderOf(house.settings.dataDir, known.row.id)
    for (const [i, row] of parts.entries()) {
      if (row.part === i && (await readPart(folder, row))) continue
      const because = `part ${i} is missing or was changed`
      await note(house, [
        entry({ by: bySystem, event: 'recording.failed', fields: { because }, about: known.about, outcome: 'failed' }),
      ])
      throw new Refused('recording_damaged', { privately: because })
    }
    return parts
  })

/** One part after the other; what is changed while it is being played breaks the answer off. */
const partsStream = (folder: string, parts: readonly PartRow[]): ReadableStream<Uint8Array> => {
  let next = 0
  return new ReadableStream({
    pull: async (controller) => {
      const row = parts[next++]
      if (!row) return controller.close()
      const bytes = await readPart(folder, row)
      if (bytes) controller.enqueue(bytes)
      else controller.error(new Error(`part ${row.part} was changed while it was played back`))
    },
  })
}

/** Recordings of sessions, played back to those who may. */
export const recordingsRoom = new Hono<RoomEnv>().get(
  '/sessions/:sessionId/recording',
  allow('recording.view', theSession, { look: () => ({ event: 'recording.viewed', each: true }) }),
  async (c) => {
    const { house, actor, target } = c.var
    const parts = await verifiedParts(house, actor, target)
    const startedAt = new Date((await startOf(house.db, target.row.id)) ?? target.row.openedAt).toISOString()
    // The door writes down what the maker's people look at, and why.
    if (selfOf(actor).customerId !== null)
      await note(house, [
        entry({ by: byPerson(actor), event: 'recording.played', fields: { startedAt }, about: target.about }),
      ])
    c.header('Content-Type', 'application/x-asciicast')
    c.header('Content-Disposition', `attachment; filename="${target.row.id}.cast"`)
    c.header('Content-Length', String(parts.reduce((sum, { bytes }) => sum + bytes, 0)))
    return c.body(partsStream(folderOf(house.settings.dataDir, target.row.id), parts))
  },
)
