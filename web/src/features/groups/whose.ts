import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { holds, useMe } from '../../kernel/me.ts'
import { customerQuery } from '../customers/queries.ts'

/** Whose groups a page is about. */
export interface Whose {
  /** `null` for the maker's. */
  customerId: string | null
  /** What the address says of it: nothing where it is one's own. */
  inAddress: string | undefined
  /** The customer's name, as soon as it is known; `undefined` for the maker's. */
  name: string | undefined
  /** Whether making groups here makes sense; whether one may is the server's to say. */
  makes: boolean
}

/** One's own customer's groups; for the maker's people those of the customer in the address, or their own. */
export const useWhose = (): Whose => {
  const me = useMe()
  const [query] = useSearchParams()
  const asked = me.customer ? null : query.get('customer')
  const customerId = me.customer?.id ?? asked
  const customer = useQuery({ ...customerQuery(asked ?? ''), enabled: asked !== null }).data
  return {
    customerId,
    inAddress: asked ?? undefined,
    name: me.customer?.name ?? customer?.name,
    makes: holds(me, customerId === null ? 'staff.edit' : 'person.edit'),
  }
}
