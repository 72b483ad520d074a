import { type LeavingReason, paths } from './paths.ts'

let leaving = false
const beforeLeaving = new Set<() => void>()

/** Registers what must be forgotten (caches, streams) before the sign-in page is shown. */
export const onLeaving = (forget: () => void) => {
  beforeLeaving.add(forget)
  return () => beforeLeaving.delete(forget)
}

/** Without what stands behind `#`: that may be the token of a link, which belongs into no query. */
const here = () => location.pathname + location.search

const go = (path: string) => {
  if (leaving) return
  leaving = true
  for (const forget of beforeLeaving) forget()
  // A new document, not a route: nothing of the signed-in page stays in memory.
  location.replace(path)
}

/** Forgets everything and shows the sign-in page, which knows why and the way back. */
export const leave = (why: LeavingReason) =>
  go(paths.signIn({ why, to: why === 'signed_out' || here() === '/' ? undefined : here() }))

const back = () => ({ to: here() === '/' ? undefined : here() })

/** Shows the page on which a due password is changed, and the way back. */
export const leaveForPassword = () => go(paths.changePassword(back()))

/** Shows the page on which the second factor is shown, and the way back. */
export const leaveForFactor = () => go(paths.secondFactor(back()))

/** Shows the page on which a second factor is set up, and the way back. */
export const leaveForSetUp = () => go(paths.setUpFactor(back()))

/** Loads a page as whoever is there now, who may be another than this page was loaded as. */
export const loadAnew = (path: string) => go(path)

/** True once the page is being left; errors of calls that were still open are not worth showing. */
export const isLeaving = () => leaving
