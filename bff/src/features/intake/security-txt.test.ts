import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { days, hours } from '../../kernel/clock.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { securityTxt } from './rules.ts'

/** The fields of a file, read as RFC 9116 (section 4) has it; throws on every line that is none of its. */
const parse = (text: string): Map<string, string[]> => {
  const fields = new Map<string, string[]>()
  if (!text.endsWith('\n')) throw new Error('the last line is not ended')
  for (const line of text.slice(0, -1).split(/\r?\n/)) {
    if (line === '' || line.startsWith('#')) continue
    const [, name = '', value = ''] = /^([!-9;-~]+): (\S(?:.*\S)?)$/.exec(line) ?? []
    if (!name) throw new Error(`no field: ${line}`)
    fields.set(name.toLowerCase(), [...(fields.get(name.toLowerCase()) ?? []), value])
  }
  return fields
}

const only = (fields: Map<string, string[]>, name: string): string => {
  const values = fields.get(name) ?? []
  expect(values, `${name} stands once`).toHaveLength(1)
  return values[0] ?? ''
}

/** What the RFC asks for, at `now`. */
const checkFile = (text: string, origin: string, now: number): Map<string, string[]> => {
  const fields = parse(text)
  const known = ['contact', 'expires', 'encryption', 'acknowledgments', 'preferred-languages', 'canonical', 'policy']
  expect([...fields.keys()].filter((name) => !known.includes(name))).toEqual([])
  const contacts = fields.get('contact') ?? []
  expect(contacts.length).toBeGreaterThan(0)
  for (const contact of contacts) expect(new URL(contact).protocol).toMatch(/^(https|mailto|tel):$/)
  const expires = only(fields, 'expires')
  // RFC 3339, section 5.6
  expect(expires).toMatch(/^\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i)
  expect(Date.parse(expires)).toBeGreaterThan(now)
  expect(Date.parse(expires)).toBeLessThan(now + days(365))
  expect(only(fields, 'preferred-languages')).toMatch(/^[a-z]{2,3}(-[A-Za-z0-9]+)*( *, *[a-z]{2,3}(-[A-Za-z0-9]+)*)*$/)
  expect(only(fields, 'canonical')).toBe(`${origin}/.well-known/security.txt`)
  expect(new URL(only(fields, 'policy')).origin).toBe(origin)
  return fields
}

describe('HD11 security.txt', () => {
  const origin = 'https://gatehouse.example'

  test('is valid on every day, at its first and its last moment', () => {
    const first = Date.UTC(2026, 0, 1)
    for (let day = 0; day < 800; day++)
      for (const now of [first + days(day), first + days(day) + hours(13), first + days(day + 1) - 1])
        checkFile(securityTxt(origin, 'security@alpenwerk.example', now), origin, now)
  })

  test('names the page first, and the security contact where there is one', () => {
    const contacts = (contact?: string) => checkFile(securityTxt(origin, contact, 0), origin, 0).get('contact')
    expect(contacts()).toEqual([`${origin}/security/report`])
    expect(contacts('security@alpenwerk.example')).toEqual([
      `${origin}/security/report`,
      'mailto:security@alpenwerk.example',
    ])
  })
})

describe('HD11 HD04 the address of security.txt', () => {
  let h: TestHouse
  beforeAll(async () => {
    h = await openTestHouse({ GATEHOUSE_SECURITY_CONTACT: 'security@alpenwerk.example' })
  })
  afterAll(() => h.close())

  test.each(['/.well-known/security.txt', '/security.txt'])('%s answers as plain text, to anybody', async (path) => {
    const { status, headers, body } = await h.nobody.get<string>(path)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('strict-transport-security')).toContain('includeSubDomains')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(body).toBe(securityTxt(h.house.origin, 'security@alpenwerk.example', h.clock.now()))
    expect((await h.nobody.send('HEAD', path)).status).toBe(200)
    expect((await h.nobody.post(path, {})).status).toBe(404)
  })

  test('it goes with the time of the house', async () => {
    h.clock.advance(days(300))
    const { body } = await h.nobody.get<string>('/.well-known/security.txt')
    expect(Date.parse(only(parse(body), 'expires'))).toBeGreaterThan(h.clock.now() + days(178))
  })
})
