import { and, asc, eq, lte, or, sql } from 'drizzle-orm'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { days } from '../../kernel/clock.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { holdRights } from '../../kernel/database/rights-lock.ts'
import { forEach } from '../../kernel/each.ts'
import type { House, Job } from '../../kernel/house.ts'
import { idAt } from '../../kernel/ids.ts'
import { refuseActionsOf } from '../actions/door.ts'
import { customer } from '../customers/tables.ts'
import { person } from '../people/tables.ts'
import { endSessionsOfPerson } from '../sessions/door.ts'
import { endSignInsOf } from '../sign-in/door.ts'
import { anonymise, cancelOwnExports, endExports, eraseElsewhere } from './elsewhere.ts'
import { lapses, lookBack, settles } from './rules.ts'
import { bothStandForIt } from './standing.ts'
import type { ErasureRow } from './store.ts'
import { erasure } from './tables.ts'
import { addressesOf, databaseClock, eraseKept, eraseWords, listHash, pageSize, termsFor } from './words.ts'

/** Pages of one erasure in one run: others want their turn. */
const mostPages = 100

/** Ends an erasure that waited too long, or that no two people stand for any more; `tx` holds its row. */
const lapse = async (tx: Tx, row: ErasureRow, now: number, because: string): Promise<void> => {
  const { id, personId, customerId } = row
  await tx.update(erasure).set({ state: 'lapsed', endedAt: now }).where(eq(erasure.id, id))
  const fields = { person: personId, erasure: id, because }
  await append(tx, now, [entry({ by: bySystem, event: 'erasure.lapsed', fields, about: { customerId, personId } })])
}

const heldIn = async (tx: Tx, id: string, state: ErasureRow['state']): Promise<ErasureRow | undefined> =>
  (
    await tx
      .select()
      .from(erasure)
      .where(and(eq(erasure.id, id), eq(erasure.state, state)))
      .for('update', { skipLocked: true })
  )[0]

/**
 * Shuts the account and notes what is looked for; what the log says of that is erased with the rest. `false` where it did
 * not begin: stopped meanwhile, or one of the two who wanted it has no right to it any more.
 */
const begin = (house: House, { id, personId }: ErasureRow): Promise<boolean> =>
  house.db.transaction(async (tx) => {
    const row = await heldIn(tx, id, 'confirmed')
    const now = house.clock.now()
    if (!row || row.beginsAt === null || row.beginsAt > Math.min(now, await databaseClock(tx))) return false
    if (!(await bothStandForIt(tx, row))) {
      await lapse(tx, row, now, 'one of the two who wanted it is no administrator any more')
      return false
    }
    await holdRights(tx, personId, 'to change them')
    const [them] = await tx.select().from(person).where(eq(person.id, personId)).for('update')
    if (!them) return false
    const about = { customerId: row.customerId, personId }
    if (them.disabledAt === null) {
      await tx.update(person).set({ disabledAt: now }).where(eq(person.id, personId))
      await append(tx, now, [entry({ by: bySystem, event: 'person.disabled', fields: { name: them.name }, about })])
    }
    const words = [...new Set([them.name, ...(await addressesOf(tx, personId))])]
    await tx.update(erasure).set({ words, state: 'running' }).where(eq(erasure.id, id))
    await append(tx, now, await cancelOwnExports(tx, personId, now))
    return true
  })

/**
 * Ends what is open in a person's name, before what was said of it is looked for. Whoever goes on with an erasure does so,
 * not only who began it: he may have died, or be at it still.
 */
