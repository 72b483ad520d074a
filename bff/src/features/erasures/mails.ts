import type { House } from '../../kernel/house.ts'
import type { Mail } from '../../kernel/outbox/queue.ts'

/** To those who could confirm it. It does not say whose data: mails are kept by others. */
export const mailOfAsked = (house: House, to: string, customerId: string | null): Mail => ({
  to,
  subject: 'Somebody asks to erase the personal data of a person',
  text: [
    'Good day,',
    '',
    'another administrator asks to erase what Gatehouse knows of a person of your company. It needs your confirmation, and',
    'it cannot be undone once it is done. Whom it is about, and why, is said here:',
    `${house.origin}${customerId === null ? '/erasures' : `/erasures/${customerId}`}`,
    '',
    'If you do not agree, stop it there.',
    '',
  ].join('\n'),
})

/** To those of the maker's who could confirm it, where nobody of the customer's could. */
export const mailToStandIn = (
  house: House,
  to: string,
  { customerId, customerName }: { customerId: string | null; customerName: string },
): Mail => ({
  to,
  subject: `${customerName} asks to erase the personal data of a person, and needs you to confirm it`,
  text: [
    'Good day,',
    '',
    `an administrator of ${customerName} asks to erase what Gatehouse knows of a person of that company. No other administrator`,
    'there can confirm it: there is none who has been one for a day and is independent of whoever asks. So one of you has to.',
    'Ask back by a way that you know that it is wanted. Whom it is about, and why, is said here:',
    `${house.origin}/erasures/${customerId}`,
    '',
    'If you do not agree, stop it there.',
    '',
  ].join('\n'),
})
