import { demoPassword, demoPeople, type Persona } from '../demo/people.ts'

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
  const send = async <T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
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
  return {
    cookie: () => cookie,
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, body),
    send,
  }
}

/** A demo person, newly signed in at `url`. */
export const signedInAt = async (url: string, who: Persona): Promise<Visitor> => {
  const visitor = visitorOf(url)
  const answer = await visitor.post('/api/sign-in', { email: demoPeople[who].email, password: demoPassword(who) })
  if (answer.status !== 200)
    throw new Error(`${who} could not sign in: ${answer.status} ${JSON.stringify(answer.body)}`)
  return visitor
}
