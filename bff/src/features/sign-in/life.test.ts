import { connect } from 'node:net'
import { frameKinds } from '@gatehouse/shared/sessions/terminal-frames'
import type { MeView } from '@gatehouse/shared/views/sign-in'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { hours, minutes, seconds } from '../../kernel/clock.ts'
import { newToken } from '../../kernel/ids.ts'
import { routesMatrix } from '../../routes.matrix.ts'
import { hintsOf } from '../../testing/hints.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { sceneOf } from '../../testing/scene.ts'
import { dial, ticketFor, untilSaid } from '../../testing/sessions.ts'
import { everythingIn } from '../../testing/sinks.ts'
import { proveAt } from '../../testing/visitor.ts'

vi.setConfig({ testTimeout: 120_000 })

/** Every `Set-Cookie` that any answer in this file had. */
const setCookies: string[] = []
const plainFetch = globalThis.fetch
let h: TestHouse
let running: TestHouse['clock']['now']
beforeAll(async () => {
  vi.stubGlobal('fetch', async (...of: Parameters<typeof fetch>) => {
    const answer = await plainFetch(...of)
    setCookies.push(...answer.headers.getSetCookie())
    return answer
  })
  h = await openTestHouse()
  running = h.clock.now
})
afterAll(async () => {
  await h.close()
  vi.unstubAllGlobals()
})
afterEach(() => {
  h.clock.now = running
})

/** Lets the server's clock stand still at `at`: on a busy machine an edge is met to the millisecond. */
const standStill = (at: number): number => {
  h.clock.now = () => at
  return at
}
const asks = async (cookie: string) => (await h.nobody.send('GET', '/api/me', undefined, { cookie })).status
const gesture = async (visitor: Visitor) => (await visitor.post('/api/me/gesture', {})).status

describe('SE01 the idle clock', () => {
  test('ends a sign-in 20:00 after the last gesture, at every half minute of the way, to the millisecond', async () => {
    const offsets = Array.from({ length: 40 }, (_, i) => i * 30_000)
    const start = standStill(running())
    const visitors: Visitor[] = []
    for (const _ of offsets) visitors.push(await h.as('technician'))
    for (const [i, offset] of offsets.entries()) {
      standStill(start + offset)
      const visitor = visitors[i] as Visitor
      if (offset > 0) expect(await gesture(visitor)).toBe(200)
    }
    for (const [i, offset] of offsets.entries()) {
      const cookie = (visitors[i] as Visitor).cookie()
      standStill(start + offset + minutes(20) - 1)
      expect(await asks(cookie), `${offset / 1_000} s, before`).toBe(200)
      standStill(start + offset + minutes(20))
      expect(await asks(cookie), `${offset / 1_000} s, after`).toBe(401)
    }
    h.clock.moveTo(start + hours(1))
  })
})

describe('SE02 what no person does', () => {
  test('prolongs nothing: polls, hints, check-ins and what a device says; at 20:00 all of it ends', async () => {
    const [anna, clara] = [await h.as('technician'), await h.as('approver')]
    const scene = sceneOf(h, anna, clara)
    const { session, writer, device, client, line } = await scene.live({ minutes: 60 })
    const hints = await hintsOf(h.url, anna.cookie())
    const { idleEndsAt } = (await anna.get<MeView>('/api/me')).body
    // In steps shorter than a line may be silent: the house, which looks by itself, does not cut the device off.
    for (let left = minutes(20) - seconds(20); left > 0; left -= seconds(20)) {
      standStill(idleEndsAt - left)
      expect((await anna.get('/api/me')).status).toBe(200)
      await line.say(client.heartbeat(), client.values({ weight: left / 1_000 }))
      device.send(frameKinds.data, `output ${left}.`)
      await untilSaid(writer, `output ${left}.`)
    }
    standStill(idleEndsAt - 1)
    expect((await anna.get<MeView>('/api/me')).body.idleEndsAt).toBe(idleEndsAt)
    standStill(idleEndsAt)
    expect(await asks(anna.cookie())).toBe(401)
    expect(await writer.closed).toMatchObject({ code: 4000, reason: 'idle' })
    await device.closed
    await hints.ended
    expect(hints.text()).toContain('signed_out')
    h.clock.moveTo(idleEndsAt)
    h.clock.now = running
    const again = await h.as('technician')
    expect((await again.get(`/api/sessions/${session.id}`)).body).toMatchObject({ state: 'ended', cause: 'idle' })
  })

  test('SE01 typing into a live session is what a person does', async () => {
    const [anna, clara] = [await h.as('technician'), await h.as('approver')]
    const { session, writer, device } = await sceneOf(h, anna, clara).live()
    const before = (await anna.get<MeView>('/api/me')).body
    h.clock.advance(minutes(19))
    writer.send(frameKinds.data, 'typed')
    await untilSaid(device, 'typed')
    const typedAt = h.clock.now()
    await expect
      .poll(async () => (await anna.get<MeView>('/api/me')).body.idleEndsAt)
      .toBeGreaterThan(before.idleEndsAt + minutes(18))
    h.clock.moveTo(typedAt + minutes(19))
    expect(await asks(anna.cookie())).toBe(200)
    await anna.post(`/api/sessions/${session.id}/end`, {})
  })
})

