import type { Hono } from 'hono'
import { hc } from 'hono/client'
import { leave, leaveForFactor, leaveForPassword, leaveForSetUp, loadAnew } from './leave.ts'
import { asHeader } from './looking-as.ts'
import { paths } from './paths.ts'
import { withPurpose } from './purpose.ts'
import { withProof } from './step-up.ts'
import { aloneInBrowser, nameOf, withPresentToken } from './token.ts'
import { type ErrorCode, errorOf, unreachable } from './words.ts'

const readBody = async (response: Response): Promise<unknown> => {
  try {
    return await response.json()
  } catch {
    return null
  }
}

/** `fetch` for the API: same-origin cookies, our header on every call, and every refusal thrown as an `ApiError`. */
export const apiFetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
  const headers = new Headers(init.headers)
  headers.set('x-gatehouse', '1')
  for (const [name, value] of Object.entries(asHeader())) headers.set(name, value)
  let response: Response
  try {
    response = await fetch(input, { ...init, headers, credentials: 'same-origin', cache: 'no-store' })
  } catch (thrown) {
    if (init.signal?.aborted) throw thrown
    throw unreachable()
  }
  if (response.ok) return response
  throw errorOf(response.status, await readBody(response))
}

/** As `apiFetch`, and another tab may replace the token meanwhile. */
export const sessionFetch = withPresentToken({ fetch: apiFetch, alone: aloneInBrowser })

/** Where whoever is refused for one of these is led to. */
const leads: Partial<Record<ErrorCode, () => void>> = {
  not_signed_in: () => leave('ended'),
  factor_owed: leaveForFactor,
  factor_to_set_up: leaveForSetUp,
  password_due: leaveForPassword,
  network_refused: () => leave('network'),
  view_over: () => loadAnew(paths.home()),
}

/**
 * As `sessionFetch`. Whoever turns out to be signed out, or owes something, is led to the right page; where a call wants
 * a fresh proof of who one is, the person is asked for it.
 */
export const guardedFetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
  try {
    return await withPurpose(() => withProof(nameOf(input, init), () => sessionFetch(input, init)))
  } catch (thrown) {
    leads[(thrown as { code?: ErrorCode }).code ?? 'internal']?.()
    throw thrown
  }
}

/**
 * The typed client of one room: `const requests = room<RequestsRoom>()`, where `RequestsRoom` is the *type* of the
 * room's hono routes. Paths start below `/api`.
 */
// biome-ignore lint/suspicious/noExplicitAny: hono's own constraint on `hc`; a room's environment is its own affair.
export const room = <Room extends Hono<any, any, any>>() => hc<Room>('/api', { fetch: guardedFetch })

/** The answer's body; a refusal has been thrown by then: `said(client.requests.$get())`. */
export const said = async <T>(call: Promise<{ json(): Promise<T> }>): Promise<T> => (await call).json()
