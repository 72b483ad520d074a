import { once } from 'node:events'
import { connect } from 'node:net'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { groupMember } from '../features/groups/tables.ts'
import { approval } from '../features/requests/tables.ts'
import { manyDevices } from '../testing/devices.ts'
import { openTestHouse, type TestHouse } from '../testing/house.ts'
import { ask } from '../testing/sessions.ts'

let h: TestHouse
beforeAll(async () => {
  h = await openTestHouse()
})
afterAll(() => h.close())

test('AZ09 who loses his right while his body is on its way has lost it when it arrives', async () => {
  const [anna, clara] = [await h.as('technician'), await h.as('approver')]
  const [device] = await manyDevices(h, 1)
  const { body: request } = await ask(h, anna, device?.deviceId ?? '', {})
  const body = JSON.stringify({ answer: 'approve', hash: request.hash, comment: 'yes' })
  const { hostname, port, host } = new URL(h.url)
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.on('data', (part) => {
    answer += part
  })
  const head = [
    `POST /api/requests/${request.id}/decision HTTP/1.1`,
    `host: ${host}`,
    `origin: ${h.house.origin}`,
    'x-gatehouse: 1',
    `cookie: ${clara.cookie()}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    'connection: close',
  ]
  let looks = 0
  const { actor } = h.house.access
  h.house.access.actor = async (...of) => {
    const found = await actor(...of)
    looks++
    return found
  }
  socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 5)}`)
  // The guard has asked, and waits for the rest.
  await expect.poll(() => looks).toBe(1)
  await h.house.db.delete(groupMember).where(eq(groupMember.personId, h.seeded.people.approver))
  socket.write(body.slice(5))
  await once(socket, 'close')
  expect(answer.split('\r\n')[0]).toMatch(/ 40[34] /)
  expect(await h.house.db.select().from(approval).where(eq(approval.requestId, request.id))).toEqual([])
  h.house.access.actor = actor
})
