import type { NetworksPreview } from '@gatehouse/shared/views/networks'
import type { Actor } from '../../kernel/actor.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { inOrder, letsIn, type Network, shownAddress } from './rules.ts'
import { lastPlacesOf, signedInOf } from './store.ts'

/** So many people are named; the others are counted. */
const mostNamed = 20

/** True where a list signs whoever saves it out: it holds for him, and he is outside of it. */
export const locksOut = (
  actor: Pick<Actor, 'customerId' | 'from'>,
  customerId: string | null,
  networks: readonly Network[],
): boolean =>
  actor.customerId === customerId &&
  !letsIn(
    networks.map(({ cidr }) => cidr),
    actor.from,
  )

/** What would come of a list, were it saved now: who is put out, and who came from outside the last time. */
export const previewOf = async (
  db: Tx,
  actor: Actor,
  customerId: string | null,
  networks: readonly Network[],
): Promise<NetworksPreview> => {
  const [signedIn, lastPlaces] = await Promise.all([signedInOf(db, customerId), lastPlacesOf(db, customerId)])
  const cidrs = networks.map(({ cidr }) => cidr)
  const putOut = new Map<string, { id: string; name: string; from: string[] }>()
  for (const { personId: id, name, from } of signedIn) {
    if (letsIn(cidrs, from)) continue
    const one = putOut.get(id) ?? { id, name, from: [] }
    const address = shownAddress(from)
    if (!one.from.includes(address)) one.from.push(address)
    putOut.set(id, one)
  }
  const here = new Set(signedIn.map(({ personId }) => personId))
  const outside = lastPlaces.filter(({ id, from }) => !here.has(id) && !letsIn(cidrs, from))
  return {
    networks: inOrder(networks),
    yourAddress: shownAddress(actor.from),
    locksYouOut: locksOut(actor, customerId, networks),
    putOut: { people: putOut.size, some: [...putOut.values()].slice(0, mostNamed) },
    outside: { people: outside.length, some: outside.slice(0, mostNamed) },
  }
}
