import type { Signal } from '../../kernel/bus.ts'

/** Tells open pages that the people of a customer, or the maker's for `null`, are to be looked at again. */
export const peopleHint = ({ customerId }: { customerId: string | null }): Signal => ({
  kind: 'hint',
  hint: { about: 'people' },
  ...(customerId !== null && { customerId }),
})
