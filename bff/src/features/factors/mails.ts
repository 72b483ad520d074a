import type { Actor } from '../../kernel/actor.ts'
import type { House } from '../../kernel/house.ts'
import type { Mail } from '../../kernel/outbox/queue.ts'

const moment = (at: number): string =>
  `${new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' }).format(at)} UTC`

/** To the owner, when his ways to sign in were changed. */
export const mailOfFactor = (house: House, them: Actor, what: 'added' | 'removed', factor: string): Mail => ({
  to: them.email,
  subject: what === 'added' ? 'A way to sign in was added' : 'A way to sign in was removed',
  text: [
    `Good day ${them.name},`,
    '',
    `on ${moment(house.clock.now())}, from ${them.from}, ${factor} was ${what} as a way to sign in to Gatehouse.`,
    '',
    'If that was not you, choose another password and tell your administrator at once:',
    `${house.origin}/profile`,
    '',
  ].join('\n'),
})
