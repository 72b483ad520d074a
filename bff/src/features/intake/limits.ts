import type { Actor, By } from '../../kernel/actor.ts'
import { byPerson } from '../../kernel/actor.ts'
import { entry } from '../../kernel/audit/append.ts'
import { note } from '../../kernel/change.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { sourceOf } from '../../kernel/http/from.ts'
import { firstTooMany, type Tried, tooMany } from './rules.ts'
import { countTry } from './store.ts'

const words: Record<Tried, string> = {
  report: 'report a security matter',
  lookup: 'look up a security report',
}

/** Whoever asks at a door that is open to everybody, in the words of the log. */
export const byWhoever = (actor: Actor | null, from: string): By =>
  actor ? byPerson(actor) : { kind: 'person', id: null, name: 'Somebody', company: '', from }

/** Holds a source to its limits; the first try too many is written down. */
export const holdToLimits = async (house: House, what: Tried, by: By, from: string): Promise<void> => {
  const counted = await countTry(house.db, what, sourceOf(from), house.clock.now())
  if (!tooMany(what, counted)) return
  const refused = new Refused('too_many_tries')
  const fields = { activity: words[what], because: refused.code }
  if (firstTooMany(what, counted))
    await note(house, [entry({ by, event: 'access.refused', fields, outcome: 'refused' })])
  throw refused
}
