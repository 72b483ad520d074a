import { EnrolRequest, largestCheckIn, type ServerMessage } from '@gatehouse/shared/agent/messages'
import { Hono } from 'hono'
import { Refused } from '../../kernel/errors.ts'
import { open } from '../../kernel/http/allow.ts'
import { limitedBody } from '../../kernel/http/body-limit.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { checkIn } from './check-in.ts'
import { authenticateSender } from './door.ts'
import { enrol } from './enrol.ts'
import { readCheckIn } from './reading.ts'

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The devices' face over HTTPS. What cannot be read is 400, an agent then looks for the message that is to blame. */
export const gatewayRoom = new Hono<RoomEnv>()
  .post(
    '/enrol',
    open('a device that has no identity yet shows its one-time code'),
    limitedBody(16 * 1024),
    async (c) => {
      const given = EnrolRequest.safeParse(readJson(await c.req.text()))
      if (!given.success) throw new Refused('malformed')
      return c.json(await enrol(c.var.house, given.data, c.var.from))
    },
  )
  .post(
    '/check-in',
    open('a device shows who it is by its signed assertion'),
    limitedBody(largestCheckIn),
    async (c) => {
      const { house, from } = c.var
      const sender = await authenticateSender(house, c.req.header('authorization'), from)
      const messages = readCheckIn(await c.req.text())
      if (!messages) throw new Refused('malformed')
      const answer: ServerMessage = await checkIn(house, sender, messages, from)
      return c.json(answer)
    },
  )