describe('SE06 tokens', () => {
  test('100,000 of them are 32 bytes each, and every bit of them is a fair coin of its own', () => {
    const n = 100_000
    const seen = new Set<string>()
    /** How often each byte was each value, and was as the byte before it. */
    const counts = Array.from({ length: 32 }, () => new Uint32Array(256))
    let alike = 0
    for (let i = 0; i < n; i++) {
      const token = newToken()
      seen.add(token)
      const bytes = Buffer.from(token, 'base64url')
      for (let at = 0; at < 32; at++) {
        const count = counts[at] as Uint32Array
        const value = bytes[at] ?? 0
        count[value] = (count[value] ?? 0) + 1
        if (at > 0 && value === bytes[at - 1]) alike++
      }
      if (bytes.length !== 32) throw new Error(`${bytes.length} bytes`)
    }
    expect(seen.size).toBe(n)
    // Six standard deviations: once in a million runs.
    const far = (count: number, of: number, p: number) => Math.abs(count - of * p) / Math.sqrt(of * p * (1 - p))
    const ofBit = (bit: number) =>
      counts.map((count) => count.reduce((sum, times, value) => sum + ((value >> bit) & 1) * times, 0))
    const bits = [0, 1, 2, 3, 4, 5, 6, 7].flatMap(ofBit)
    expect(bits).toHaveLength(256)
    expect(Math.max(...bits.map((ones) => far(ones, n, 1 / 2)))).toBeLessThan(6)
    expect(Math.max(...counts.flatMap((count) => [...count].map((times) => far(times, n, 1 / 256))))).toBeLessThan(6)
    expect(far(alike, 31 * n, 1 / 256)).toBeLessThan(6)
  })

  test('are not in the database: nothing that whoever reads all of it finds there signs anybody in', async () => {
    const visitor = await h.as('technician')
    expect(await asks(visitor.cookie())).toBe(200)
    const dump = await everythingIn(h.ownerUrl)
    const hex = new Set(dump.match(/\b[0-9a-f]{64}\b/g))
    expect(hex.size).toBeGreaterThan(3)
    const found = new Set(dump.match(/(?<![\w-])[\w-]{43}(?![\w-])/g))
    for (const one of hex) found.add(Buffer.from(one, 'hex').toString('base64url'))
    const token = visitor.cookie().split('=')[1] ?? ''
    expect(found.has(token)).toBe(false)
    const tries = [...found]
      .flatMap((one) => [`__Host-gatehouse=${one}`])
      .concat([...hex].map((one) => `__Host-gatehouse=${one}`))
    for (let at = 0; at < tries.length; at += 20)
      expect(new Set(await Promise.all(tries.slice(at, at + 20).map(asks)))).toEqual(new Set([401]))
  })
})

describe('SE08 signing out', () => {
  test('kills the cookie, its tickets, its stream of hints and its sessions, within a second, and cleans the browser', async () => {
    const [anna, elsewhere, clara] = [await h.as('technician'), await h.as('technician'), await h.as('approver')]
    const { session, writer, device } = await sceneOf(h, anna, clara).live()
    const hints = await hintsOf(h.url, anna.cookie())
    const ticket = await ticketFor(anna, session.id, 'write')
    const kept = anna.cookie()
    const began = performance.now()
    const answer = await anna.post('/api/sign-out')
    expect(await asks(kept)).toBe(401)
    expect((await writer.closed).reason).toBe('signed_out')
    await Promise.all([device.closed, hints.ended])
    expect(performance.now() - began).toBeLessThan(1_000)
    expect(answer.headers.get('clear-site-data')).toBe('"cache", "cookies", "storage"')
    const knock = (cookie: string) =>
      dial(`${h.wsUrl}/api/streams/${session.id}/terminal`, ['gatehouse.v1', `ticket.${ticket}`], {
        headers: { cookie },
        origin: h.url,
      })
    await expect(knock(kept)).rejects.toThrow('401 not_signed_in')
    await expect(knock(elsewhere.cookie()), 'with another sign-in of the same person').rejects.toThrow(/40[39]/)
    expect(await asks(elsewhere.cookie())).toBe(200)
  })
})

