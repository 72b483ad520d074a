import { useSyncExternalStore } from 'react'
import { ApiError } from './words.ts'

/** Of what a customer wants to know first what it is looked at for. */
export interface PurposeWish {
  of: 'device' | 'customer'
  id: string
}

let wish: (PurposeWish & { answer: Promise<boolean>; settle: (stated: boolean) => void }) | undefined
const watchers = new Set<() => void>()
const tell = () => {
  for (const one of watchers) one()
}

/** What is being asked about now, for the one dialog that asks. */
export const usePurposeWish = (): PurposeWish | undefined =>
  useSyncExternalStore(
    (watch) => {
      watchers.add(watch)
      return () => watchers.delete(watch)
    },
    () => wish,
  )

/** Who would rather not say is not asked again by what a page does on its own: only after he does something. */
let gestureAt = 0
const declinedAt = new Map<string, number>()
const noteGesture = () => {
  gestureAt = performance.now()
}
globalThis.addEventListener?.('pointerdown', noteGesture, { capture: true, passive: true })
globalThis.addEventListener?.('keydown', noteGesture, { capture: true, passive: true })

const isDeclined = (about: string): boolean => {
  const at = declinedAt.get(about)
  return at !== undefined && (gestureAt <= at || performance.now() - gestureAt > 2_000)
}

/** The person has said why, or would rather not. */
export const settlePurpose = (stated: boolean) => {
  const settled = wish
  wish = undefined
  if (settled && !stated) declinedAt.set(`${settled.of} ${settled.id}`, performance.now())
  tell()
  settled?.settle(stated)
}

/** Asks for a purpose; calls that want another one meanwhile wait for this answer, and try again. */
const askForPurpose = (about: string): Promise<boolean> => {
  if (wish) return wish.answer
  const [of, id] = about.split(' ')
  if ((of !== 'device' && of !== 'customer') || !id || isDeclined(about)) return Promise.resolve(false)
  let settle = (_stated: boolean) => {}
  const answer = new Promise<boolean>((done) => {
    settle = done
  })
  wish = { of, id, answer, settle }
  tell()
  return answer
}

/** Of a device and of its customer a page may be asked at once; no page is asked for ever. */
const mostAsked = 4

/** Makes a call; where the customer wants to know first why, asks the person and makes the call once more. */
export const withPurpose = async <T>(call: () => Promise<T>): Promise<T> => {
  for (let asked = 0; ; asked += 1) {
    try {
      return await call()
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.code !== 'purpose_needed') throw thrown
      if (asked === mostAsked || !(await askForPurpose(thrown.state ?? ''))) throw thrown
    }
  }
}
