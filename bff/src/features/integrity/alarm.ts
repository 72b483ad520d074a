import { entryNumber, type FaultSide, faultFinders } from '@gatehouse/shared/audit-faults'
import type { Named } from '@gatehouse/shared/views/basics'
import { inArray } from 'drizzle-orm'
import { days } from '../../kernel/clock.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import type { House } from '../../kernel/house.ts'
import { moment } from '../../kernel/outbox/moment.ts'
import { type Mail, queueMail } from '../../kernel/outbox/queue.ts'
import { peopleGranted } from '../people/door.ts'
import { type FaultRow, toldOf } from './store.ts'
import { auditFault } from './tables.ts'

/** Alarms about one log within a day, at most; what is found beyond it stands in the next reminder. */
const mostAlarms = 3

/** Faults that a mail lists, at most. */
const mostListed = 12

/** Who is alarmed on a side: its administrators, and whoever may explain a fault. */
export const alarmed = async (tx: Tx, side: FaultSide, tree: string): Promise<(Named & { email: string })[]> => {
  const found =
    side === 'maker'
      ? await peopleGranted(tx, null, 'staff.edit', { kind: 'maker' })
      : [
          ...(await peopleGranted(tx, tree, 'person.edit', { kind: 'customer', customerId: tree })),
          ...(await peopleGranted(tx, tree, 'audit.explain', { kind: 'customer', customerId: tree })),
        ]
  return [...new Map(found.map((one) => [one.id, one])).values()]
}

/** The sides that a log concerns. */
export const sidesOf = (tree: string): FaultSide[] => (tree === theMakerItself ? ['maker'] : ['maker', 'customer'])

/** The page of a log, in mails. */
const pageOf = (house: House, tree: string): string =>
  `${house.origin}/audit/logs/${tree === theMakerItself ? 'maker' : tree}`

const listed = (house: House, faults: readonly FaultRow[], names: ReadonlyMap<string, string>): string[] =>
  [...new Set(faults.map(({ tree }) => tree))].flatMap((tree) => {
    const own = faults.filter((one) => one.tree === tree)
    const lines = own
      .slice(0, mostListed)
      .map(
        ({ seq, says, foundBy, firstAt }) =>
          `- ${seq === null ? '' : `entry ${entryNumber(seq)}: `}${says} (found by ${faultFinders[foundBy].says}, ${moment(firstAt, null)})`,
      )
    const more = own.length - lines.length
    return [
      '',
      `The log of ${names.get(tree)}:`,
      ...lines,
      ...(more > 0 ? [`- and ${more} more, which the page lists`] : []),
      '',
      pageOf(house, tree),
    ]
  })

const whatToDo: Record<FaultSide, readonly string[]> = {
  maker: [
    'What to do: nobody changes these entries through Gatehouse. Find out who was at the database and the server at that time; keep a copy of both, and of the folder “log”, before anything is repaired. If an older copy of the database was put back, see “After a restore” in the operations manual. Write down what it was, on the page of the log: that ends the daily reminders to you, and not those to the customer.',
  ],
  customer: [
    'What to do: note down the newest checkpoint that you or your devices have, and ask the maker what happened. On the page of the log you may have all of it checked again. When you know what it was, write it down there: that ends the daily reminders to you. The entry of the fault stays for ever.',
  ],
}

const letterOf = (
  house: House,
  to: string,
  side: FaultSide,
  faults: readonly FaultRow[],
  names: ReadonlyMap<string, string>,
  reminder: boolean,
): Mail => {
  const whose = [...new Set(faults.map(({ tree }) => names.get(tree) ?? ''))]
  const logs = whose.length === 1 ? `the audit log of ${whose[0]}` : `${whose.length} audit logs`
  return {
    to,
    subject: reminder
      ? `Still unexplained: a fault in ${logs}`
      : `Alarm: ${logs} ${whose.length === 1 ? 'is' : 'are'} not as written`,
    text: `${[
      'Good day,',
      '',
      reminder
        ? `nobody on your side has explained yet what was found in ${logs}.`
        : `something in ${logs} is not as it was written. An audit log never changes by itself: a mistake at the database, or somebody who altered it.`,
      ...listed(house, faults, names),
      '',
      ...whatToDo[side],
    ].join('\n')}\n`,
  }
}

