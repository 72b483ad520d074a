import type { Signal } from '../../kernel/bus.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import type { House } from '../../kernel/house.ts'
import { type Mail, queueMail } from '../../kernel/outbox/queue.ts'
import { peopleGranted } from '../people/door.ts'

/** Open pages of the maker look again; the hint itself says nothing. */
export const reportsHint: Signal = { kind: 'hint', hint: { about: 'reports' } }

/** Mails those who answer: the security contact, and where none is set everybody who may answer. */
export const alert = async (house: House, tx: Tx, mail: (to: string) => Mail): Promise<void> => {
  const { securityContact } = house.settings
  const readers = securityContact
    ? [securityContact]
    : (await peopleGranted(tx, null, 'intake.answer', { kind: 'maker' })).map(({ email }) => email)
  for (const to of readers) await queueMail(tx, mail(to), house.clock.now())
}
