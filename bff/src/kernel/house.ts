import type { Facts, Target } from '@gatehouse/shared/decide'
import type { Limit } from '@gatehouse/shared/limits'
import type { Settings } from '../env.ts'
import type { Actor } from './actor.ts'
import type { Bus } from './bus.ts'
import type { Clock } from './clock.ts'
import type { Db, Tx } from './database/connect.ts'
import type { ServerKeys } from './keys.ts'
import type { Log } from './log.ts'

/** What every room is handed: the means, and the questions the kernel asks of rooms it does not know. */
export interface House {
  settings: Settings
  /** Origin of the application, as browsers see it. */
  origin: string
  /** Behind a guard: the customers of whoever asks (`wallFor`). Elsewhere the whole house. */
  db: Db
  /** The same database with the rows of these customers alone; every other row is not there. */
  dbOf(customers: readonly string[]): Db
  /** Folders whose disks must not run full: the data folder's, and the database's where it is ours. */
  folders: readonly string[]
  clock: Clock
  bus: Bus
  log: Log
  keys: ServerKeys
  access: Access
}

/** Answered by the rooms `sign-in`, `policies`, `requests` and `limits`; put together in app.ts. */
export interface Access {
  /** The person behind a cookie's token, or `null` where nobody is signed in with it any longer. */
  actor(token: string | undefined, from: string): Promise<Actor | null>
  /** The person of a sign-in as long as it lives, whatever has become of its token. */
  actorUnder(signInId: string, from: string): Promise<Actor | null>
  /** The customers whose rows his grants can reach; `null` where those may be anybody's. */
  reach(actor: Actor): Promise<readonly string[] | null>
  /** Why nothing new may be begun at this customer now, or at the maker for `null`. */
  limit(customerId: string | null): Limit | undefined
  /** What bears on a decision about this target. */
  facts(db: Tx, actor: Actor, target: Target): Promise<Facts>
}

/** Work that is done again and again; run by main.ts and by tests, never by a timer of a room's own. */
export interface Job {
  name: string
  everySeconds: number
  run(house: House): Promise<void>
}

/** The house as somebody finds it whose grants reach these customers' rows; all of it where `reach` is `null`. */
export const behindWall = (house: House, reach: readonly string[] | null): House =>
  reach ? { ...house, db: house.dbOf(reach) } : house
