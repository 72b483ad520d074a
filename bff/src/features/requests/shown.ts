import { activities } from '@gatehouse/shared/activities'
import { canonical } from '@gatehouse/shared/audit/canonical'
import type { House } from '../../kernel/house.ts'
import { hashOf } from '../../kernel/ids.ts'
import type { KnownRequest, RequestRow } from './store.ts'

/** Names that stand beside a request when it is shown. */
export interface ShownNames {
  device: { name: string; serial: string; model: string; site: string; zone: string }
  customer: string
  /** The technician's company. */
  company: string
}

/** Everything an approver reads before he answers, and nothing else. */
type Shown = Pick<
  RequestRow,
  'id' | 'technicianName' | 'activities' | 'reason' | 'caseNumber' | 'wantedStart' | 'minutes' | 'answerBefore'
>

/**
 * SHA-256, hex, of exactly what the approver is shown. It is made anew from what would be shown now, wherever it is
 * compared: whatever was edited meanwhile, in the request or around it, makes another hash.
 */
export const hashOfShown = (r: Shown, names: ShownNames): string =>
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

/** The hash of what an approver would be shown at this moment. */
export const hashOfKnown = (house: House, known: KnownRequest): string => {
  const { name, serial, model, site, zone } = known.device
  return hashOfShown(known.row, {
    device: { name, serial, model, site, zone },
    customer: known.customerName,
    company: companyOf(house, known.technicianCustomer),
  })
}
