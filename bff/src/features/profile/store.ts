import { allNews, type NewsChoice, newsKindNames } from '@gatehouse/shared/profile/news'
import { and, eq, inArray, isNull } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { person } from '../people/tables.ts'
import { personSettings } from './tables.ts'

/** What a person has chosen, or what holds as long as he has not. */
export interface Settings {
  /** IANA name; `null` until one is chosen. */
  zone: string | null
  news: NewsChoice
}

const settingsIn = (row: typeof personSettings.$inferSelect | null | undefined): Settings => {
  if (!row) return { zone: null, news: allNews }
  const ways = newsKindNames.map((kind) => [
    kind,
    { mail: !row.mailsOff.includes(kind), note: !row.notesOff.includes(kind) },
  ])
  return { zone: row.zone, news: Object.fromEntries(ways) as NewsChoice }
}

/** The settings of a person. */
export const settingsOf = async (db: Tx, personId: string): Promise<Settings> => {
  const [row] = await db.select().from(personSettings).where(eq(personSettings.personId, personId))
  return settingsIn(row)
}

/** The settings of a person, taken for this transaction: who changes them, changes what he has read. */
export const lockSettings = async (tx: Tx, personId: string, now: number): Promise<Settings> => {
  await tx.insert(personSettings).values({ personId, changedAt: now }).onConflictDoNothing()
  const [row] = await tx.select().from(personSettings).where(eq(personSettings.personId, personId)).for('update')
  return settingsIn(row)
}

/** Writes the settings of a person that `lockSettings` has taken. */
export const writeSettings = (tx: Tx, personId: string, { zone, news }: Settings, now: number): Promise<unknown> => {
  const off = (way: 'mail' | 'note') => newsKindNames.filter((kind) => !news[kind][way])
  return tx
    .update(personSettings)
    .set({ zone, mailsOff: off('mail'), notesOff: off('note'), changedAt: now })
    .where(eq(personSettings.personId, personId))
}

/** Whoever reads a mail. */
export interface Reader extends Settings {
  id: string
  name: string
  email: string
}

/** Those of these people who can read mails, in no order. */
export const readersOf = async (db: Tx, personIds: readonly string[]): Promise<Reader[]> => {
  if (personIds.length === 0) return []
  const rows = await db
    .select({ id: person.id, name: person.name, email: person.email, settings: personSettings })
    .from(person)
    .leftJoin(personSettings, eq(personSettings.personId, person.id))
    .where(and(inArray(person.id, [...personIds]), isNull(person.disabledAt), isNull(person.removedAt)))
  return rows.map(({ settings, ...one }) => ({ ...one, ...settingsIn(settings) }))
}
