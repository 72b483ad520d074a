import { ApiError } from './words.ts'

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** What the care for the token needs of the world; given in, so that it can be tested. */
export interface TokenWorld {
  /** Throws every refusal as an `ApiError`. */
  fetch: Fetch
  /** Runs one deed at a time, over all tabs of this browser. */
  alone<T>(deed: () => Promise<T>): Promise<T>
}

/** The calls whose answers replace the token: while one is under way no tab judges by the token before. */
const replacing = new Set([
  'POST /api/me/proof',
  'POST /api/me/renew',
  'POST /api/me/password',
  'POST /api/me/factors/passkeys',
  'POST /api/me/factors/code',
])

const isStale = (code: string) => code === 'not_signed_in' || code === 'renewal_needed'
/** Refusals by which a sign-in is known to live. */
const livesOn = new Set(['factor_owed', 'factor_to_set_up', 'password_due'])

const codeOf = (thrown: unknown): string => (thrown instanceof ApiError ? thrown.code : '')

/** `POST /api/me/proof`: what is called, without its query. */
export const nameOf = (input: string | URL | Request, init?: RequestInit): string => {
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
  const address = input instanceof Request ? input.url : String(input)
  return `${method.toUpperCase()} ${new URL(address, 'http://here').pathname}`
}

const patienceMs = 15_000

/**
 * A `fetch` that outlives the change of the token: another tab may have replaced it meanwhile, or changed rights want it
 * renewed. What was refused for that is sent once more; bodies must be such that they can be sent twice.
 */
export const withPresentToken = ({ fetch, alone }: TokenWorld): Fetch => {
  let mending: Promise<void> | undefined
  const send: Fetch = (input, init) =>
    replacing.has(nameOf(input, init)) ? alone(() => fetch(input, init)) : fetch(input, init)
  const look = async () => {
    const init = { signal: AbortSignal.timeout(patienceMs) }
    try {
      await fetch('/api/me', init)
    } catch (thrown) {
      if (codeOf(thrown) === 'renewal_needed') await fetch('/api/me/renew', { ...init, method: 'POST' })
      else if (!livesOn.has(codeOf(thrown))) throw thrown
    }
  }
  const mend = () => {
    mending ??= alone(look).finally(() => {
      mending = undefined
    })
    return mending
  }
  return async (input, init) => {
    try {
      return await send(input, init)
    } catch (thrown) {
      if (!isStale(codeOf(thrown))) throw thrown
      await mend()
    }
    return send(input, init)
  }
}

let queue: Promise<unknown> = Promise.resolve()

/** One at a time over all tabs; where the browser has no locks, in this one. */
export const aloneInBrowser = <T>(deed: () => Promise<T>): Promise<T> => {
  if (navigator.locks) return navigator.locks.request('gatehouse-token', deed) as Promise<T>
  const turn = queue.then(deed, deed)
  queue = turn.catch(() => undefined)
  return turn
}
