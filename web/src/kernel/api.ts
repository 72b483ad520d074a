import type { Hono } from 'hono'
import { hc } from 'hono/client'
import { leave, leaveForPassword } from './leave.ts'
import { errorOf, unreachable } from './words.ts'

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

/** As `apiFetch`, and whoever turns out to be signed out, or owes a new password, is led to the right page. */
export const guardedFetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
  try {
    return await apiFetch(input, init)
  } catch (thrown) {
    const code = (thrown as { code?: unknown }).code
    if (code === 'not_signed_in') leave('ended')
    if (code === 'password_due') leaveForPassword()
    if (code === 'network_refused') leave('network')
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
