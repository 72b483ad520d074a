import { eq } from 'drizzle-orm'
import { expect, vi } from 'vitest'
import { erasePeople } from '../features/erasures/job.ts'
import { settles } from '../features/erasures/rules.ts'
import { erasure } from '../features/erasures/tables.ts'
import type { TestHouse } from './house.ts'

const patience = { timeout: 30_000, interval: 200 }

/** Lets an erasure go on until it waits for what was under way. */
export const goneThroughOnce = ({ house }: TestHouse, id: string): Promise<void> =>
  vi.waitFor(async () => {
    await erasePeople.run(house)
    const [row] = await house.db.select().from(erasure).where(eq(erasure.id, id))
    expect(row?.emptied).toBeGreaterThanOrEqual(1)
  }, patience)

/** Lets an erasure whose time has come go on to its end; `later` moves both clocks on, by ms. */
export const erasedToTheEnd = async (
  h: TestHouse,
  id: string,
  later: (ms: number) => Promise<unknown>,
): Promise<void> => {
  await goneThroughOnce(h, id)
  await later(settles)
  await vi.waitFor(async () => {
    await erasePeople.run(h.house)
    const [row] = await h.house.db.select().from(erasure).where(eq(erasure.id, id))
    expect(row?.state).toBe('done')
  }, patience)
}
