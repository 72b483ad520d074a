let kept: { path: string; fragment: string } | undefined

/**
 * Remembers what stands behind `#` of a page whose reader has to sign in first: the token of a link. In the memory of
 * this document alone, never in a query, a store or the history.
 */
export const keepFragment = (path: string, fragment: string) => {
  kept = fragment.length > 1 ? { path, fragment } : undefined
}

/** The way back with what was remembered for it; for `location.replace` only, never to become part of a query. */
export const withFragment = (to: string): string => (kept?.path === to ? to + kept.fragment : to)
