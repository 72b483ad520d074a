import { type Context, Hono } from 'hono'
import { open } from '../../kernel/http/allow.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { securityTxt } from './rules.ts'

const answer = (c: Context<RoomEnv>) => {
  const { origin, settings, clock } = c.var.house
  return c.body(securityTxt(origin, settings.securityContact, clock.now()), 200, {
    'Content-Type': 'text/plain; charset=utf-8',
  })
}

/** How to report something, for machines and at the place where people look for it (RFC 9116). */
export const securityTxtRoom = new Hono<RoomEnv>()
  .get('/.well-known/security.txt', open('where to report something is for everybody'), answer)
  .get('/security.txt', open('where to report something is for everybody'), answer)
