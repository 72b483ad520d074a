import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { minutes } from '../../kernel/clock.ts'
import { pageHeaders } from '../../kernel/http/headers.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { reportsTaken } from './routes.ts'
import { reportLimits } from './rules.ts'

let h: TestHouse
beforeAll(async () => {
  // The proxy of these tests is this machine: they say from where they come.
  h = await openTestHouse({ GATEHOUSE_TRUSTED_PROXIES: '127.0.0.0/8, ::1' })
})
afterAll(() => h.close())

/** Lines that the log was given. */
let lines: string[] = []
beforeEach(() => {
  lines = []
  vi.spyOn(h.house.log, 'warn').mockImplementation((...of: unknown[]) => void lines.push(JSON.stringify(of)))
  vi.spyOn(h.house.log, 'error').mockImplementation((...of: unknown[]) => void lines.push(`ERROR ${of[1]}`))
  h.clock.advance(minutes(1))
})

const [uriType, endpointType] = ['application/csp-report', 'application/reports+json'] as const
const byUri = (more: Record<string, unknown> = {}) =>
  JSON.stringify({
    'csp-report': {
      'document-uri': `${h.url}/devices/7/overview?secret=1#token`,
      'blocked-uri': 'https://evil.example/x.js?stolen=kanarie',
      'effective-directive': 'script-src-elem',
      'original-policy': 'kanarie',
      referrer: `${h.url}/kanarie`,
      'script-sample': 'kanarie',
      'source-file': `${h.url}/assets/index.js`,
      'line-number': 7,
      ...more,
    },
  })
const byEndpoint = (n: number, type = 'csp-violation') =>
  JSON.stringify(
    Array.from({ length: n }, () => ({
      type,
      age: 1,
      url: `${h.url}/fleet`,
      user_agent: 'kanarie',
      body: {
        documentURL: `${h.url}/fleet?secret=1`,
        blockedURL: 'inline',
        effectiveDirective: 'style-src-attr',
        sample: 'kanarie',
      },
    })),
  )

/** As a browser sends it: no header of ours. */
const send = (body: string | Uint8Array<ArrayBuffer>, type: string | undefined, from = '203.0.113.1') =>
  fetch(`${h.url}/browser-reports`, {
    method: 'POST',
    body,
    headers: { 'x-forwarded-for': from, ...(type !== undefined && { 'content-type': type }) },
  })

