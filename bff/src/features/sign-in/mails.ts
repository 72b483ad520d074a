import type { House } from '../../kernel/house.ts'
import { moment } from '../../kernel/outbox/moment.ts'
import type { Mail } from '../../kernel/outbox/queue.ts'

interface Reader {
  name: string
  email: string
  /** In which he reads times, where he has chosen one. */
  zone: string | null
}

const letter = (to: string, subject: string, lines: readonly string[]): Mail => ({
  to,
  subject,
  text: `${lines.join('\n')}\n`,
})

/** To the owner, when his password was changed. */
export const mailOfChange = (house: House, them: Reader, from: string): Mail =>
  letter(them.email, 'Your password was changed', [
    `Good day ${them.name},`,
    '',
    `your Gatehouse password was changed on ${moment(house.clock.now(), them.zone)}, from ${from}. Everybody signed in with the old one was signed out.`,
    '',
    'If that was not you, tell your administrator at once.',
  ])

/** To the owner, before his password ends. */
export const mailOfReminder = (house: House, them: Reader, days: number, dueAt: number): Mail =>
  letter(them.email, `Your password ends in ${days === 1 ? 'one day' : `${days} days`}`, [
    `Good day ${them.name},`,
    '',
    `your Gatehouse password lasts until ${moment(dueAt, them.zone)}. After that only the page that changes it opens.`,
    '',
    'You can change it before, signed in:',
    `${house.origin}/change-password`,
  ])

/** To the owner and to the security contact, when somebody tries to get in; `to.zone` is the zone of whoever reads it. */
export const mailOfAttack = (
  house: House,
  to: { email: string; zone: string | null },
  them: { name: string; email: string },
  failures: number,
): Mail =>
  letter(to.email, `Failed tries to sign in as ${them.name}`, [
    'Good day,',
    '',
    `within an hour ${failures} tries to sign in as ${them.name} (${them.email}) have failed, the last before ${moment(house.clock.now(), to.zone)}.`,
    'Sign-ins from where the account was used before still work; from elsewhere they are held back for a while.',
    '',
    `If that was ${them.name}, nothing has to be done. Otherwise the password is to be changed, and an administrator told:`,
    `${house.origin}/change-password`,
  ])

/** To the owner, and to the security contact, when somebody who has the password guesses at the second factor. */
export const mailOfGuessing = (house: House, them: Reader, to: string): Mail =>
  letter(to, `Somebody knows the password of ${them.name}`, [
    'Good day,',
    '',
    `by ${moment(house.clock.now(), them.zone)} somebody has given the Gatehouse password of ${them.name} (${them.email}) and then several wrong one-time codes. Nobody came in, and further codes are held back for a while.`,
    '',
    'If that was you, nothing has to be done. Otherwise choose another password, and tell your administrator:',
    `${house.origin}/change-password`,
  ])

/** To the owner, when one of his recovery codes was used. */
export const mailOfRecovery = (house: House, them: Reader & { from: string }, left: number): Mail =>
  letter(them.email, 'A recovery code was used', [
    `Good day ${them.name},`,
    '',
    `on ${moment(house.clock.now(), them.zone)}, from ${them.from}, one of your recovery codes was used to sign in to Gatehouse. ${left === 0 ? 'None is' : left === 1 ? 'One is' : `${left} are`} left.`,
    'If you have lost your phone or key, remove it from your ways to sign in and set up another one:',
    `${house.origin}/profile`,
    '',
    'If that was not you, choose another password and tell your administrator at once.',
  ])
