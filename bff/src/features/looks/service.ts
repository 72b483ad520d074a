import { type Actor, byPerson, selfOf } from '../../kernel/actor.ts'
import type { About } from '../../kernel/audit/append.ts'
import { change } from '../../kernel/change.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { newId } from '../../kernel/ids.ts'
import { keepPurpose } from './store.ts'

/** What is looked at, with the names of the moment. */
export interface Looked {
  customerId: string
  deviceId: string | null
  about: About
}

/** Keeps what somebody of the maker says he looks at something for: it explains his looks for some hours. */
export const statePurpose = (house: House, actor: Actor, at: Looked, purpose: string): Promise<void> => {
  // A customer's own people look at what is theirs.
  if (selfOf(actor).customerId !== null) throw new Refused('not_granted')
  return change(house, byPerson(actor), 'purpose.stated', async (tx) => {
    const { customerId, deviceId, about } = at
    const row = { id: newId(), signInId: actor.signInId, customerId, deviceId, purpose, statedAt: house.clock.now() }
    await keepPurpose(tx, row)
    const what = about.deviceName ?? about.customerName ?? ''
    return { result: undefined, fields: { what, purpose: `“${purpose}”` }, about }
  })
}
