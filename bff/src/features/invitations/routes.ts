import { Hono } from 'hono'
import { z } from 'zod'
import { storable } from '../../kernel/database/storable.ts'
import { open, self } from '../../kernel/http/allow.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { askForAddress, askForLink, choosePassword, confirmAddress } from './service.ts'

const Choice = z.strictObject({ token: z.string().min(1).max(200), password: z.string().min(1).max(1_000) })
const Forgotten = z.strictObject({ email: z.string().min(1).max(254).transform(storable) })
const Address = z.strictObject({ email: z.email().max(254), password: z.string().min(1).max(1_000) })
const Confirmation = z.strictObject({ token: z.string().min(1).max(200) })

/** What the links in mails lead to. None of them decides anything by being opened, and none signs anybody in. */
export const invitationsRoom = new Hono<RoomEnv>()
  .post(
    '/invitations/accept',
    open('the link of the invitation says who it is'),
    validated('json', Choice),
    async (c) => {
      await choosePassword(c.var.house, c.req.valid('json'), ['invite'], c.var.from)
      return c.json({ chosen: true as const })
    },
  )
  .post('/reset', open('the link that was mailed says who it is'), validated('json', Choice), async (c) => {
    await choosePassword(c.var.house, c.req.valid('json'), ['reset', 'forgotten'], c.var.from)
    return c.json({ chosen: true as const })
  })
  .post(
    '/forgotten',
    open('who has forgotten his password cannot sign in'),
    validated('json', Forgotten),
    async (c) => {
      await askForLink(c.var.house, c.req.valid('json').email, c.var.from)
      return c.json({ asked: true as const })
    },
  )
  .post('/me/address', self('one changes only his own', { fresh: 'proof' }), validated('json', Address), async (c) => {
    await askForAddress(c.var.house, c.var.actor, c.req.valid('json'))
    return c.json({ asked: true as const })
  })
  .post('/me/address/confirm', self('one confirms only his own'), validated('json', Confirmation), async (c) => {
    await confirmAddress(c.var.house, c.var.actor, c.req.valid('json').token)
    return c.json({ changed: true as const })
  })
