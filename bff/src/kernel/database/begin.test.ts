import { type AddressInfo, createServer, connect as dial } from 'node:net'
import postgres, { type Sql, type TransactionSql } from 'postgres'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { cloneDatabase } from '../../testing/cluster.ts'
import { isUnavailable } from './connect.ts'

type Cloned = Awaited<ReturnType<typeof cloneDatabase>>

let database: Cloned
let sql: Sql

beforeAll(async () => {
  database = await cloneDatabase(inject('testCluster'))
})

afterAll(() => database.drop())

beforeEach(async () => {
  sql = postgres(database.ownerUrl, { max: 2, onnotice: () => undefined })
  await sql`create table deed (id int primary key)`
})

afterEach(async () => {
  await sql`drop table deed`
  await sql.end()
})

const done = async (): Promise<number[]> => (await sql`select id from deed order by id`).map(({ id }) => id)

/** Both connections serve again, outside of any transaction. */
const expectWhole = async (): Promise<void> => {
  const states = await Promise.all([1, 2].map(() => sql`select pg_current_xact_id_if_assigned() as id, pg_sleep(0.02)`))
  expect(states.map(([row]) => row?.id)).toEqual([null, null])
}

/** What a deed does that does not look at what went wrong, and goes on. */
const careless = async (tx: TransactionSql): Promise<void> => {
  await Promise.allSettled([1, 2, 3].map((id) => tx.unsafe(`insert into deed values (${id})`).execute()))
  await tx`insert into deed values (4)`.catch(() => undefined)
}

describe('RE02 a transaction whose `begin` fails, which goes out with its first statement', () => {
  const notBegun = 'isolation level nonsense'

  test.each<[string, (tx: TransactionSql) => Promise<unknown>]>([
    ['one with a value', (tx) => tx`insert into deed values (${1})`],
    ['one without', (tx) => tx`insert into deed values (1)`],
    ['a text as it is', (tx) => tx.unsafe('insert into deed values (1)')],
    ['a prepared text', (tx) => tx.unsafe('insert into deed values ($1)', [1], { prepare: true })],
    ['a savepoint', (tx) => tx.savepoint((inner) => inner`insert into deed values (1)`)],
    ['a cursor', (tx) => tx`insert into deed values (${1}) returning id`.cursor(1, () => undefined)],
    ['none', async () => undefined],
    ['many at once, and one behind them', careless],
  ])('does nothing: %s', async (_, deed) => {
    await expect(sql.begin(notBegun, deed)).rejects.toThrow(/syntax error/)
    // A second time, when what has been prepared is known.
    await expect(sql.begin(notBegun, deed)).rejects.toThrow(/syntax error/)
    expect(await done()).toEqual([])
    await expectWhole()
  })
})

