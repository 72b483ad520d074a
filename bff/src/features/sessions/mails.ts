import type { House } from '../../kernel/house.ts'
import type { Mail } from '../../kernel/outbox/queue.ts'
import type { KnownDevice } from '../devices/door.ts'
import type { Reader } from '../profile/door.ts'
import type { SessionRow } from './store.ts'

/** The mail to those of the customer who may watch a session that does not begin before one of them does. */
export const mailToWatcher = (house: House, to: Reader, row: SessionRow, on: KnownDevice): Mail => ({
  to: to.email,
  subject: `${row.technicianName} waits for somebody to watch: ${on.name}`,
  text: [
    `${row.technicianName} has opened a session on ${on.name} (serial number ${on.serial}), ${on.siteName}.`,
    `Your policy lets it begin only while somebody of ${on.customerName} watches.`,
    '',
    'Watch it here, signed in:',
    `${house.origin}/sessions/${row.id}`,
    '',
  ].join('\n'),
})
