import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { sceneOf } from '../../testing/scene.ts'
import { personStream } from '../../testing/sessions.ts'
import { mostOpen } from './places.ts'

let h: TestHouse
let technician: Visitor
let approver: Visitor
beforeAll(async () => {
  h = await openTestHouse()
  ;[technician, approver] = await Promise.all([h.as('technician'), h.as('approver')])
})
afterAll(() => h.close())

/** Opens a page's stream; its status, and what closes it again. */
const listen = async (visitor: Visitor, method = 'GET') => {
  const leaving = new AbortController()
  const headers = { cookie: visitor.cookie() }
  const { status } = await fetch(`${h.url}/api/live`, { method, headers, signal: leaving.signal })
  return { status, close: () => leaving.abort() }
}

describe('WS11 what one person holds open', () => {
  test('is so many pages and no more, whoever else is there; a closed one makes room', async () => {
    const open = await Promise.all(Array.from({ length: mostOpen }, () => listen(technician)))
    expect(open.map(({ status }) => status)).toEqual(Array(mostOpen).fill(200))
    expect((await listen(technician)).status).toBe(429)
    // Another sign-in is the same person.
    expect((await listen(await h.as('technician'))).status).toBe(429)
    const other = await listen(approver)
    expect(other.status).toBe(200)
    open[0]?.close()
    await expect.poll(async () => (await listen(technician)).status).toBe(200)
    for (const one of [...open, other]) one.close()
  })

  test('a question about the headers of a stream holds no place', async () => {
    const reader = await h.as('reader')
    for (let i = 0; i <= mostOpen; i++) expect((await listen(reader, 'HEAD')).status).toBe(200)
    const one = await listen(reader)
    expect(one.status).toBe(200)
    one.close()
  })

  test('is so many channels and no more; a closed one makes room', async () => {
    const scene = sceneOf(h, technician, approver)
    // One session takes so many watchers as well: these watch two.
    const [first, second] = [await scene.live(), await scene.live()]
    const watch = ({ session }: typeof first) => personStream(h, approver, session.id, 'watch')
    const half = Array.from({ length: mostOpen / 2 })
    const open = await Promise.all([...half.map(() => watch(first)), ...half.map(() => watch(second))])
    await expect(watch(first)).rejects.toThrow('429 too_many_open')
    const colleague = await personStream(h, await h.as('colleague'), first.session.id, 'watch')
    colleague.socket.close()
    open[0]?.socket.close()
    await expect.poll(() => watch(second).then(() => 'open', String)).toBe('open')
    expect(await Promise.race([open[1]?.closed, Promise.resolve('still open')])).toBe('still open')
  })
})
