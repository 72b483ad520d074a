import type { Activity } from '@gatehouse/shared/activities'
import type { LookEvent } from '@gatehouse/shared/audit-events'
import type { Facts, Target } from '@gatehouse/shared/decide'
import type { Limit } from '@gatehouse/shared/limits'
import type { Settings } from '../env.ts'
import type { Actor } from './actor.ts'
import type { About } from './audit/append.ts'
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

/** A read of something, as whoever writes looks down needs to know it. */
export interface LookAt {
  activity: Activity
  /** Which event it is, where the activity does not say. */
  event?: LookEvent
  target: Target['kind']
  about?: About
  /** The levels of policy that speak about the device; empty for other targets. */
  policy: Facts['policy']
  /** Tells it apart from others of its kind at the same device. */
  item?: string
  /** Every time is an event, not only the first of an hour. */
  each?: boolean
}

/** A look that may be taken. */
export interface Look {
  /** Writes it into the log; throws where it cannot be written: then nothing is shown. */
  note(): Promise<void>
}

/** Answered by the rooms `sign-in`, `policies`, `requests`, `limits` and `looks`; put together in app.ts. */
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
  /**
   * What a read is in the log of the customer it is about; `undefined` where it is none of anybody else's data. Throws where the
   * customer wants to know first what it is for.
   */
  look(actor: Actor, at: LookAt): Promise<Look | undefined>
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
