import type { Actor } from '../../kernel/actor.ts'
import type { House } from '../../kernel/house.ts'
import { moment } from '../../kernel/outbox/moment.ts'
import type { Mail } from '../../kernel/outbox/queue.ts'

/** To the owner, when his ways to sign in were changed. */
export const mailOfFactor = (
  house: House,
  them: Actor & { zone: string | null },
  what: 'added' | 'removed',
  factor: string,
): Mail => ({
  to: them.email,
  subject: what === 'added' ? 'A way to sign in was added' : 'A way to sign in was removed',
  text: [
    `Good day ${them.name},`,
    '',
    `on ${moment(house.clock.now(), them.zone)}, from ${them.from}, ${factor} was ${what} as a way to sign in to Gatehouse.`,
    '',
    'If that was not you, choose another password and tell your administrator at once:',
    `${house.origin}/profile`,
    '',
  ].join('\n'),
})