describe('HD01 reports of browsers', () => {
  test('are asked for by every page, by both ways that browsers know; endpoints need TLS', () => {
    const [plain, secure] = [pageHeaders('n', 'http://localhost:8080'), pageHeaders('n', 'https://gatehouse.example')]
    expect(plain['Content-Security-Policy']).toMatch(/; report-uri \/browser-reports$/)
    expect(plain['Reporting-Endpoints']).toBeUndefined()
    expect(secure['Content-Security-Policy']).toMatch(/; report-uri \/browser-reports; report-to csp$/)
    expect(secure['Reporting-Endpoints']).toBe('csp="/browser-reports"')
  })

  test('are one line of the log each, without query, fragment, sample or who it was, and counted', async () => {
    const before = reportsTaken(h.house)
    expect((await send(byUri(), uriType)).status).toBe(204)
    expect((await send(byEndpoint(2), `${endpointType}; charset=utf-8`)).status).toBe(204)
    expect(reportsTaken(h.house) - before).toBe(3)
    expect(lines).toHaveLength(3)
    expect(lines[0]).toContain(
      `"report":{"directive":"script-src-elem","blocked":"https://evil.example/x.js","page":"${h.url}/devices/7/overview","source":"${h.url}/assets/index.js","line":7}`,
    )
    expect(lines[1]).toContain(`"directive":"style-src-attr","blocked":"inline","page":"${h.url}/fleet"`)
    expect(lines.join()).not.toMatch(/kanarie|secret|token/)
  })

  test('of other kinds, and of more than are read at once, are left', async () => {
    expect((await send(byEndpoint(3, 'intervention'), endpointType)).status).toBe(204)
    expect(lines).toEqual([])
    expect((await send(byEndpoint(40), endpointType)).status).toBe(204)
    expect(lines).toHaveLength(reportLimits.perRequest)
  })

  const hostile: Record<
    string,
    [body: string | Uint8Array<ArrayBuffer>, type: string | undefined, statuses: number[]]
  > = {
    'another type': ['{}', 'application/json', [400]],
    'the type of a form': [`a=${'x'.repeat(10)}`, 'application/x-www-form-urlencoded', [400]],
    'plain text': ['{"csp-report":{}}', 'text/plain', [400]],
    'no JSON': ['{', uriType, [400]],
    nothing: ['', uriType, [400]],
    'bytes that are no text': [new Uint8Array([0xff, 0xfe, 0, 1]), uriType, [400]],
    null: ['null', endpointType, [400]],
    'a list where an object belongs': ['[]', uriType, [400]],
    'an object where a list belongs': ['{}', endpointType, [400]],
    'lists in lists': ['['.repeat(8_000) + ']'.repeat(8_000), endpointType, [400]],
    'a prototype': ['{"__proto__":{"csp-report":{}},"constructor":{"prototype":{"a":1}}}', uriType, [400]],
    'numbers where texts belong': [
      '{"csp-report":{"document-uri":1,"line-number":"x","blocked-uri":{},"effective-directive":[]}}',
      uriType,
      [204],
    ],
    'lines of its own': [
      JSON.stringify({
        'csp-report': { 'document-uri': 'x\r\n{"level":60}\u2028\u001b[2J\0', 'blocked-uri': 'javascript:1' },
      }),
      uriType,
      [204],
    ],
    'more than is read': [byUriOf(20_000), uriType, [413]],
    'no type': [new Uint8Array([0x7b, 0x7d]), undefined, [400]],
  }
  test.each(Object.entries(hostile))('may hold %s', async (_, [body, type, statuses]) => {
    const answer = await send(body, type)
    expect(statuses).toContain(answer.status)
    expect(lines.filter((line) => line.startsWith('ERROR'))).toEqual([])
    expect(lines.join()).not.toMatch(/[\p{Cc}\u2028]|level":60/u)
    expect(({} as Record<string, unknown>).a).toBeUndefined()
  })

  test('that never end, in chunks or broken off, take no more than their limit', async () => {
    const { port } = new URL(h.url)
    const chunk = `400\r\n${'x'.repeat(0x400)}\r\n`
    const talk = (rest: string, hangUp: boolean) =>
      new Promise<string>((done) => {
        const socket = connect(Number(port), 'localhost')
        let said = ''
        socket.on('data', (bytes: Buffer) => (said += bytes.toString('latin1')))
        socket.on('close', () => done(said))
        socket.on('error', () => done(said))
        const head = `POST /browser-reports HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: ${uriType}\r\n`
        socket.write(head + rest)
        if (hangUp) socket.end()
      })
    const endless = await talk(`Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(200)}`, false)
    expect(endless).toMatch(/^HTTP\/1\.1 4(00|13) /)
    await talk('Content-Length: 9000\r\n\r\n{"csp-report"', true)
    expect(lines).toEqual([])
    expect((await send(byUri(), uriType)).status).toBe(204)
  })

  test('are taken from each source so often, and from all together: nobody fills the log', async () => {
    const statuses = async (n: number, from: (i: number) => string) =>
      (await Promise.all(Array.from({ length: n }, (_, i) => send(byUri(), uriType, from(i))))).map(
        ({ status }) => status,
      )
    const one = await statuses(reportLimits.perSource + 5, () => '203.0.113.9')
    expect(one.filter((status) => status === 204)).toHaveLength(reportLimits.perSource)
    expect(one.filter((status) => status === 429)).toHaveLength(5)
    expect((await send(byUri(), uriType, '203.0.113.10')).status, 'another source').toBe(204)
    const many = await statuses(reportLimits.altogether, (i) => `198.51.${i >> 8}.${i & 255}`)
    expect(lines).toHaveLength(reportLimits.altogether)
    expect(new Set(many)).toEqual(new Set([204, 429]))
    h.clock.advance(reportLimits.within)
    expect((await send(byUri(), uriType, '203.0.113.9')).status, 'a minute later').toBe(204)
  })
})

function byUriOf(bytes: number): string {
  return JSON.stringify({ 'csp-report': { 'document-uri': 'x'.repeat(bytes) } })
}
