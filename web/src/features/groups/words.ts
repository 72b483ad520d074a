import { type Activity, activities } from '@gatehouse/shared/activities'
import type { Scope } from '@gatehouse/shared/decide'
import type { Named } from '@gatehouse/shared/views/basics'
import { counted } from '../../kernel/format.ts'
import type { Card } from './draft.ts'
import { chosenIn } from './draft.ts'

/** Names, and how many more there are than named. */
export const andMore = (sample: readonly Named[], count: number): string => {
  const names = sample.map(({ name }) => name).join(', ')
  return count > sample.length ? `${names} and ${count - sample.length} more` : names
}

/** The ways to say which devices are meant. */
export const scopeKindSays: Record<Scope['kind'], string> = {
  all: 'All devices',
  customers: 'Customers',
  sites: 'Sites',
  models: 'Models',
  tags: 'Tags',
  devices: 'Single devices',
}

/** Whether what comes later is meant as well. */
export const laterSays = (kind: Scope['kind'], ofCustomer: boolean): string => {
  switch (kind) {
    case 'all':
      return ofCustomer
        ? 'Every device of the customer, now and later.'
        : 'Every device of every customer, now and later.'
    case 'customers':
      return 'All of their devices, now and later.'
    case 'sites':
      return 'Whatever stands there, now and later.'
    case 'models':
      return 'Whatever is of them, now and later.'
    case 'tags':
      return 'Whatever has at least one of them, now and later. Whoever may edit a device can give and take tags.'
    case 'devices':
      return 'These, and no others.'
  }
}

/** Where a card holds, in words. */
export const cardSays = (card: Card, ofCustomer: boolean): string => {
  if (card.kind === 'all') return ofCustomer ? 'All devices of the customer' : 'All devices of all customers'
  const names = chosenIn(card).map(({ name }) => name)
  return `${scopeKindSays[card.kind]}: ${names.join(', ') || 'none yet'}`
}

/** On how much an activity is gained or lost. */
export const amountSays = (name: Activity, count: number, ofCustomer: boolean): string => {
  if (count === 0) return '–'
  switch (activities[name].on) {
    case 'device':
      return counted(count, 'device')
    case 'customer':
      return ofCustomer ? 'the whole customer' : counted(count, 'customer')
    case 'maker':
      return 'the maker'
  }
}
