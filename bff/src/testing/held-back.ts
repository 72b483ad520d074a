import postgres from 'postgres'
import { expect, vi } from 'vitest'

/** A row that must not be written: which one, as conditions over `new` that PostgreSQL reads. */
export interface Outcome {
  table: string
  when: 'insert' | 'update'
  is: string
}

/** Keeps rows back that a program is about to write, so that it can be killed between an effect and its outcome. */
export interface HeldBack {
  /** Resolves when each of them was about to be written at least once. */
  reached(): Promise<void>
  /** Ends every connection of the program and lets others write them. */
  letGo(): Promise<void>
}

/** Any fixed number: the locks that the writers wait for. */
const locks = 4711

/** Keeps these rows back from here on; the connection of whoever tests owns the database. */
export const holdBack = async (ownerUrl: string, outcomes: readonly Outcome[]): Promise<HeldBack> => {
  const [owner, holder] = [ownerUrl, ownerUrl].map((url) => postgres(url, { max: 1, onnotice: () => undefined }))
  if (!owner || !holder) throw new Error('no connections')
  await owner`create function hold_back() returns trigger language plpgsql security definer as $$
    begin perform pg_advisory_xact_lock(tg_argv[0]::integer, tg_argv[1]::integer); return new; end $$`
  for (const [n, { table, when, is }] of outcomes.entries()) {
    await holder`select pg_advisory_lock(${locks}, ${n})`
    // raw: names and conditions of tests
    await owner.unsafe(`create trigger hold_back_${n} before ${when} on ${table} for each row when (${is})
      execute function hold_back(${locks}, ${n})`)
  }
  return {
    reached: async () => {
      // Who waits too long is sent away and comes again: all need not wait at once.
      const seen = new Set<number>()
      await vi.waitFor(
        async () => {
          const waiting = await owner`
            select objid::int as n from pg_locks where locktype = 'advisory' and classid = ${locks} and not granted`
          for (const { n } of waiting) seen.add(Number(n))
          expect([...seen].sort()).toEqual([...outcomes.keys()])
        },
        { timeout: 30_000, interval: 10 },
      )
    },
    letGo: async () => {
      await owner`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name like 'gatehouse%'`
      for (const [n, { table }] of outcomes.entries()) await owner.unsafe(`drop trigger hold_back_${n} on ${table}`)
      await holder`select pg_advisory_unlock_all()`
      await Promise.all([owner.end(), holder.end()])
    },
  }
}
