import type { NewsKind } from '@gatehouse/shared/profile/news'
import type { Tx } from '../../kernel/database/connect.ts'
import type { House } from '../../kernel/house.ts'
import { type Mail, queueMail } from '../../kernel/outbox/queue.ts'
import { mailedOf } from './rules.ts'
import { type Reader, readersOf, settingsOf } from './store.ts'

export type { Reader } from './store.ts'
export { settingsOf } from './store.ts'

/** The zone in which a person reads times in his mails; `null` where he has chosen none. */
export const zoneOf = async (db: Tx, personId: string): Promise<string | null> => (await settingsOf(db, personId)).zone

/** Mails a person news that he may have switched off, in the transaction of the deed it is about. */
export const tell = async (
  house: House,
  tx: Tx,
  kind: NewsKind,
  personId: string,
  write: (to: Reader) => Mail,
): Promise<void> => {
  const [reader] = await readersOf(tx, [personId])
  if (reader?.news[kind].mail) await queueMail(tx, write(reader), house.clock.now())
}

/** As `tell`, to several people of whom one has to act: where all have switched it off, all are mailed. */
export const tellOneOf = async (
  house: House,
  tx: Tx,
  kind: NewsKind,
  people: readonly { id: string }[],
  write: (to: Reader) => Mail,
): Promise<void> => {
  const readers = await readersOf(
    tx,
    people.map(({ id }) => id),
  )
  for (const reader of mailedOf(readers, kind)) await queueMail(tx, write(reader), house.clock.now())
}
