import { sql as text } from 'drizzle-orm'
import { connect, isUnavailable } from '../kernel/database/connect.ts'

/**
 * A program (address of a database with the table `deed` as its argument) that keeps a pool under load and prints a
 * line of JSON ten times a second. Whatever ends it, ends the test that started it.
 */
export type LoadReport = {
  served: number
  refused: number
  /** Errors that are not "the database is unavailable now". */
  wrong: string[]
  /** Age of the oldest operation that is not settled yet, in ms. */
  oldest: number
}

const [url] = process.argv.slice(2)
if (!url) throw new Error('Give the address of a database')

const { db, sql } = connect(url, { max: 10, applicationName: 'load' })
const report: LoadReport = { served: 0, refused: 0, wrong: [], oldest: 0 }
const running = new Map<symbol, number>()

const work: (() => Promise<unknown>)[] = [
  () => sql`select ${'text'}::text as a, ${7}::int as b`,
  () => sql`select pg_sleep(0.002)`,
  () => db.execute(text`select count(*) from deed where id < ${100}`),
  () => sql`
    with fresh as materialized (select gen_random_uuid()::text as id)
    insert into deed (id, part) select id, part from fresh, generate_series(1, 2) as part`,
  () =>
    db.transaction(async (tx) => {
      const id = crypto.randomUUID()
      await tx.execute(text`insert into deed (id, part) values (${id}, 1)`)
      await tx.execute(text`select pg_sleep(0.002)`)
      await tx.execute(text`insert into deed (id, part) values (${id}, 2)`)
    }),
  // A deed that goes on after its connection was lost, as a careless one may
  () =>
    sql.begin(async (tx) => {
      const id = crypto.randomUUID()
      await tx`insert into deed (id, part) values (${id}, 1)`.catch(() => undefined)
      await tx`select pg_sleep(0.002)`.catch(() => undefined)
      await tx`insert into deed (id, part) values (${id}, 2)`
    }),
]

async function loop(job: () => Promise<unknown>): Promise<never> {
  for (;;) {
    const me = Symbol('operation')
    running.set(me, performance.now())
    try {
      await job()
      report.served++
    } catch (error) {
      if (isUnavailable(error)) report.refused++
      else report.wrong.push(error instanceof Error ? `${error.message} | ${String(error.cause ?? '')}` : String(error))
    }
    running.delete(me)
    // Lets the network in between refusals, which would otherwise follow each other without a pause
    await new Promise(setImmediate)
  }
}

for (let i = 0; i < 60; i++) {
  const job = work[i % work.length]
  if (job) void loop(job)
}

setInterval(() => {
  const oldest = Math.min(...running.values())
  report.oldest = Math.round(performance.now() - oldest)
  process.stdout.write(`${JSON.stringify(report)}\n`)
}, 100)

process.once('disconnect', () => process.exit(0))
