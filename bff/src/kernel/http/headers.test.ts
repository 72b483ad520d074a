import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSettings } from '../../env.ts'
import { openHouse } from '../../main.ts'
import { temporaryFolder, testSecret } from '../../testing/cluster.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'

const dist = fileURLToPath(new URL('../../../../web/dist', import.meta.url))

let h: TestHouse
let visitor: Visitor
let asset: string
beforeAll(async () => {
  // Without a build there is a page all the same: this is about its headers.
  await mkdir(`${dist}/assets`, { recursive: true })
  await writeFile(`${dist}/index.html`, '<!doctype html><title>Gatehouse</title>', { flag: 'wx' }).catch(
    () => undefined,
  )
  if ((await readdir(`${dist}/assets`)).length === 0) await writeFile(`${dist}/assets/any-00000000.js`, '//')
  asset = (await readdir(`${dist}/assets`)).find((name) => name.endsWith('.js')) ?? ''
  h = await openTestHouse()
  visitor = await h.as('technician')
})
afterAll(() => h.close())

interface Seen {
  status: number
  headers: Headers
  body: string
}

/** A request as bytes, for what `fetch` does not send. */
const raw = async (head: readonly string[]): Promise<Seen> => {
  const { port } = new URL(h.url)
  const socket = connect(Number(port), 'localhost')
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  let text = ''
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1')
  })
  await once(socket, 'close')
  const [top = '', ...rest] = text.split('\r\n\r\n')
  const [line = '', ...lines] = top.split('\r\n')
  const headers = new Headers(
    lines.map((one): [string, string] => [one.split(':')[0] ?? '', one.slice(one.indexOf(':') + 1)]),
  )
  return { status: Number(line.split(' ')[1]), headers, body: rest.join('\r\n\r\n') }
}

const ask = async (
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Seen> => {
  const leaving = new AbortController()
  const own = { origin: h.url, 'x-gatehouse': '1', cookie: visitor.cookie() }
  const answer = await fetch(h.url + path, {
    method,
    redirect: 'manual',
    headers: { ...own, ...headers },
    signal: leaving.signal,
    ...(body !== undefined && { body }),
  })
  // A stream never ends by itself: its headers are enough.
  const text = answer.headers.get('content-type')?.includes('event-stream') ? '' : await answer.text()
  leaving.abort()
  return { status: answer.status, headers: answer.headers, body: text }
}

const host = () => `Host: ${new URL(h.url).host}`
const upgrade = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
]
const json = { 'content-type': 'application/json' }