describe('SE09 a cookie that was tossed in', () => {
  /** The status of `/api/me` for `Cookie` headers as bytes: `fetch` would not send them all. */
  const askRaw = (...cookies: string[]): Promise<number> =>
    new Promise((done) => {
      const { port, host } = new URL(h.url)
      const socket = connect(Number(port), 'localhost')
      let said = ''
      socket.on('data', (bytes: Buffer) => (said += bytes.toString('latin1')))
      socket.on('close', () => done(Number(said.split(' ')[1])))
      const lines = [
        'GET /api/me HTTP/1.1',
        `Host: ${host}`,
        'Connection: close',
        ...cookies.map((one) => `Cookie: ${one}`),
      ]
      // Not ended: who hangs up is not answered.
      socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
    })

  test('never wins over the real one, wherever and however it stands', async () => {
    const [mine, planted] = [(await h.as('technician')).cookie(), (await h.as('auditor')).cookie()]
    const token = planted.split('=')[1] ?? ''
    const whoIs = async (cookie: string) =>
      (await h.nobody.send<MeView>('GET', '/api/me', undefined, { cookie })).body.name
    expect([await whoIs(mine), await whoIs(planted)]).toEqual(['Anna Keller', 'Oskar Lind'])
    const cases: Record<string, [cookies: string[], status: number]> = {
      'two of the name: neither is believed': [[`${mine}; ${planted}`], 401],
      'two of the name, the other way round': [[`${planted}; ${mine}`], 401],
      'the same twice': [[`${mine}; ${mine}`], 401],
      'two headers': [[mine, planted], 401],
      'two headers, the other way round': [[planted, mine], 401],
      'an empty one beside it': [[`__Host-gatehouse=; ${mine}`], 401],
      'one that is no token beside it': [[`__Host-gatehouse=x; ${mine}`], 401],
      'a no-break space before the name': [[`\u00a0__Host-gatehouse=${token}`], 401],
      'a no-break space in UTF-8 before the name': [[`\u00c2\u00a0__Host-gatehouse=${token}`], 401],
      'a no-break space before the name, and the real one': [[`\u00a0__Host-gatehouse=${token}; ${mine}`], 200],
      'the same after it': [[`${mine}; \u00c2\u00a0__Host-gatehouse=${token}`], 200],
      'another case of the name': [[`__host-gatehouse=${token}`], 401],
      'another case of the name, and the real one': [[`__HOST-GATEHOUSE=${token}; ${mine}`], 200],
      'a space behind the name': [[`__Host-gatehouse =${token}`], 401],
      'no prefix': [[`gatehouse=${token}`], 401],
      'another prefix, as a parent domain may set': [[`__Secure-gatehouse=${token}; ${mine}`], 200],
      'a name that goes on': [[`__Host-gatehouse2=${token}; ${mine}`], 200],
      quotes: [[`__Host-gatehouse="${token}"`], 401],
      'a comma between': [[`a=b, __Host-gatehouse=${token}`], 401],
      'inside of another': [[`a="; __Host-gatehouse=${token}; "; ${mine}`], 401],
      encoded: [[`__Host%2Dgatehouse=${token}; ${mine}`], 200],
      'a tab before it': [[`a=b;\t${mine}`], 200],
      'many others around it': [[`a=1; b=2; ${mine}; c=3`], 200],
    }
    for (const [says, [cookies, status]] of Object.entries(cases)) {
      expect(await askRaw(...cookies), says).toBe(status)
      if (status === 200 && cookies.length === 1)
        expect(await whoIs(cookies[0] ?? '').catch(() => 'Anna Keller'), says).toBe('Anna Keller')
    }
  })
})

describe('AU19 a sign-in that was ended', () => {
  test.each(['by its owner', 'by an administrator'])('%s answers 401 to its cookie within a second', async (by) => {
    const [one, other, ruth] = [await h.as('auditor'), await h.as('auditor'), await h.as('administrator')]
    const began = performance.now()
    const ended =
      by === 'by its owner'
        ? await one.post('/api/me/sign-ins/end-others')
        : await ruth.post(`/api/staff/${h.seeded.people.auditor}/sign-out`)
    expect(ended.status).toBe(200)
    expect(await asks(other.cookie())).toBe(401)
    expect(performance.now() - began).toBeLessThan(1_000)
    expect(await asks(one.cookie())).toBe(by === 'by its owner' ? 200 : 401)
  })
})

// Last, because it looks at what every test before it was answered.
test('SE07 every cookie that any answer sets is ours alone, for no script, no other site, and no longer than the browser', async () => {
  const visitor = await h.as('technician')
  expect((await proveAt(h.url, visitor, 'technician')).status).toBe(200)
  const before = setCookies.length
  for (const route of Object.keys(routesMatrix).filter((one) => one.startsWith('GET ') && one !== 'GET /api/live'))
    await visitor.get(route.slice(4).replace(/:\w+(\{[^}]*\})?/g, h.seeded.devices['Balance 7'] ?? ''))
  for (const path of ['/', '/fleet', '/metrics', '/assets/none.js']) await visitor.get(path)
  expect(setCookies.slice(before), 'reading sets none').toEqual([])
  await visitor.post('/api/sign-out')
  expect(setCookies.length).toBeGreaterThan(50)
  for (const text of setCookies) {
    const [pair = '', ...attributes] = text.split('; ')
    const [name, value = ''] = pair.split('=')
    expect(name).toBe('__Host-gatehouse')
    const blank = value === ''
    if (!blank) expect(value).toMatch(/^[\w-]{43}$/)
    // To take a cookie away is the only reason to say how long it lasts.
    expect(attributes.sort()).toEqual(
      ['HttpOnly', ...(blank ? ['Max-Age=0'] : []), 'Path=/', 'SameSite=Strict', 'Secure'].sort(),
    )
  }
  expect(setCookies.some((one) => one.startsWith('__Host-gatehouse=;'))).toBe(true)
})
