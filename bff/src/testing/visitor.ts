import type { CodeSetUpView } from '@gatehouse/shared/views/factors'
import { demoPassword, demoPeople, type Persona } from '../demo/people.ts'
import { codeOf } from './codes.ts'
import { answerOf, testPasskey } from './passkeys.ts'

/** What an answer was. */
export interface Answer<T = unknown> {
  status: number
  headers: Headers
  body: T
}

/** Somebody at a browser: keeps his cookie, sends what our pages send. */
export interface Visitor {
  /** The `Cookie` header, for WebSockets. */
  cookie(): string
  get<T = unknown>(path: string): Promise<Answer<T>>
  post<T = unknown>(path: string, body?: unknown): Promise<Answer<T>>
  send<T = unknown>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>>
}

/** Somebody at a browser that has `url` open, not signed in. */
export const visitorOf = (url: string): Visitor => {
  let cookie = ''
  const once = async <T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        origin: url,
        'x-gatehouse': '1',
        ...(cookie && { cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const set = response.headers.getSetCookie()[0]
    if (set) cookie = set.split(';')[0]?.replace(/=$/, '=') ?? ''
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    return { status: response.status, headers: response.headers, body: (isJson && text ? JSON.parse(text) : text) as T }
  }
  /** As our pages do: where rights were changed, the token is replaced first. */
  const send = async <T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await once<T>(method, path, body, headers)
    const code = (answer.body as { error?: { code?: string } } | undefined)?.error?.code
    if (code !== 'renewal_needed' || headers.cookie) return answer
    await once('POST', '/api/me/renew')
    return once<T>(method, path, body, headers)
  }
  return {
    cookie: () => cookie,
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, body),
    send,
  }
}

/** Somebody whose requests come from an address, where this machine is a trusted proxy. */
export const visitorFrom = (url: string, from: string): Visitor => {
  const visitor = visitorOf(url)
  const send: Visitor['send'] = (method, path, body, headers) =>
    visitor.send(method, path, body, { 'x-forwarded-for': from, ...headers })
  return { ...visitor, send, get: (path) => send('GET', path), post: (path, body) => send('POST', path, body) }
}

/** Shows the second factor of a demo person, by the passkey that tests hold. */
export const proveAt = async (url: string, visitor: Visitor, who: Persona): Promise<Answer> => {
  const options = await visitor.post<{ challenge: string; rpId: string }>('/api/me/proof/passkey-options')
  const response = answerOf(testPasskey(who), options.body, url)
  return visitor.post('/api/me/proof', { shown: { way: 'passkey', response } })
}

/** Sets an authenticator app up where the password was right and a second factor is demanded; returns its secret. */
export const setUpFactor = async (visitor: Visitor, now: number): Promise<string> => {
  const { secret } = (await visitor.post<CodeSetUpView>('/api/me/factors/code/options')).body
  const added = await visitor.post('/api/me/factors/code', { code: codeOf(secret, now) })
  if (added.status !== 200) throw new Error(`no second factor: ${added.status} ${JSON.stringify(added.body)}`)
  return secret
}

/** A demo person, newly signed in at `url`. */
export const signedInAt = async (url: string, who: Persona, password = demoPassword(who)): Promise<Visitor> => {
  const visitor = visitorOf(url)
  const answer = await visitor.post('/api/sign-in', { email: demoPeople[who].email, password })
  const proven = answer.status === 200 ? await proveAt(url, visitor, who) : answer
  if (proven.status !== 200)
    throw new Error(`${who} could not sign in: ${proven.status} ${JSON.stringify(proven.body)}`)
  return visitor
}
