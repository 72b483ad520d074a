import type { Refusal } from '@gatehouse/shared/refusals'
import type { ErasureState } from '@gatehouse/shared/views/erasures'
import { days, hours, minutes } from '../../kernel/clock.ts'

/** How long either of the two can still stop it, ms. */
export const waits = hours(24)

/** How long it waits for a second yes, ms. */
export const lapses = days(14)

/** How long whoever confirms must have had the right before it was asked, ms. */
export const settled = hours(24)

/**
 * How long, from when the account is emptied, until everything is looked through for the last time, ms: whoever had asked
 * what the person is called before has written it by then. Requests and jobs take seconds.
 */
export const settles = minutes(5)

/** Events that commit late are looked for from so long before it began. */
export const lookBack = minutes(60)

interface Who {
  id: string
  customerId: string | null
}

interface Asked {
  state: ErasureState
  customerId: string | null
  personId: string
  askedBy: string
}

/** A company's administrators, as far as they could be asked: not whoever is to be erased. */
interface Company {
  customerId: string | null
  administrators: readonly { id: string }[]
}

/** Why `who` may not speak for the company of the person. Its own administrators do; the maker's where there are none. */
const whyNotSpeak = (who: Who, { customerId, administrators }: Company): Refusal | undefined =>
  who.customerId === customerId || (who.customerId === null && administrators.length === 0)
    ? undefined
    : 'not_of_company'

const without = ({ customerId, administrators }: Company, personId: string): Company => ({
  customerId,
  administrators: administrators.filter(({ id }) => id !== personId),
})

/** Why `who` may not ask for it. */
export const whyNotAsk = (who: Who, personId: string, company: Company): Refusal | undefined =>
  who.id === personId ? 'own_account' : whyNotSpeak(who, without(company, personId))

/**
 * Why `who` may not give the second yes: it is another person than the first, and than the one it is about. Of the
 * company's administrators `company` names those who could give it.
 */
export const whyNotConfirm = (who: Who, asked: Asked, company: Company): Refusal | undefined => {
  if (asked.state !== 'asked') return 'wrong_state'
  if (who.id === asked.personId) return 'own_account'
  if (who.id === asked.askedBy) return 'another_must_confirm'
  return whyNotSpeak(who, company)
}

/** Why `who` may not stop it; whoever may look after the people of the company may, until it has begun. */
export const whyNotStop = (asked: Pick<Asked, 'state'>): Refusal | undefined =>
  asked.state === 'asked' || asked.state === 'confirmed' ? undefined : 'wrong_state'
