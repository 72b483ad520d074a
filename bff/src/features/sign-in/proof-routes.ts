import { proofLasts } from '@gatehouse/shared/activities'
import type { StandingView } from '@gatehouse/shared/views/sign-in'
import { Hono } from 'hono'
import { z } from 'zod'
import { anything, self } from '../../kernel/http/allow.ts'
import { signInCookie } from '../../kernel/http/cookies.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { askForPasskey, PasskeyAnswer, waysOf } from '../factors/door.ts'
import { prove, renew } from './proof.ts'

const Proof = z
  .strictObject({
    password: z.string().min(1).max(1_000).optional(),
    shown: z
      .discriminatedUnion('way', [
        z.strictObject({ way: z.literal('code'), code: z.string().min(1).max(40) }),
        z.strictObject({ way: z.literal('passkey'), response: PasskeyAnswer }),
      ])
      .optional(),
  })
  .refine((proof) => proof.password !== undefined || proof.shown !== undefined)

const steps = { shown: 'in', not_needed: 'in', owed: 'factor', to_set_up: 'set_up' } as const

/** How far a sign-in has come, and the second factor: after the password, and once more where something asks for it. */
export const proofRoom = new Hono<RoomEnv>()
  .get(
    '/sign-in/standing',
    self('what a sign-in still wants', { evenIf: ['factor_owed', 'factor_to_set_up', 'password_due'] }),
    async (c) => {
      const { house, actor } = c.var
      const standing: StandingView = {
        step: steps[actor.secondFactor],
        name: actor.name,
        email: actor.email,
        ways: await waysOf(house.db, actor.id),
        provenUntil: actor.provenAt + proofLasts,
        demo: house.settings.demo,
      }
      return c.json(standing)
    },
  )
  .post(
    '/me/proof/passkey-options',
    self('one proves who one is oneself', { evenIf: ['factor_owed', 'password_due'] }),
    async (c) => c.json(await askForPasskey(c.var.house, c.var.actor)),
  )
  .post(
    '/me/proof',
    self('one proves who one is oneself', { evenIf: ['factor_owed', 'factor_to_set_up', 'password_due'] }),
    validated('json', Proof),
    async (c) => {
      c.header('Set-Cookie', signInCookie(await prove(c.var.house, c.var.actor, c.req.valid('json'))))
      return c.json({ proven: true as const })
    },
  )
  .post('/me/renew', self('a page asks for its new token', { evenIf: anything, whileViewing: 'own' }), async (c) => {
    const token = await renew(c.var.house, c.var.actor)
    if (token) c.header('Set-Cookie', signInCookie(token))
    return c.json({ renewed: token !== undefined })
  })
