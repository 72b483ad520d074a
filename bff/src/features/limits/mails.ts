import type { House } from '../../kernel/house.ts'
import { moment } from '../../kernel/outbox/moment.ts'
import type { Mail } from '../../kernel/outbox/queue.ts'
import { effects, type LimitKind, type Reached } from './rules.ts'

const letter = (to: string, subject: string, lines: readonly string[]): Mail => ({
  to,
  subject,
  text: `${lines.join('\n')}\n`,
})

const todo: Record<LimitKind, readonly string[]> = {
  log: [
    'Look at the log of the server and at its database: something keeps the events from being put in their order, such as',
    'a transaction that stays open, a database without room, or a log that was altered.',
  ],
  disk_full: [
    'Make room on the disk of the data folder, or of the database: recordings and old backups are the largest.',
  ],
  disk_filling: ['Make room on the disk of the data folder, or of the database, before it stops what is new.'],
  copy: ['Look whether the folder of the copy can be written to.'],
}

/** To the maker's administrators, when something has reached its limit. */
export const mailOfLimit = (house: House, to: string, one: Reached): Mail =>
  letter(to, `Gatehouse: ${one.says}`, [
    'Good day,',
    '',
    `${one.says.slice(0, 1).toUpperCase()}${one.says.slice(1)}, since ${moment(one.since, null)}.`,
    `${effects[one.kind]}.`,
    '',
    ...todo[one.kind],
    '',
    'It is told at the top of every page, and you get a mail when it is over:',
    `${house.origin}/`,
  ])

/** To the same, when it is over. */
export const mailOfEnd = (house: House, to: string, limit: string, since: number): Mail =>
  letter(to, `Gatehouse: no longer so: ${limit}`, [
    'Good day,',
    '',
    `since ${moment(since, null)} it was so that ${limit}. That is over, and everything works again.`,
    '',
    `${house.origin}/`,
  ])
