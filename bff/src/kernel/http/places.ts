/** Streams a person may hold open at once: pages that listen, and channels of sessions, each for itself. */
export const mostOpen = 20

/**
 * Places for what one person holds open on this instance: each instance guards its own memory and sockets, so that
 * nothing is shared. `take` gives back what frees the place again, or `undefined` where all are taken.
 */
export const places = (most = mostOpen) => {
  const taken = new Map<string, number>()
  const free = (personId: string): boolean => (taken.get(personId) ?? 0) < most
  const give = (personId: string) => {
    const left = (taken.get(personId) ?? 0) - 1
    if (left > 0) taken.set(personId, left)
    else taken.delete(personId)
  }
  return {
    /** True where one more would be let in. */
    free,
    take: (personId: string): (() => void) | undefined => {
      if (!free(personId)) return undefined
      taken.set(personId, (taken.get(personId) ?? 0) + 1)
      let given = false
      return () => {
        if (!given) give(personId)
        given = true
      }
    },
  }
}
