import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Stage, stageOf } from '../testing/deeds/stage.ts'
import { prepared } from '../testing/deeds.ts'
import { type Door, filled, guardedDoors } from '../testing/doors.ts'
import { openTestHouse, type TestHouse } from '../testing/house.ts'
import { askRaw, type Told } from '../testing/raw.ts'
import { reads } from '../testing/reads.ts'
import { type Rows, rowsOf } from '../testing/rows.ts'
import { pathWords, seedStories } from '../testing/stories.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let h: TestHouse
let s: Stage
let rows: Rows
let ours: Record<string, string>
beforeAll(async () => {
  h = await openTestHouse()
  s = stageOf(h)
  rows = await rowsOf(h.ownerUrl)
  ours = await seedStories(h)
})
afterAll(async () => {
  await s.close()
  await rows.close()
  await h.close()
})

/** The last slash of a path, written in another way. */
const lastSlash = (path: string, as: string): string => path.replace(/\/(?=[^/]*$)/, as)
const hex = (letter: string): string => `%${letter.charCodeAt(0).toString(16)}`

/** Ways to write a path that some servers take for the same; what stands behind the question mark is added later. */
const forms: Readonly<Record<string, (path: string) => string>> = {
  'as it is': (path) => path,
  'two slashes first': (path) => `/${path}`,
  'two slashes inside': (path) => lastSlash(path, '//'),
  'two slashes after /api': (path) => path.replace('/api/', '/api//'),
  '%2F': (path) => lastSlash(path, '%2F'),
  '%2f after /api': (path) => path.replace('/api/', '/api%2f'),
  '%5C': (path) => lastSlash(path, '%5C'),
  'a backslash': (path) => lastSlash(path, '\\'),
  'a dot': (path) => lastSlash(path, '/./'),
  'a dot, encoded': (path) => lastSlash(path, '/%2e/'),
  'a dot first': (path) => `/.${path}`,
  'two dots': (path) => lastSlash(path, '/x/../'),
  'two dots, encoded': (path) => lastSlash(path, '/x/%2e%2e/'),
  'two dots from an open door': (path) => path.replace('/api/', '/api/security/../'),
  'two dots from the other face': (path) => `/agent/v1/..%2f..${path}`,
  'two dots from the assets': (path) => `/assets/..${path}`,
  'a semicolon': (path) => `${path};x=y`,
  'a semicolon inside': (path) => path.replace('/api/', '/api;x/'),
  'another case': (path) => path.replace('/api/', '/API/'),
  'another case inside': (path) => path.replace(/^(\/api\/)([a-z])/, (_, api, letter) => api + letter.toUpperCase()),
  'a slash behind': (path) => `${path}/`,
  'a dot behind': (path) => `${path}.`,
  'an ending': (path) => `${path}.json`,
  '%00': (path) => `${path}%00`,
  '%00 and an ending': (path) => `${path}%00.css`,
  '%20': (path) => `${path}%20`,
  'double encoding': (path) => lastSlash(path, '%252F'),
  'a letter encoded': (path) => path.replace(/^\/api\/(.)/, (_, letter) => `/api/${hex(letter)}`),
  'the api encoded': (path) => path.replace('/api', '/%61pi'),
  'a letter encoded twice': (path) => path.replace(/^\/api\/(.)/, (_, letter) => `/api/%25${hex(letter).slice(1)}`),
  'overlong slash': (path) => lastSlash(path, '%c0%af'),
  'a broken escape': (path) => `${path}%`,
  'a whole address of ours': (path) => h.url + path,
  'a whole address of another': (path) => `http://evil.example${path}`,
  'a whole address with somebody in it': (path) => `http://api@evil.example${path}`,
  'a fragment': (path) => `${path}#x`,
  'a question mark twice': (path) => `${path}??`,
}

const named = guardedDoors.map((door) => [door.name, door] as const)

/** What can be asked at a door by somebody of Helvetia Pharma. */
const sample = async (door: Door): Promise<{ path: string; query: string; body: string }> => {
  const at = door.method === 'GET' ? { ids: { ...pathWords, ...ours }, body: undefined } : await prepared(s, door.name)
  return {
    path: filled(door.path, (name) => at.ids[name] ?? ''),
    query: reads[door.name] ?? '',
    body: at.body === undefined ? '' : JSON.stringify(at.body),
  }
}

/** True where a handler has spoken, or nearly: its reading of the body, its deed, or its failure. */
const isBehindTheDoor = ({ status, body }: Told): boolean =>
  // The page of the application is everybody's, and says nothing.
  !(status === 404 && /<!doctype html/i.test(body)) &&
  (status < 400 || [409, 410, 413, 422].includes(status) || status >= 500)

describe('AZ11 no form of a path leads past a guard:', () => {
  test.each(named)('%s', async (_, door) => {
    const { path, query, body } = await sample(door)
    const ours = { origin: h.url, 'x-gatehouse': '1' }
    const stranger = { ...ours, cookie: (await s.as('otherApprover')).cookie() }
    const isTheirsToo = door.guard?.kind === 'self'
    const before = await rows.now()
    await Promise.all(
      Object.entries(forms).map(async ([name, form]) => {
        const target = form(path) + query
        const told = await askRaw(h.url, door.method, target, ours, body)
        expect(isBehindTheDoor(told), `nobody, ${name}: ${told.status} ${told.body.slice(0, 200)}`).toBe(false)
        if (isTheirsToo) return
        const theirs = await askRaw(h.url, door.method, target, stranger, body)
        expect(isBehindTheDoor(theirs), `a stranger, ${name}: ${theirs.status} ${theirs.body.slice(0, 200)}`).toBe(
          false,
        )
      }),
    )
    expect(await rows.now(), 'and nothing is changed').toEqual(before)
  })

  test('a method that is none of a door leads nowhere', async () => {
    const cookie = (await s.as('otherApprover')).cookie()
    for (const door of guardedDoors) {
      const { path, query } = await sample(door)
      // A list of what one may see oneself answers to this question about its headers as well.
      const isOwn = guardedDoors.some((one) => one.path === door.path && one.guard?.kind === 'self')
      for (const method of [
        ...(isOwn ? [] : ['HEAD']),
        'OPTIONS',
        'TRACE',
        'PROPFIND',
        door.method.toLowerCase(),
        'X',
      ]) {
        const told = await askRaw(h.url, method, path + query, { origin: h.url, 'x-gatehouse': '1', cookie })
        expect(isBehindTheDoor(told), `${method} ${path}: ${told.status}`).toBe(false)
      }
    }
  })

  test('what a proxy might have been asked for is not looked at', async () => {
    const cookie = (await s.as('otherApprover')).cookie()
    const own = '/api/security'
    for (const door of guardedDoors.filter(({ method, guard }) => method === 'GET' && guard?.kind === 'activity')) {
      const { path, query } = await sample(door)
      for (const name of ['x-original-url', 'x-rewrite-url', 'x-forwarded-path', 'x-forwarded-uri']) {
        const told = await askRaw(h.url, 'GET', own, { cookie, [name]: path + query })
        const plain = await askRaw(h.url, 'GET', own, { cookie })
        expect(told, name).toEqual(plain)
      }
    }
  })
})