const endAllOf = async (house: House, { personId }: ErasureRow): Promise<void> => {
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

const locked = (tx: Tx, id: string) => heldIn(tx, id, 'running')

/** What comes next of an erasure: another page of a log, all that is in no log, its end; or nothing now. */
type Next = 'page' | 'rows' | 'end' | 'wait'

/**
 * Each time all that is in no log first, and the account, and then the logs: what is written from then on is written of rows
 * that name nobody. The second time is for what was under way; whoever writes later than his request asks anew who he is.
 */
const times = 2

/** Goes through one page of one log, where that is what comes next. */
const goOn = (house: House, id: string): Promise<Next> =>
  house.db.transaction(async (tx) => {
    const row = await locked(tx, id)
    // Somebody else is at it.
    if (!row) return 'wait'
    const trees = await treesFor(tx, row)
    const round = Math.floor(row.trees / trees.length)
    if (round >= times) return 'end'
    if (row.emptied <= round) return (row.goesOnAt ?? 0) > (await databaseClock(tx)) ? 'wait' : 'rows'
    const customerId = trees[row.trees % trees.length] ?? null
    const from = round === 0 ? null : idAt((row.beginsAt ?? 0) - lookBack)
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
    return 'page'
  })

/** All that is not in the log; killed on the way it begins anew, and finds less. */
const empty = async (house: House, { id, personId, customerId, emptied }: ErasureRow): Promise<void> => {
  const terms = await termsFor(house.db, id, customerId)
  const count = (tx: Tx, values: number) =>
    tx
      .update(erasure)
      .set({ rows: sql`${erasure.rows} + ${values}` })
      .where(eq(erasure.id, id))
  await eraseElsewhere(house.db, { personId, customerId, terms }, count)
  await house.db.transaction(async (tx) => {
    const row = await locked(tx, id)
    if (row?.emptied !== emptied) return
    const now = house.clock.now()
    const rows = row.rows + (await eraseKept(tx, id))
    await anonymise(tx, personId, terms.addresses, now)
    // Those under way say what was filtered by, in the words they began with.
    await append(tx, now, await endExports(tx, { personId, customerId }, now))
    const goesOnAt = (await databaseClock(tx)) + settles
    await tx
      .update(erasure)
      .set({ emptied: emptied + 1, goesOnAt, rows })
      .where(eq(erasure.id, id))
  })
}

/** Says that it is done; what was exported meanwhile may hold what the log held still. */
const finish = (house: House, { id, personId, customerId }: ErasureRow): Promise<void> =>
  house.db.transaction(async (tx) => {
    const row = await locked(tx, id)
    if (!row) return
    const now = house.clock.now()
    await append(tx, now, await endExports(tx, { personId, customerId }, now))
    await tx.update(erasure).set({ state: 'done', endedAt: now, words: sql`'{}'` }).where(eq(erasure.id, id))
    const fields = { person: personId, erasure: id, events: row.events, rows: row.rows }
    await append(tx, now, [entry({ by: bySystem, event: 'erasure.done', fields, about: { customerId, personId } })])
  })

const erasureNow = async (house: House, id: string): Promise<ErasureRow | undefined> =>
  (await house.db.select().from(erasure).where(eq(erasure.id, id)))[0]

const lapseUnanswered = (house: House, { id }: ErasureRow): Promise<void> =>
  house.db.transaction(async (tx) => {
    const row = await heldIn(tx, id, 'asked')
    if (row) await lapse(tx, row, house.clock.now(), `nobody confirmed it within ${lapses / days(1)} days`)
  })

const erase = async (house: House, row: ErasureRow): Promise<void> => {
  if (row.state === 'asked') return lapseUnanswered(house, row)
  if (row.state === 'confirmed' && !(await begin(house, row))) return
  await endAllOf(house, row)
  for (let page = 0; page < mostPages; page++) {
    const next = await goOn(house, row.id)
    const now = next === 'rows' || next === 'end' ? await erasureNow(house, row.id) : undefined
    if (now && next === 'rows') await empty(house, now)
    if (now && next === 'end') await finish(house, now)
    if (next === 'wait' || next === 'end') break
  }
  const { customerId } = row
  house.bus.publish({ kind: 'hint', hint: { about: 'people' }, ...(customerId !== null && { customerId }) })
}

/** Lapses what nobody confirmed, and erases whom two people wanted erased a day ago, page by page; killed at any point it goes on where it was. */
export const erasePeople: Job = {
  name: 'erasing of personal data',
  everySeconds: 10,
  run: async (house) => {
    const due = await house.db
      .select()
      .from(erasure)
      .where(
        or(
          eq(erasure.state, 'running'),
          and(eq(erasure.state, 'confirmed'), lte(erasure.beginsAt, house.clock.now())),
          and(eq(erasure.state, 'asked'), lte(erasure.askedAt, house.clock.now() - lapses)),
        ),
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
