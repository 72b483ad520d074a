import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { newId } from './kernel/ids.ts'
import { routesMatrix } from './routes.matrix.ts'
import { eventsOf } from './testing/events.ts'
import { openTestHouse, type TestHouse, type Visitor } from './testing/house.ts'

// Some of these ask every route of the house.
vi.setConfig({ testTimeout: 120_000 })

let h: TestHouse
let ruth: Visitor
beforeAll(async () => {
  h = await openTestHouse()
  ruth = await h.as('administrator')
})
afterAll(() => h.close())

const routes = Object.keys(routesMatrix)
  .filter((route) => /^[A-Z]+ \/api\//.test(route) && !route.startsWith('WS '))
  .map((route) => route.split(' ') as [method: string, path: string])
/** The path with ids of the demonstration in it, so that there is something to change. */
const filled = (path: string): string => {
  const ids: Record<string, string | undefined> = {
    customerId: h.seeded.customers['Helvetia Pharma'],
    deviceId: h.seeded.devices['Balance 7'],
    siteId: h.seeded.sites.Basel,
    levelId: h.seeded.sites.Basel,
    modelId: h.seeded.models.balance,
    personId: h.seeded.people.auditor,
    groupId: h.seeded.groups['Helvetia readers'],
    level: 'site',
    key: 'weight',
  }
  return path.replace(/:(\w+)(\{[^}]*\})?/g, (_, name: string) => ids[name] ?? newId())
}
/** Bare: only what is said here is sent, with the cookie of an administrator. */
const send = (method: string, path: string, headers: Record<string, string>, body?: string) =>
  fetch(h.url + filled(path), {
    method,
    redirect: 'manual',
    headers: { cookie: ruth.cookie(), ...headers },
    ...(body !== undefined && { body }),
  })
const own = () => ({ origin: h.url, 'x-gatehouse': '1', 'content-type': 'application/json' })

describe('HD05 a change', () => {
  const changes = routes.filter(([method]) => method !== 'GET')

  test.each(changes)('%s %s is made by no foreign page, whatever it sends', async (method, path) => {
    const strangers: Record<string, string>[] = [
      {},
      { 'x-gatehouse': '1' },
      { origin: h.url },
      { ...own(), origin: 'https://evil.example' },
      { ...own(), origin: 'null' },
      { ...own(), origin: `${h.url}.evil.example` },
      { ...own(), origin: h.url.replace('http:', 'https:') },
      { ...own(), 'x-gatehouse': '' },
      { origin: 'https://evil.example', 'content-type': 'text/plain' },
      { origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' },
      { origin: 'https://evil.example', 'content-type': 'multipart/form-data; boundary=x' },
    ]
    const events = await eventsOf(h.house, async () => {
      for (const headers of strangers) {
        const answer = await send(method, path, headers, '{}')
        const { error } = (await answer.json()) as { error: { code: string } }
        expect([answer.status, error.code], JSON.stringify(headers)).toEqual([403, 'foreign_origin'])
        expect(answer.headers.getSetCookie()).toEqual([])
      }
    })
    expect(events.filter(({ event }) => event !== 'access.refused')).toEqual([])
  })

  test('is made by no method but the one of its route: neither by reading, nor by a method in a header or a query', async () => {
    const events = await eventsOf(h.house, async () => {
      for (const [method, path] of changes) {
        if (routes.some(([other, same]) => other === 'GET' && same === path)) continue
        const overrides: Record<string, string>[] = [
          {},
          { 'x-http-method-override': method },
          { 'x-method-override': method },
        ]
        for (const headers of overrides) {
          const { status } = await send('GET', `${path}?_method=${method}`, { ...own(), ...headers })
          expect([403, 404, 422], `GET ${path}`).toContain(status)
        }
      }
    })
    expect(events.filter(({ outcome }) => outcome !== 'refused')).toEqual([])
  })
})

describe('HD06 no route', () => {
  test.each(['https://evil.example', 'null', 'http://localhost', 'https://sub.gatehouse.example'])(
    'grants %s anything, asked in advance or not',
    async (origin) => {
      for (const [method, path] of routes.filter(([, path]) => path !== '/api/live'))
        for (const asked of [
          await send('OPTIONS', path, {
            origin,
            'access-control-request-method': method,
            'access-control-request-headers': 'x-gatehouse, content-type',
          }),
          await send(method, path, { origin }, method === 'GET' ? undefined : '{}'),
        ]) {
          await asked.arrayBuffer()
          const granted = [...asked.headers.keys()].filter((name) => /^access-control-|^timing-allow/.test(name))
          expect(granted, `${method} ${path}`).toEqual([])
          expect(asked.headers.get('cross-origin-resource-policy')).toBe('same-origin')
        }
    },
  )
})

test('HD07 no answer of the API is kept anywhere, under whatever name it is asked for', async () => {
  for (const [, path] of routes.filter(([method, path]) => method === 'GET' && path !== '/api/live'))
    for (const form of ['', '/x.css', '%2fx.css', ';x.css', '?x.css', '/%2e%2e/x.js', '.css']) {
      const answer = await send('GET', path + form, {})
      await answer.arrayBuffer()
      expect(answer.headers.get('cache-control'), path + form).toBe('no-store')
    }
})
