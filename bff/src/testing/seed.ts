import { type Seeded, seedDemo } from '../demo/seed.ts'
import type { House } from '../kernel/house.ts'
import { givePasskeys } from './passkeys.ts'

/** The demonstration, whose people have passkeys as well: those work any number of times a minute. */
export const seedForTests = async (house: House): Promise<Seeded> => {
  const seeded = await seedDemo(house)
  await givePasskeys(house, seeded.people)
  return seeded
}
