import { activities } from '@gatehouse/shared/activities'
import { canonical } from '@gatehouse/shared/audit/canonical'
import type { House } from '../../kernel/house.ts'
import { hashOf } from '../../kernel/ids.ts'
import type { ConsentRow, KnownRequest, RequestRow } from './store.ts'

/** Names that stand beside a request when it is shown. */
export interface ShownNames {
  device: { name: string; serial: string; model: string; site: string; zone: string }
  customer: string
  /** The technician's company. */
  company: string
}

/** Everything that was asked. */
type Question = Pick<
  RequestRow,
  'id' | 'technicianName' | 'activities' | 'reason' | 'caseNumber' | 'wantedStart' | 'minutes' | 'answerBefore'
>

/**
 * SHA-256, hex, of exactly what is asked and by whom. It is made anew from what would be shown now, wherever it is
 * compared: whatever was edited meanwhile, in the request or around it, makes another hash.
 */
export const hashOfQuestion = (r: Question, names: ShownNames): string =>
  hashOf(
    canonical({
      request: r.id,
      technician: r.technicianName,
      company: names.company,
      customer: names.customer,
      device: names.device,
      activities: r.activities.map((name) => `${name}: ${activities[name].says}`),
      reason: r.reason,
      caseNumber: r.caseNumber,
      wantedStart: r.wantedStart,
      minutes: r.minutes,
      answerBefore: r.answerBefore,
    }),
  )

/** The company of somebody who belongs to this customer, or to the maker. */
export const companyOf = (house: House, customerName: string | null): string => customerName ?? house.settings.maker

/** The hash of the question as it would be asked at this moment. */
export const questionOf = (house: House, known: KnownRequest): string => {
  const { name, serial, model, site, zone } = known.device
  return hashOfQuestion(known.row, {
    device: { name, serial, model, site, zone },
    customer: known.customerName,
    company: companyOf(house, known.technicianCustomer),
  })
}

/** What those have given, oldest first, whose yes still counts: they were asked the very question that is asked now. */
export const consentsThatCount = (question: string, known: Pick<KnownRequest, 'consents'>): ConsentRow[] =>
  known.consents.filter((one) => one.question === question)

/**
 * SHA-256, hex, of exactly what an approver is shown before he answers: the question, how many different people have to
 * approve it, and what others have given so far.
 */
export const hashOfShown = (question: string, needed: number, given: readonly ConsentRow[]): string =>
  hashOf(
    canonical({
      question,
      needed,
      given: given.map(({ personId, personName, at, activities: names, minutes, notBefore, useBefore, comment }) => ({
        by: personId,
        name: personName,
        at,
        activities: names,
        minutes,
        notBefore,
        useBefore,
        comment,
      })),
    }),
  )