/** Mails these faults to whom they concern: the maker's administrators all of them in one mail, a customer's own to its. */
export const mailAbout = async (
  house: House,
  tx: Tx,
  faults: readonly FaultRow[],
  names: ReadonlyMap<string, string>,
  { side, reminder }: { side: FaultSide; reminder: boolean },
): Promise<void> => {
  const now = house.clock.now()
  const trees = [...new Set(faults.map(({ tree }) => tree))]
  const groups = side === 'maker' ? [faults] : trees.map((tree) => faults.filter((one) => one.tree === tree))
  for (const group of groups) {
    const tree = group[0]?.tree
    if (tree === undefined || !sidesOf(tree).includes(side)) continue
    for (const { email } of await alarmed(tx, side, tree))
      await queueMail(tx, letterOf(house, email, side, group, names, reminder), now)
  }
}

/** Alarms both sides of new faults. Where much is found within a day the rest waits for the reminder. */
export const alarm = async (
  house: House,
  tx: Tx,
  fresh: readonly FaultRow[],
  names: ReadonlyMap<string, string>,
): Promise<void> => {
  const now = house.clock.now()
  const loud: FaultRow[] = []
  for (const tree of new Set(fresh.map((one) => one.tree)))
    if ((await toldOf(tx, tree, now - days(1))).length < mostAlarms)
      loud.push(...fresh.filter((one) => one.tree === tree))
  if (loud.length === 0) return
  for (const side of ['maker', 'customer'] as const) await mailAbout(house, tx, loud, names, { side, reminder: false })
  await tx
    .update(auditFault)
    .set({ toldAt: now })
    .where(
      inArray(
        auditFault.id,
        loud.map(({ id }) => id),
      ),
    )
}

/** Tells both sides that a log goes on after a restore, and what of it is lost. */
export const mailOfRestore = async (
  tx: Tx,
  log: { tree: string; name: string; epoch: number; kept: number; signed: number; by: string; reason: string },
  now: number,
): Promise<void> => {
  const { tree, name, epoch, kept, signed, by, reason } = log
  const lost =
    kept === signed
      ? 'Nothing that had been signed'
      : `What stood in entries ${kept + 1} to ${signed} when they were signed`
  for (const side of sidesOf(tree))
    for (const { email } of await alarmed(tx, side, tree))
      await queueMail(
        tx,
        {
          to: email,
          subject: `The audit log of ${name} goes on after a restore: entries are lost`,
          text: `${[
            'Good day,',
            '',
            `an older copy of the database was put back, as ${by} wrote down by a command on the server:`,
            '',
            `“${reason}”`,
            '',
            `${lost} is lost, and stays so. The first ${kept} entries are the same as before. The log goes on as epoch ${epoch}, under another name and with another key to note down; both stand on its page in Gatehouse, with this restore, for ever.`,
            '',
            'If you know nothing of a restore, ask who ordered it. Keep the checkpoints and bundles that you have: they, and what your devices hold, show what was there before.',
          ].join('\n')}\n`,
        },
        now,
      )
}

/** Tells the other side what one side says a fault was. */
export const mailOfExplanation = async (
  house: House,
  tx: Tx,
  {
    log,
    fault,
    side,
    by,
    reason,
  }: {
    log: { tree: string; name: string }
    fault: FaultRow
    side: FaultSide
    by: { name: string; company: string }
    reason: string
  },
): Promise<void> => {
  for (const other of sidesOf(log.tree).filter((one) => one !== side))
    for (const { email } of await alarmed(tx, other, log.tree))
      await queueMail(
        tx,
        {
          to: email,
          subject: `${by.company} explains a fault in the audit log of ${log.name}`,
          text: `${[
            'Good day,',
            '',
            `${by.name} of ${by.company} has written down what this was:`,
            '',
            `- ${fault.seq === null ? '' : `entry ${entryNumber(fault.seq)}: `}${fault.says}`,
            '',
            `“${reason}”`,
            '',
            'You are reminded until somebody of your own side has written down what you make of it:',
            pageOf(house, log.tree),
          ].join('\n')}\n`,
        },
        house.clock.now(),
      )
}
