import { and, asc, eq, lte, sql } from 'drizzle-orm'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { forEach } from '../../kernel/each.ts'
import type { House, Job } from '../../kernel/house.ts'
import { refuseActionsOf } from '../actions/door.ts'
import { customer } from '../customers/tables.ts'
import { person } from '../people/tables.ts'
import { endSessionsOfPerson } from '../sessions/door.ts'
import { endSignInsOf } from '../sign-in/door.ts'
import { anonymise, endExports, eraseElsewhere, patternOfAll } from './elsewhere.ts'
import { erasedName, lookBack } from './rules.ts'
import type { ErasureRow } from './store.ts'
import { erasure } from './tables.ts'
import { addressesOf, eraseWords, listHash, pageSize } from './words.ts'

/** Pages of one erasure in one run: others want their turn. */
const mostPages = 100

/** The smallest id of an event at `at`, ms: ids begin with their time. */
const firstIdAt = (at: number): string => {
  const hex = Math.max(0, at).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}

/** Shuts the account and takes the name from it; what the log says of that is erased with the rest. */
const begin = async (house: House, row: ErasureRow): Promise<void> => {
  const { id, personId } = row
  await house.db.transaction(async (tx) => {
    const [them] = await tx.select().from(person).where(eq(person.id, personId)).for('update')
    if (!them || row.state !== 'confirmed') return
    await tx.update(person).set({ disabledAt: house.clock.now() }).where(eq(person.id, personId))
    const words = [...new Set([them.name, ...(await addressesOf(tx, personId))])]
    await tx
      .update(erasure)
      .set({ words, state: 'running' })
      .where(and(eq(erasure.id, id), eq(erasure.state, 'confirmed')))
  })
  await endSessionsOfPerson(house, personId, 'rights_changed')
  await endSignInsOf(house, personId, bySystem, 'disabled')
  await refuseActionsOf(house, personId)
}

/** Whose logs are gone through: the customer's and the maker's, or all where it is one of the maker's people. */
const treesFor = async (tx: Tx, { customerId }: ErasureRow): Promise<(string | null)[]> => {
  if (customerId !== null) return [customerId, null]
  const rows = await tx.select({ id: customer.id }).from(customer).orderBy(asc(customer.id))
  return [null, ...rows.map(({ id }) => id)]
}

const locked = async (tx: Tx, id: string): Promise<ErasureRow | undefined> =>
  (
    await tx
      .select()
      .from(erasure)
      .where(and(eq(erasure.id, id), eq(erasure.state, 'running')))
      .for('update', { skipLocked: true })
  )[0]

/** One page of one log: `false` when somebody else is at it, the erasure when all logs are gone through. */
const goOn = (house: House, id: string): Promise<boolean | ErasureRow> =>
  house.db.transaction(async (tx) => {
    const row = await locked(tx, id)
    if (!row) return false
    const trees = await treesFor(tx, row)
    // Twice: what committed late, while the first round went by, has an id of before.
    if (row.trees >= 2 * trees.length) return row
    const customerId = trees[row.trees % trees.length] ?? null
    const from = row.trees < trees.length ? null : firstIdAt((row.beginsAt ?? 0) - lookBack)
    const page = row.pages + 1
    const { last, looked, erased } = await eraseWords(tx, id, customerId, row.cursor ?? from, page)
    const over = looked < pageSize
    await tx
      .update(erasure)
      .set({
        cursor: over ? null : last,
        trees: row.trees + (over ? 1 : 0),
        pages: erased > 0 ? page : row.pages,
        events: row.events + erased,
      })
      .where(eq(erasure.id, id))
    if (erased > 0) {
      const fields = { person: row.personId, erasure: id, page, events: erased, hash: await listHash(tx, id, page) }
      const about = { customerId, personId: row.personId }
      await append(tx, house.clock.now(), [entry({ by: bySystem, event: 'erasure.words', fields, about })])
    }
    return true
  })

/** All that is not in the log; killed on the way it begins anew, and finds less. */
const finish = async (house: House, { id, personId, customerId, words }: ErasureRow): Promise<void> => {
  const emails = words.filter((word) => word.includes('@'))
  await house.db.transaction((tx) => anonymise(tx, personId, emails, house.clock.now()))
  await eraseElsewhere(house.db, words, customerId, (tx, values) =>
    tx
      .update(erasure)
      .set({ rows: sql`${erasure.rows} + ${values}` })
      .where(eq(erasure.id, id)),
  )
  await house.db.transaction(async (tx) => {
    const row = await locked(tx, id)
    if (!row) return
    const now = house.clock.now()
    await endExports(tx, customerId, now)
    await tx
      .update(erasure)
      .set({ reason: sql`regexp_replace(${erasure.reason}, ${patternOfAll(words)}, ${erasedName}, 'gi')` })
      .where(sql`${erasure.reason} ~* ${patternOfAll(words)}`)
    await tx.update(erasure).set({ state: 'done', endedAt: now, words: sql`'{}'` }).where(eq(erasure.id, id))
    const fields = { person: personId, erasure: id, events: row.events, rows: row.rows }
    await append(tx, now, [entry({ by: bySystem, event: 'erasure.done', fields, about: { customerId, personId } })])
  })
}

const erase = async (house: House, row: ErasureRow): Promise<void> => {
  if (row.state === 'confirmed') await begin(house, row)
  for (let page = 0; page < mostPages; page++) {
    const next = await goOn(house, row.id)
    if (typeof next === 'object') await finish(house, next)
    if (next !== true) break
  }
  const { customerId } = row
  house.bus.publish({ kind: 'hint', hint: { about: 'people' }, ...(customerId !== null && { customerId }) })
}

/** Erases whom two people wanted erased a day ago, page by page; killed at any point it goes on where it was. */
export const erasePeople: Job = {
  name: 'erasing of personal data',
  everySeconds: 10,
  run: async (house) => {
    const due = await house.db
      .select()
      .from(erasure)
      .where(
        sql`${erasure.state} = 'running' or (${erasure.state} = 'confirmed' and ${lte(erasure.beginsAt, house.clock.now())})`,
      )
      .orderBy(asc(erasure.id))
    await forEach(
      house,
      due,
      ({ id }) => ({ erasureId: id }),
      (row) => erase(house, row),
    )
  },
}
