/** Does this with all of them, a dozen at a time. */
export const allOf = async <T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> => {
  for (let from = 0; from < all.length; from += 12) await Promise.all(all.slice(from, from + 12).map(work))
}