const kinds: Record<string, { status: number; get: () => Promise<Seen> }> = {
  'a page': { status: 200, get: () => ask('GET', '/fleet') },
  'the first page, asked by nobody': { status: 200, get: () => ask('GET', '/', { cookie: '' }) },
  'an asset': { status: 200, get: () => ask('GET', `/assets/${asset}`) },
  'an asset, asked for again: nothing is answered 304': {
    status: 200,
    get: () => ask('GET', `/assets/${asset}`, { 'if-modified-since': new Date().toUTCString(), 'if-none-match': '*' }),
  },
  'a page, asked for again': {
    status: 200,
    get: () => ask('GET', '/fleet', { 'if-modified-since': new Date().toUTCString(), 'if-none-match': '*' }),
  },
  'a part of an asset': { status: 206, get: () => ask('GET', `/assets/${asset}`, { range: 'bytes=0-0' }) },
  'the head of an asset': { status: 200, get: () => ask('HEAD', `/assets/${asset}`) },
  'a page that is not there': { status: 404, get: () => ask('GET', '/metrics') },
  'a report of a browser': {
    status: 204,
    get: () => ask('POST', '/browser-reports', { 'content-type': 'application/reports+json' }, '[]'),
  },
  'what is no report': { status: 400, get: () => ask('POST', '/browser-reports', json, '{}') },
  'signing out': {
    status: 200,
    get: async () => ask('POST', '/api/sign-out', { cookie: (await h.as('outsider')).cookie() }),
  },
  'an asset that is not there': { status: 404, get: () => ask('GET', '/assets/nothing.js') },
  'an answer': { status: 200, get: () => ask('GET', '/api/me') },
  'its head': { status: 200, get: () => ask('HEAD', '/api/me') },
  'an answer to nobody': { status: 401, get: () => ask('GET', '/api/me', { cookie: '' }) },
  'a foreign origin': {
    status: 403,
    get: () => ask('POST', '/api/me/gesture', { origin: 'https://evil.example', ...json }, '{}'),
  },
  'what does not exist': { status: 404, get: () => ask('GET', '/api/nothing') },
  'what may not be seen': { status: 404, get: () => ask('GET', '/api/devices/00000000-0000-7000-8000-000000000000') },
  'too large a body': {
    status: 413,
    get: () =>
      raw([
        'POST /api/me/gesture HTTP/1.1',
        host(),
        `Origin: ${h.url}`,
        'X-Gatehouse: 1',
        `Cookie: ${visitor.cookie()}`,
        'Content-Type: application/json',
        'Content-Length: 2000000',
        'Connection: close',
      ]),
  },
  'a body that is no JSON': { status: 400, get: () => ask('POST', '/api/me/gesture', json, '{') },
  'a body that does not fit': { status: 422, get: () => ask('POST', '/api/me/gesture', json, '{"agoMs":-1}') },
  'a stream': { status: 200, get: () => ask('GET', '/api/live') },
  "the devices' face": { status: 401, get: () => ask('POST', '/agent/v1/check-in', json, '{}') },
  'a method that is none': { status: 404, get: () => ask('PATCH', '/api/me', json, '{}') },
  'OPTIONS of an answer': {
    status: 403,
    get: () => ask('OPTIONS', '/api/me', { origin: 'https://evil.example', 'access-control-request-method': 'GET' }),
  },
  'OPTIONS of a page': { status: 404, get: () => ask('OPTIONS', '/') },
  'an upgrade from a foreign origin': {
    status: 403,
    get: () => raw(['GET /api/streams/a/terminal HTTP/1.1', host(), 'Origin: https://evil.example', ...upgrade]),
  },
  'an upgrade to nowhere': {
    status: 404,
    get: () => raw(['GET /api/nothing HTTP/1.1', host(), `Origin: ${h.url}`, ...upgrade]),
  },
  'an upgrade without a ticket': {
    status: 401,
    get: () =>
      raw([
        'GET /api/streams/00000000-0000-7000-8000-000000000000/terminal HTTP/1.1',
        host(),
        `Origin: ${h.url}`,
        ...upgrade,
      ]),
  },
  'an upgrade of a device that shows nothing': {
    status: 401,
    get: () => raw(['GET /agent/v1/control HTTP/1.1', host(), ...upgrade]),
  },
  'what is no HTTP': { status: 400, get: () => raw(['what is this']) },
  'headers without end': { status: 431, get: () => raw(['GET / HTTP/1.1', host(), `X: ${'x'.repeat(40_000)}`]) },
}

/** HD01, HD03, HD04: what every answer carries. */
const everywhere: readonly (readonly [string, RegExp])[] = [
  ['strict-transport-security', /^max-age=(3153[6-9]|315[4-9]|31[6-9]|3[2-9]|[4-9])\d+; includeSubDomains/],
  ['x-content-type-options', /^nosniff$/],
  ['referrer-policy', /^no-referrer$/],
  ['cross-origin-opener-policy', /^same-origin$/],
  ['cross-origin-resource-policy', /^same-origin$/],
  ['permissions-policy', /camera=\(\).*microphone=\(\).*geolocation=\(\)/],
  ['content-security-policy', /default-src 'none'/],
  ['content-security-policy', /object-src 'none'/],
  ['content-security-policy', /base-uri 'none'/],
  ['content-security-policy', /frame-ancestors 'none'/],
  ['content-security-policy', /report-uri \/browser-reports(;|$)/],
]

