import type { Facts, Target } from '@gatehouse/shared/decide'
import type { Settings } from '../env.ts'
import type { Actor } from './actor.ts'
import type { Bus } from './bus.ts'
import type { Clock } from './clock.ts'
import type { Db } from './database/connect.ts'
import type { ServerKeys } from './keys.ts'
import type { Log } from './log.ts'

/** What every room is handed: the means, and the two questions the kernel asks of rooms it does not know. */
export interface House {
  settings: Settings
  /** Origin of the application, as browsers see it. */
  origin: string
  db: Db
  clock: Clock
  bus: Bus
  log: Log
  keys: ServerKeys
  access: Access
}

/** Answered by the rooms `sign-in`, `policies` and `requests`; put together in app.ts. */
export interface Access {
  /** The person behind a cookie's token, or `null` where nobody is signed in with it any longer. */
  actor(token: string | undefined, from: string): Promise<Actor | null>
  /** The person of a sign-in as long as it lives, whatever has become of its token. */
  actorUnder(signInId: string, from: string): Promise<Actor | null>
  /** What bears on a decision about this target. */
  facts(actor: Actor, target: Target): Promise<Facts>
}

/** Work that is done again and again; run by main.ts and by tests, never by a timer of a room's own. */
export interface Job {
  name: string
  everySeconds: number
  run(house: House): Promise<void>
}
