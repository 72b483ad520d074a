import type { House } from '../../kernel/house.ts'
import { moment } from '../../kernel/outbox/moment.ts'
import type { Mail } from '../../kernel/outbox/queue.ts'
import { sealed } from '../../kernel/outbox/seal.ts'

interface Reader {
  name: string
  email: string
  /** In which he reads times, where he has chosen one. */
  zone: string | null
}

/** The address stands alone on its line; the token behind `#` reaches no server's log, and not even our tables. */
const link = (house: House, path: string, token: string): string =>
  `${house.origin}${path}#${sealed(house.keys, token)}`

const letter = (to: string, subject: string, lines: readonly string[]): Mail => ({
  to,
  subject,
  text: `${lines.join('\n')}\n`,
})

/** To somebody who is to have an account, and has chosen nothing yet. */
export const mailOfInvitation = (
  house: House,
  them: { name: string; email: string },
  by: { name: string; company: string },
  token: string,
  until: number,
): Mail =>
  letter(them.email, `${by.name} invites you to Gatehouse`, [
    `Good day ${them.name},`,
    '',
    `${by.name} (${by.company}) has made a Gatehouse account for you. To use it, choose a password here:`,
    link(house, '/invitation', token),
    '',
    `Opening the page does nothing yet. The link works once, until ${moment(until, null)}.`,
    'If you do not know what this is about, do nothing: nobody can use the account.',
  ])

/** To somebody who is to choose another password; `by` where an administrator started it. */
export const mailOfReset = (
  house: House,
  them: Reader,
  by: { name: string; company: string } | undefined,
  token: string,
  until: number,
): Mail =>
  letter(them.email, 'Choose another password', [
    `Good day ${them.name},`,
    '',
    by
      ? `${by.name} (${by.company}) has voided your Gatehouse password and signed you out. Choose another one here:`
      : 'somebody, probably you, said that you have forgotten your Gatehouse password. Choose another one here:',
    link(house, '/reset', token),
    '',
    `Opening the page does nothing yet. The link works once, until ${moment(until, them.zone)}.`,
    by
      ? 'If you do not know why, ask your administrator before you choose one.'
      : 'If it was not you, do nothing: your password stays as it is.',
  ])

/** To the owner, when a password was chosen by a link. */
export const mailOfChoice = (house: House, them: Reader, from: string): Mail =>
  letter(them.email, 'Your password was changed', [
    `Good day ${them.name},`,
    '',
    `another Gatehouse password was chosen on ${moment(house.clock.now(), them.zone)}, from ${from}, by the link that was mailed to you. Everybody who was signed in with the old one was signed out.`,
    '',
    'If that was not you, tell your administrator at once.',
  ])

/** To the new address, which has to show that somebody reads it. */
export const mailToNewAddress = (house: House, them: Reader, token: string, until: number): Mail =>
  letter(them.email, 'Is this your new address?', [
    `Good day ${them.name},`,
    '',
    'this is to become the address of your Gatehouse account. Confirm it here, signed in:',
    link(house, '/address', token),
    '',
    `Opening the page does nothing yet. The link works once, until ${moment(until, them.zone)}.`,
    'If you do not know what this is about, do nothing.',
  ])

/** To the old address: when a change was asked for, and when it was made. */
export const mailToOldAddress = (house: House, them: Reader, what: 'asked' | 'changed', from: string): Mail =>
  letter(them.email, what === 'asked' ? 'Your address is to be changed' : 'Your address was changed', [
    `Good day ${them.name},`,
    '',
    what === 'asked'
      ? `on ${moment(house.clock.now(), them.zone)}, from ${from}, somebody who knows your password asked for another e-mail address of your Gatehouse account. It changes when the new address is confirmed.`
      : `on ${moment(house.clock.now(), them.zone)}, from ${from}, the e-mail address of your Gatehouse account was changed. Mails go to the new one from now on.`,
    '',
    'If that was not you, tell your administrator at once.',
  ])