describe.each(Object.entries(kinds))('%s', (_, { status, get }) => {
  test('HD01 HD03 HD04 HD06 carries every header, grants nobody anything, and tells nothing of what made it', async () => {
    const seen = await get()
    expect(seen.status).toBe(status)
    for (const [name, pattern] of everywhere) expect(seen.headers.get(name)?.trim(), name).toMatch(pattern)
    const csp = seen.headers.get('content-security-policy') ?? ''
    expect(csp).not.toMatch(/unsafe-(inline|eval|hashes)|\*|https?:/)
    const told = [...seen.headers.keys()].filter((name) =>
      /^access-control-|^x-powered-by$|^server$|^location$/.test(name),
    )
    expect(told).toEqual([])
  })
})

test('HD01 HD03 HD04 an answer from before the house is open carries every header as well', async () => {
  // A database that takes the call and says nothing: the house stays as it is before it opens.
  const silent = createServer().listen(0, 'localhost')
  const calls = new Set<Socket>()
  silent.on('connection', (socket) => {
    calls.add(socket)
    socket.on('error', () => undefined)
  })
  const free = createServer().listen(0, 'localhost')
  await Promise.all([once(silent, 'listening'), once(free, 'listening')])
  const [{ port: database }, { port }] = [silent.address() as AddressInfo, free.address() as AddressInfo]
  await new Promise((closed) => free.close(closed))
  const folder = await temporaryFolder('shut')
  const settings = readSettings({
    PORT: String(port),
    HOST: 'localhost',
    DATABASE_URL: `postgres://nobody:nothing@localhost:${database}/none`,
    GATEHOUSE_DATA: folder.path,
    GATEHOUSE_SECRET: testSecret,
    LOG_LEVEL: 'silent',
  })
  const opening = openHouse(settings).then(
    () => 'open',
    () => 'never',
  )
  const ask = () => fetch(`http://localhost:${port}/api/me`).catch(() => undefined)
  await expect.poll(async () => (await ask())?.status).toBe(503)
  const { headers } = (await ask()) as Response
  for (const [name, pattern] of everywhere) expect(headers.get(name), name).toMatch(pattern)
  silent.close()
  for (const socket of calls) socket.destroy()
  expect(await opening).toBe('never')
  await folder.remove()
}, 60_000)

describe('the policy of pages', () => {
  test('HD01 HD02 takes scripts of ours only, and enforces Trusted Types with one policy', async () => {
    const policy = (await ask('GET', '/')).headers.get('content-security-policy') ?? ''
    const parts = new Map(policy.split('; ').map((part) => [part.split(' ')[0], part.split(' ').slice(1).join(' ')]))
    expect(parts.get('script-src')).toBe("'self'")
    expect(parts.get('require-trusted-types-for')).toBe("'script'")
    expect(parts.get('trusted-types')).toBe('default')
    expect(parts.get('connect-src')).toBe("'self'")
    expect(parts.get('form-action')).toBe("'self'")
  })

  test('HD01 has a nonce of its own each time', async () => {
    const nonce = async () =>
      /'nonce-([^']+)'/.exec((await ask('GET', '/')).headers.get('content-security-policy') ?? '')?.[1]
    const [one, two] = [await nonce(), await nonce()]
    expect(one).toMatch(/^[\w+/]{22}==$/)
    expect(one).not.toBe(two)
  })
})

describe('HD07 caches', () => {
  test.each(['/api/me', '/api/nothing', '/agent/v1/nothing', '/', '/fleet', '/assets/nothing.js'])(
    'keep nothing of %s',
    async (path) => {
      expect((await ask('GET', path)).headers.get('cache-control')).toBe('no-store')
    },
  )

  test('keep assets, which are named by their hash, for ever', async () => {
    expect((await ask('GET', `/assets/${asset}`)).headers.get('cache-control')).toBe(
      'public, max-age=31536000, immutable',
    )
  })

  test.each([
    '/api/me/x.css',
    '/api/me%2fx.css',
    '/api/me;x.css',
    '/api/me/..%2fx.js',
    '/assets/../api/me',
    '/assets/%2e%2e/api/me',
  ])('are not deceived by %s', async (path) => {
    const { headers, body } = await ask('GET', path)
    // A path that is cleaned up to /api/me may answer; it must not be kept.
    expect(headers.get('cache-control')).toBe('no-store')
    if (!path.startsWith('/assets')) expect(body).not.toContain('anna@')
  })
})

