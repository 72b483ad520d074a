import type { Persona } from '../../demo/people.ts'
import type { ControlLine } from '../device-client.ts'
import type { TestHouse, Visitor } from '../house.ts'

/** What an id is the id of. */
export type Kind =
  | 'customer'
  | 'site'
  | 'device'
  | 'model'
  | 'person'
  | 'group'
  | 'request'
  | 'session'
  | 'alarm'
  | 'action'
  | 'report'
  | 'signIn'
  | 'passkey'
  | 'fault'
  | 'export'
  | 'erasure'

/** One deed that somebody may do at a door, with things of its own so that it can be done again and again. */
export interface Deed {
  who: Persona
  /** Where it has to be another browser than the one of `who` that all deeds share. */
  by?: Visitor
  /** What stands in the path, beside the demonstration's. */
  ids?: Record<string, string>
  body?: unknown
  /** The code of the refusal, where doing it to the end would need more than a test can have. */
  refused?: string
}

/** Where deeds are prepared. */
export interface Stage {
  h: TestHouse
  /** A demo person in the browser that all deeds share. */
  as(who: Persona): Promise<Visitor>
  /** What the ids that were handed out are. */
  kinds: Map<string, Kind>
  /** The lines of the devices that had to be there. */
  lines: ControlLine[]
  close(): Promise<void>
}

/** Opens a stage in a house. */
export const stageOf = (h: TestHouse): Stage => {
  const visitors = new Map<Persona, Promise<Visitor>>()
  const kinds = new Map<string, Kind>()
  const lines: ControlLine[] = []
  return {
    h,
    kinds,
    as: (who) => {
      const known = visitors.get(who) ?? h.as(who)
      visitors.set(who, known)
      return known
    },
    lines,
    close: async () => {
      for (const line of lines) await line.close()
    },
  }
}
