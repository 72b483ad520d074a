import type { House } from './house.ts'

/** Does `deed` for one after the other; what fails for one is logged, and keeps nothing from those behind it. */
export const forEach = async <T>(
  house: House,
  items: readonly T[],
  nameOf: (item: T) => object,
  deed: (item: T) => Promise<unknown>,
): Promise<void> => {
  for (const item of items)
    try {
      await deed(item)
    } catch (error) {
      house.log.error({ err: error, ...nameOf(item) }, 'failed for one; the others follow')
    }
}
