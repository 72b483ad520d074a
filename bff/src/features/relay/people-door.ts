import type { Refusal } from '@gatehouse/shared/refusals'
import { largestInput } from '@gatehouse/shared/sessions/terminal-frames'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { entry } from '../../kernel/audit/append.ts'
import { note } from '../../kernel/change.ts'
import { Refused } from '../../kernel/errors.ts'
import { behindWall, type House } from '../../kernel/house.ts'
import { readToken } from '../../kernel/http/cookies.ts'
import { places } from '../../kernel/http/places.ts'
import { type UpgradeRequest, upgrade } from '../../kernel/http/upgrades.ts'
import { type Direction, hasChannel, type KnownSession, mayStream, sessionById, useTicket } from '../sessions/door.ts'
import { relayOf } from './relay.ts'

interface Admitted {
  actor: Actor
  known: KnownSession
  direction: Direction
}

const channels = places()

const ticketIn = (protocols: readonly string[]): string =>
  protocols.find((one) => one.startsWith('ticket.'))?.slice('ticket.'.length) ?? ''

/** Uses the ticket up and asks everything once more; throws the reason why not. */
const enterWith = async (house: House, walled: House, actor: Actor, asked: UpgradeRequest): Promise<Admitted> => {
  const { sessionId = '', channel = '' } = asked.params
  if (!channels.free(actor.id)) throw new Refused('too_many_open')
  const known = await sessionById(walled.db, sessionId)
  if (!known || !hasChannel(known.row, channel)) throw new Refused('ticket_unusable')
  const by = { sessionId, channel, personId: actor.id, signInId: actor.signInId }
  const direction = await useTicket(walled.db, ticketIn(asked.protocols), by, house.clock.now())
  if (!direction) throw new Refused('ticket_unusable')
  await mayStream(walled, actor, known, direction)
  // A session that is not opening lives with the instance that relays it, or not at all: nothing resumes by itself.
  if (known.row.state !== 'opening' && !relayOf(house).has(sessionId)) throw new Refused('wrong_state')
  return { actor, known, direction }
}

const refused = async (house: House, actor: Actor, asked: UpgradeRequest, because: Refusal): Promise<void> => {
  // The id in the address is believed only where it is that of a session.
  const about = (await sessionById(house.db, asked.params.sessionId ?? ''))?.about
  await note(house, [
    entry({ by: byPerson(actor), event: 'stream.refused', fields: { because }, about, outcome: 'refused' }),
  ])
}

/** The streams of people: to write and to watch, by single-use ticket beside the cookie it was given to. */
export const peopleStreams = upgrade<Admitted>({
  path: '/api/streams/:sessionId/:channel',
  maxPayload: largestInput + 1,
  face: 'people',
  guard: 'a single-use ticket of this sign-in for this session, channel and direction',
  admit: async (house, asked) => {
    const actor = await house.access.actor(readToken(asked.request.headers.cookie), asked.from)
    if (!actor) throw new Refused('not_signed_in')
    if (actor.renewalDue) throw new Refused('renewal_needed')
    const walled = behindWall(house, await house.access.reach(actor))
    try {
      if (actor.viewing) throw new Refused('view_only')
      return await enterWith(house, walled, actor, asked)
    } catch (error) {
      if (error instanceof Refused) await refused(walled, actor, asked, error.code)
      throw error
    }
  },
  serve: (house, socket, { actor, known, direction }) => {
    socket.on('error', () => socket.terminate())
    // Several that were admitted at once may want the last place.
    const leave = channels.take(actor.id)
    if (!leave) return socket.close(1013, 'too many are open')
    socket.on('close', leave)
    const relay = relayOf(house)
    if (direction === 'write') relay.serveWriter(socket, known, actor)
    else void relay.serveWatcher(socket, known, actor)
  },
})
