import { type Actor, byPerson, bySystem } from '../../kernel/actor.ts'
import { type About, append, entry } from '../../kernel/audit/append.ts'
import { change } from '../../kernel/change.ts'
import type { Db } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { endSignIn } from '../sign-in/door.ts'
import { locksOut } from './preview.ts'
import { inOrder, letsIn, listWords, type Network } from './rules.ts'
import { holdList, type KeptNetwork, signedInOf, writeList } from './store.ts'

/** Whose list it is: a customer's, or the maker's. */
export interface Whose {
  customerId: string | null
  /** The customer's name, or the maker's. */
  name: string
  about?: About
}

interface Given {
  /** The version that was looked at. */
  version: number
  networks: readonly Network[]
  /** Said by whoever knows that this list signs him out. */
  lockMyselfOut: boolean
}

const peopleOf = (name: string): string => `the people of ${name}`

/** The networks as they are kept: what stays keeps who added it and when. */
const kept = (before: readonly KeptNetwork[], given: readonly Network[], by: string, now: number): KeptNetwork[] =>
  inOrder(
    given.map(({ cidr, note }) => {
      const { addedByName = by, addedAt = now } = before.find((one) => one.cidr === cidr) ?? {}
      return { cidr, note, addedByName, addedAt }
    }),
  )

/** Signs out whoever is outside of the list now, its saver last; whoever stays is looked at again, stream by stream. */
const putOut = async (house: House, actor: Actor, whose: Whose, cidrs: readonly string[]): Promise<void> => {
  const signedIn = await signedInOf(house.db, whose.customerId)
  const isOut = (one: (typeof signedIn)[number]) =>
    !letsIn(cidrs, one.signInId === actor.signInId ? actor.from : one.from)
  const out = signedIn.filter(isOut).sort((a, b) => Number(a.personId === actor.id) - Number(b.personId === actor.id))
  for (const { signInId, personId } of out)
    await endSignIn(house, { id: signInId, personId }, byPerson(actor), 'networks')
  for (const personId of new Set(signedIn.map((one) => one.personId))) house.bus.publish({ kind: 'person', personId })
}

/** Puts another list in the place of the present one, if that still stands at the version that was seen. It holds at once. */
export const changeNetworks = async (house: House, actor: Actor, whose: Whose, given: Given): Promise<number> => {
  const { customerId } = whose
  const version = await change(house, byPerson(actor), 'networks.changed', async (tx) => {
    const list = await holdList(tx, customerId)
    if (list.version !== given.version) throw new Refused('changed_meanwhile', { state: String(list.version) })
    if (!given.lockMyselfOut && locksOut(actor, customerId, given.networks)) throw new Refused('would_lock_out')
    const after = kept(list.networks, given.networks, actor.name, house.clock.now())
    await writeList(tx, list.id, after)
    return {
      result: list.version + 1,
      fields: { whose: peopleOf(whose.name), before: listWords(list.networks), after: listWords(after) },
      about: whose.about,
      signals: [{ kind: 'hint', hint: { about: 'networks' }, ...(customerId && { customerId }) }],
    }
  })
  await putOut(
    house,
    actor,
    whose,
    given.networks.map(({ cidr }) => cidr),
  )
  return version
}

/** The way back for the maker's people: empties their list, by whoever has the server; true where there was one. */
export const letStaffInFromEverywhere = (db: Db, maker: string, now: number): Promise<boolean> =>
  db.transaction(async (tx) => {
    const list = await holdList(tx, null)
    if (list.networks.length === 0) return false
    await writeList(tx, list.id, [])
    const fields = { whose: peopleOf(maker), before: listWords(list.networks) }
    await append(tx, now, [entry({ by: bySystem, event: 'networks.cleared', fields })])
    return true
  })
