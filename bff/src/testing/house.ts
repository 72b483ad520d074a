import { inject } from 'vitest'
import { demoPassword, demoPeople, type Persona } from '../demo/people.ts'
import { type Seeded, seedDemo } from '../demo/seed.ts'
import { readSettings } from '../env.ts'
import { type MovableClock, movableClock } from '../kernel/clock.ts'
import type { House } from '../kernel/house.ts'
import { openHouse } from '../main.ts'
import { cloneDatabase, temporaryFolder, testSecret } from './cluster.ts'

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

/** A house of a test's own: real server, real PostgreSQL, a clock that can be moved. */
export interface TestHouse {
  house: House
  url: string
  /** `ws://…` of the same server. */
  wsUrl: string
  clock: MovableClock
  /** Owner of the schema: for what the application may not do. */
  ownerUrl: string
  seeded: Seeded
  nobody: Visitor
  /** A demo person, newly signed in. */
  as(who: Persona): Promise<Visitor>
  close(): Promise<void>
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

/** Opens a house on a copy of the template database, with the demonstration in it. Close it in `afterAll`. */
export const openTestHouse = async (): Promise<TestHouse> => {
  const [database, folder] = await Promise.all([cloneDatabase(inject('testCluster')), temporaryFolder('house')])
  const clock = movableClock()
  const settings = readSettings({
    PORT: '0',
    DATABASE_URL: database.ownerUrl,
    GATEHOUSE_DATA: folder.path,
    GATEHOUSE_SECRET: testSecret,
    LOG_LEVEL: 'silent',
  })
  const opened = await openHouse(settings, { clock })
  const seeded = await seedDemo(opened.house)
  return {
    house: opened.house,
    url: opened.url,
    wsUrl: opened.url.replace('http', 'ws'),
    clock,
    ownerUrl: database.ownerUrl,
    seeded,
    nobody: visitorOf(opened.url),
    as: (who) => signedInAt(opened.url, who),
    close: async () => {
      await opened.close()
      await database.drop()
      await folder.remove()
    },
  }
}