describe('RE02 a transaction', () => {
  test('whose first statement fails does nothing, whatever its deed does then', async () => {
    await sql`insert into deed values (2)`
    const deed = async (tx: TransactionSql) => {
      await tx`insert into deed values (${2})`.catch(() => undefined)
      await careless(tx)
    }
    for (const _ of [1, 2]) await expect(sql.begin(deed)).rejects.toThrow(/duplicate key/)
    expect(await done()).toEqual([2])
    await expectWhole()
  })

  test('whose first statement cannot be sent does nothing', async () => {
    const deed = async (tx: TransactionSql) => {
      await tx`insert into deed values (${undefined as never})`.catch(() => undefined)
      await careless(tx)
    }
    for (const _ of [1, 2]) await expect(sql.begin(deed)).rejects.toThrow(/UNDEFINED_VALUE/)
    expect(await done()).toEqual([])
    await expectWhole()
  })

  test('whose statements are sent at once does all of them in their order', async () => {
    const seen = await sql.begin((tx) => [
      tx`insert into deed values (${1}) returning id`,
      tx.unsafe('insert into deed values ($1) returning id', [2], { prepare: true }),
      tx.unsafe('insert into deed values (3) returning id'),
      tx`select id from deed order by id`,
    ])
    expect(seen.map((rows) => rows.map(({ id }) => id))).toEqual([[1], [2], [3], [1, 2, 3]])
    expect(await done()).toEqual([1, 2, 3])
    await expectWhole()
  })

  test('is one, from its first statement on, and with what it was begun with', async () => {
    const of = (tx: TransactionSql) =>
      tx`select pg_current_xact_id()::text as id, current_setting('transaction_isolation') as so`
    const [first, second] = await sql.begin('isolation level serializable', async (tx) => [await of(tx), await of(tx)])
    expect(first).toEqual(second)
    expect(first?.[0]?.so).toBe('serializable')
  })

  test('without a statement, or that fails before its first, leaves its connection whole', async () => {
    expect(await sql.begin(async () => 'nothing')).toBe('nothing')
    await expect(
      sql.begin(async () => {
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    await expectWhole()
  })

  test('of one statement goes out in two writes, its end included', async () => {
    const { hostname, port } = new URL(database.ownerUrl)
    let writes = 0
    const between = createServer((near) => {
      const far = dial(Number(port), hostname)
      near
        .on('data', () => writes++)
        .pipe(far)
        .pipe(near)
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => between.once('listening', resolve))
    const through = new URL(database.ownerUrl)
    through.port = String((between.address() as AddressInfo).port)
    const one = postgres(through.href, { max: 1 })
    const deed = (id: number) => one.begin((tx) => tx`insert into deed values (${id})`)
    await deed(1)
    const before = writes
    await deed(2)
    expect(writes - before).toBe(2)
    await one.end()
    between.close()
  })

  test('is kept out of while it waits for its first statement', async () => {
    const one = postgres(database.ownerUrl, { max: 1, onnotice: () => undefined })
    const order: string[] = []
    await Promise.all([
      one.begin(async (tx) => {
        await sql`select pg_sleep(0.05)`
        await tx`insert into deed values (1)`
        order.push('deed')
      }),
      one`insert into deed values (2)`.then(() => order.push('another')),
    ])
    expect(order).toEqual(['deed', 'another'])
    await one.end()
  })

  test('more of them than connections take turns, and none is lost', async () => {
    await Promise.all(
      Array.from({ length: 200 }, (_, id) =>
        sql
          .begin(async (tx) => {
            await tx`insert into deed values (${id})`
            if (id % 3 === 0) throw new Error('no')
            await tx`select 1`
          })
          .catch(() => undefined),
      ),
    )
    expect(await done()).toEqual(Array.from({ length: 200 }, (_, id) => id).filter((id) => id % 3 !== 0))
    await expectWhole()
  })

  test.each([true, false])('opens the first connection of a pool (its types asked for: %s)', async (asked) => {
    const fresh = postgres(database.ownerUrl, { max: 1, fetch_types: asked, onnotice: () => undefined })
    await fresh.begin((tx) => tx`insert into deed values (${asked ? 1 : 2})`)
    expect(await done()).toEqual([asked ? 1 : 2])
    await fresh.end()
    await expect(fresh.begin((tx) => tx`select 1`)).rejects.toThrow(/CONNECTION_ENDED/)
  })

  test.each([true, false])('is done before its pool ends (types asked for: %s)', async (asked) => {
    const fresh = postgres(database.ownerUrl, { max: 1, fetch_types: asked, onnotice: () => undefined })
    const order: string[] = []
    const deed = fresh.begin((tx) => tx`insert into deed values (1)`).then(() => order.push('deed'))
    await fresh.end().then(() => order.push('end'))
    await deed
    expect(order).toEqual(['deed', 'end'])
    const left = await sql`select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
    expect(left.length).toBeLessThan(2)
  })

  test('leaves no pool open for which a second connection was still being dialled', async () => {
    const { hostname, port } = new URL(database.ownerUrl)
    let dialled = 0
    const socket = async () => {
      if (dialled++ > 0) await sql`select pg_sleep(0.2)`
      const near = dial(Number(port), hostname)
      await new Promise((resolve) => near.once('connect', resolve))
      return near
    }
    const two = postgres(database.ownerUrl, { max: 2, fetch_types: false, socket } as never)
    await two`select 1`
    await Promise.all([
      two.begin((tx) => [tx`select 1`, sql`select pg_sleep(0.02)`]),
      two.begin((tx) => tx`select 2`), // dials a second one, and is served by the first
    ])
    await two.end()
    expect(dialled).toBe(2)
  })

  test('shares its connection with nobody who asked before it', async () => {
    const one = postgres(database.ownerUrl, { max: 1, onnotice: () => undefined })
    const holding = one.begin((tx) => [tx`select 1`, sql`select pg_sleep(0.1)`])
    await sql`select 1`
    const quick = one`select 1`.execute()
    await sql`select 1`
    const lost = one.begin(async (tx) => {
      await sql`select pg_sleep(0.05)`
      await tx`insert into deed values (1)`
      await sql`select pg_sleep(0.05)`
      throw new Error('no')
    })
    const refused = expect(lost).rejects.toThrow('no')
    await quick
    await sql`select pg_sleep(0.07)`
    await Promise.all([holding, refused, one`insert into deed values (2)`])
    expect(await done()).toEqual([2])
    await one.end()
  })

  test('gets its turn among those who ask without a transaction', async () => {
    const one = postgres(database.ownerUrl, { max: 1, onnotice: () => undefined })
    await one`select 1`
    let asked = 0
    let begun = false
    const others = [1, 2].map(async () => {
      for (; !begun && asked < 500; asked++) await one`select pg_sleep(0.002)`
    })
    await expect.poll(() => asked).toBeGreaterThan(5)
    const before = asked
    await one.begin(() => {
      begun = true
      return Promise.resolve()
    })
    await Promise.all(others)
    expect(asked - before).toBeLessThan(50)
    await one.end()
  })

  test('that has ended refuses what a part of its deed still sends', async () => {
    let late: Promise<unknown> | undefined
    const deed = sql.begin((tx) =>
      Promise.all([
        tx`select 1 / 0`,
        sql`select pg_sleep(0.05)`.then(() => {
          late = tx`insert into deed values (1)`.execute()
          return late
        }),
      ]),
    )
    await expect(deed).rejects.toThrow(/division by zero/)
    await expect.poll(() => late !== undefined).toBe(true)
    await expect(late).rejects.toThrow(/TRANSACTION_ENDED/)
    expect(await done()).toEqual([])
    await expectWhole()
  })

  test('loses a statement that cannot be sent behind another, and no more', async () => {
    let settled: string[] = []
    const deed = sql.begin(async (tx) => {
      await tx`select 1`
      const both = await Promise.allSettled([
        tx`insert into deed values (1)`,
        tx`insert into deed values (${undefined as never})`,
      ])
      settled = both.map(({ status }) => status)
    })
    await expect(deed).rejects.toThrow(/UNDEFINED_VALUE/)
    expect(settled).toEqual(['fulfilled', 'rejected'])
    expect(await done()).toEqual([])
    await expectWhole()
  })

  test('a prepared statement of it whose table was changed is not tried again behind its end', async () => {
    const one = postgres(database.ownerUrl, { max: 1, onnotice: () => undefined })
    const together = async () => {
      const connection = await one.reserve()
      const sent = [
        connection.unsafe('begin'),
        connection.unsafe('insert into deed values ($1) returning *', [1], { prepare: true }),
        connection.unsafe('rollback'),
      ]
      const [, asked] = await Promise.allSettled(sent.map((query) => query.execute()))
      connection.release()
      return asked
    }
    expect(await together()).toMatchObject({ status: 'fulfilled' })
    await sql`alter table deed add column more int`
    const refused = await together()
    expect(refused).toMatchObject({ status: 'rejected', reason: { routine: 'RevalidateCachedQuery' } })
    expect(refused?.status === 'rejected' && isUnavailable(refused.reason)).toBe(true)
    expect(await done()).toEqual([])
    expect(await together(), 'and prepared anew').toMatchObject({ status: 'fulfilled' })
    await one.end()
  })
})
