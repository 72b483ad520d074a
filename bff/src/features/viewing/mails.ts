import type { House } from '../../kernel/house.ts'
import { moment } from '../../kernel/outbox/moment.ts'
import type { Mail } from '../../kernel/outbox/queue.ts'

/** To the person as whom somebody of the maker begins to look at Gatehouse. */
export const mailOfViewing = (
  house: House,
  them: { name: string; email: string; zone: string | null },
  by: { name: string; company: string },
  { reason, caseNumber, until }: { reason: string; caseNumber: string; until: number },
): Mail => ({
  to: them.email,
  subject: `${by.name} looks at Gatehouse as you see it`,
  text: `${[
    `Good day ${them.name},`,
    '',
    `${by.name} (${by.company}) looks at Gatehouse as you see it, until ${moment(until, them.zone)} at the latest.`,
    '',
    `Reason: ${reason}`,
    `Case: ${caseNumber || 'none'}`,
    '',
    'Nothing can be changed, decided or opened that way, and your password and second factor cannot be seen.',
    `It stands in the audit log of ${house.origin}. If you do not know what this is about, ask your administrator.`,
    '',
  ].join('\n')}`,
})
