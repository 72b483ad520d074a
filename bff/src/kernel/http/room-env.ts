import type { HttpBindings } from '@hono/node-server'
import type { Actor } from '../actor.ts'
import type { House } from '../house.ts'

/** What a handler finds in its context. `actor` is there behind every guard but `open`. */
export interface RoomEnv {
  Bindings: HttpBindings
  Variables: {
    house: House
    actor: Actor
    /** As whom `actor` looks, at a door where he stands as himself meanwhile. */
    as: Actor | undefined
    /** Address of the socket's other end; headers that claim another are read from trusted proxies only. */
    from: string
    correlationId: string
    /** Token of the session cookie, where one was sent. */
    token: string | undefined
  }
}
