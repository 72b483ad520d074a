import type { WebSocket } from 'ws'
import type { By } from '../../kernel/actor.ts'
import { entry } from '../../kernel/audit/append.ts'
import { note } from '../../kernel/change.ts'
import type { House } from '../../kernel/house.ts'
import { noteLater } from '../people/door.ts'
import { byDevice } from './by.ts'
import type { Held } from './held.ts'

/** Frames that were not allowed, after which their sender is cut off. */
const mostDropped = 20

/** Counts a frame that was not let through; the first of each stream is written down. True where its sender is cut off. */
export const countDropped = (house: House, held: Held, what: string, socket: WebSocket): boolean => {
  const before = held.dropped.get(socket) ?? 0
  held.dropped.set(socket, before + 1)
  if (before === 0) {
    const { known } = held
    const person = held.people.get(socket)
    const said = (by: By) =>
      entry({ by, event: 'session.frame_dropped', fields: { what }, about: known.about, outcome: 'refused' })
    const noted = person ? noteLater(house, person, said) : note(house, [said(byDevice(known))])
    noted.catch((err: unknown) => house.log.error({ err }, 'a dropped frame could not be noted'))
  }
  return before + 1 >= mostDropped
}
