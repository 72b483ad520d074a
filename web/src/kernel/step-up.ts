import { useSyncExternalStore } from 'react'
import { ApiError } from './words.ts'

/** What somebody is asked to prove who he is for. */
export interface ProofWish {
  /** The call that asks: `POST /api/requests/…/decision`. */
  call: string
  /** True where the password is wanted as well as the factor. */
  password: boolean
}

let wish: (ProofWish & { answer: Promise<boolean>; settle: (proven: boolean) => void }) | undefined
const watchers = new Set<() => void>()
const tell = () => {
  for (const one of watchers) one()
}

/** What is being asked for now, for the one dialog that asks. */
export const useProofWish = (): ProofWish | undefined =>
  useSyncExternalStore(
    (watch) => {
      watchers.add(watch)
      return () => watchers.delete(watch)
    },
    () => wish,
  )

/** True while somebody is being asked who he is. */
export const isProofAsked = (): boolean => wish !== undefined

/** The person has proven who he is, or would rather not. */
export const settleProof = (proven: boolean) => {
  const settled = wish
  wish = undefined
  tell()
  settled?.settle(proven)
}

/** Asks the person who he is; calls that want it meanwhile wait for the same answer. */
const askForProof = (call: string, password: boolean): Promise<boolean> => {
  if (wish) {
    if (password && !wish.password) {
      wish = { ...wish, password }
      tell()
    }
    return wish.answer
  }
  let settle = (_proven: boolean) => {}
  const answer = new Promise<boolean>((done) => {
    settle = done
  })
  wish = { call, password, answer, settle }
  tell()
  return answer
}

/** Makes a call; where it wants a fresh proof of who one is, asks for it and makes the call once more. */
export const withProof = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call()
  } catch (thrown) {
    if (!(thrown instanceof ApiError) || thrown.code !== 'step_up_required') throw thrown
    if (!(await askForProof(name, thrown.state === 'password'))) {
      const { code, status, correlationId } = thrown
      throw new ApiError({ code, correlationId, says: 'Nothing was done: you did not show that it is you.' }, status)
    }
  }
  return call()
}