describe('HD05 what changes something', () => {
  const types = [
    undefined,
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'APPLICATION/JSON ; a=b',
  ]
  const strangers: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: '' },
    { 'x-gatehouse': '' },
    { 'x-gatehouse': '2' },
  ]
  test.each(types.flatMap((type) => strangers.map((stranger) => [type, stranger] as const)))(
    'is refused with content type %s and %o',
    async (type, stranger) => {
      const { status } = await ask(
        'POST',
        '/api/me/gesture',
        { ...stranger, ...(type && { 'content-type': type }) },
        '{}',
      )
      expect(status).toBe(403)
    },
  )
})

describe('HD06 no origin', () => {
  test.each(['https://evil.example', 'null', 'http://localhost', 'http://localhost.evil.example'])(
    'is granted anything: %s',
    async (origin) => {
      for (const [method, path] of [
        ['GET', '/api/me'],
        ['OPTIONS', '/api/me'],
        ['GET', '/'],
        ['POST', '/api/sign-in'],
      ] as const) {
        const { headers } = await ask(method, path, { origin, 'access-control-request-method': 'POST' })
        expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
      }
    },
  )
})

describe('HD09 nothing else', () => {
  test.each(['TRACE', 'TRACK', 'CONNECT', 'PROPFIND', 'DEBUG'])('answers %s', async (method) => {
    const path = method === 'CONNECT' ? 'localhost:80' : '/api/me'
    const { status, body } = await raw([`${method} ${path} HTTP/1.1`, host(), 'X-Secret: echo-me', 'Connection: close'])
    expect(status === 0 || Number.isNaN(status) || status >= 400).toBe(true)
    expect(body).not.toContain('echo-me')
  })

  test.each([
    '/.git/config',
    '/.git/HEAD',
    '/.env',
    '/assets/.vite/manifest.json',
    '/package.json',
    '/server.js.map',
    '/.well-known/../.git/HEAD',
    '/api/metrics',
    '/api/debug',
    '/..%2f..%2fpackage.json',
    '/assets/..%2f..%2fpackage.json',
  ])('is found at %s', async (path) => {
    expect((await raw([`GET ${path} HTTP/1.1`, host(), 'Connection: close'])).status).toBe(404)
  })

  test.each([
    '/metrics',
    '/setup',
    '/actuator/env',
    '/server-status',
    '/debug/pprof/',
    '/wp-admin/install',
    '/fleet/../metrics',
    '/devices/x/y/z',
    '/sign-in/x',
    '/%66leet/x',
    '/fleet%00',
    '/index',
    '/browser-reports',
  ])('is found at %s, where a browser shows our own page of what is missing', async (path) => {
    const { status, headers, body } = await raw([`GET ${path} HTTP/1.1`, host(), 'Connection: close'])
    expect(status).toBe(404)
    expect(headers.get('content-type')).toContain('text/html')
    expect(body).toContain('<title>Gatehouse')
  })

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('takes %s at a page or a file', async (method) => {
    for (const path of ['/', '/fleet', `/assets/${asset}`, '/metrics'])
      expect((await ask(method, path, json, '{}')).status, path).toBe(404)
  })
})

describe('HD10 the server', () => {
  test.each([
    '//evil.example',
    '/%2f%2fevil.example',
    '/sign-in?to=https://evil.example',
    '/fleet/',
    '/api/',
    '/\\evil.example',
    '/%0d%0aLocation:%20https://evil.example',
  ])('sends nobody anywhere: %s', async (path) => {
    const { status, headers } = await raw([`GET ${path} HTTP/1.1`, host(), 'Connection: close'])
    expect(status < 300 || status >= 400).toBe(true)
    expect(headers.get('location')).toBeNull()
  })
})
