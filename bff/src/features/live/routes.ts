import { barred, granted } from '@gatehouse/shared/decide'
import type { LiveHint } from '@gatehouse/shared/views/live'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { type Actor, selfOf } from '../../kernel/actor.ts'
import type { Signal } from '../../kernel/bus.ts'
import { Refused } from '../../kernel/errors.ts'
import { self } from '../../kernel/http/allow.ts'
import { places } from '../../kernel/http/places.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'

/** Hints waiting for one tab, at most; beyond it the stream ends, and the tab looks at everything anew when it is back. */
const mostWaiting = 200

const mayHear = (actor: Actor, signal: Extract<Signal, { kind: 'hint' }>): boolean => {
  if (signal.hint.about === 'limits') return true
  if (signal.personId) return signal.personId === actor.id
  if (signal.device) return granted(actor, 'device.view', signal.device)
  if (signal.customerId) return granted(actor, 'customer.view', { kind: 'customer', customerId: signal.customerId })
  return actor.customerId === null
}

const tabs = places()

/** One stream of hints per tab; it carries no data and never counts as something a person did. */
export const liveRoom = new Hono<RoomEnv>().get(
  '/live',
  self('hints about what one may see', { whileViewing: 'seen' }),
  (c) => {
    const { house, from } = c.var
    // Nobody reads the stream of a question about its headers, and nobody would end it.
    if (c.req.method === 'HEAD') return c.body(null, 200, { 'Content-Type': 'text/event-stream' })
    let actor: Actor | null = c.var.actor
    const { signInId } = actor
    const leave = tabs.take(selfOf(actor).id)
    if (!leave) throw new Refused('too_many_open')
    return streamSSE(c, async (stream) => {
      const waiting = new Map<string, LiveHint>()
      let wake = () => {}
      // What was said between the door and here was said to nobody.
      let lookAgain = true
      let lost = false
      const push = (hint: LiveHint) => {
        if (waiting.size < mostWaiting) waiting.set(JSON.stringify(hint), hint)
        else lost = true
        wake()
      }
      const unsubscribe = house.bus.subscribe((signal) => {
        if (signal.kind === 'hint' && actor && mayHear(actor, signal)) push(signal.hint)
        if (signal.kind === 'person' && actor && [actor.id, selfOf(actor).id].includes(signal.personId)) {
          lookAgain = true
          wake()
        }
      })
      const heartbeat = setInterval(() => {
        // clock: keeps the connection warm, decides nothing
        lookAgain = true
        wake()
      }, 15_000)
      stream.onAbort(() => wake())
      try {
        await stream.writeSSE({ event: 'open', data: '' })
        while (!stream.aborted && actor && !lost) {
          if (waiting.size === 0 && !lookAgain)
            await new Promise<void>((resolve) => {
              wake = resolve
            })
          if (lookAgain) {
            lookAgain = false
            const still = await house.access.actorUnder(signInId, from)
            const as = actor.id
            actor = still && !barred(still) ? still : null
            // It is somebody else now who looks: the page has to be loaded as him.
            if (actor && actor.id !== as) push({ about: 'rights' })
            await stream.writeSSE(
              actor
                ? { event: 'still', data: '' }
                : { data: JSON.stringify({ about: 'signed_out' } satisfies LiveHint) },
            )
          }
          const batch = [...waiting.values()]
          waiting.clear()
          for (const hint of batch) await stream.writeSSE({ data: JSON.stringify(hint) })
        }
      } finally {
        clearInterval(heartbeat)
        unsubscribe()
        leave()
      }
    })
  },
)
