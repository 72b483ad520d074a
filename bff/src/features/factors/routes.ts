import { Line } from '@gatehouse/shared/text'
import type { FactorsView } from '@gatehouse/shared/views/factors'
import { eq } from 'drizzle-orm'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Actor } from '../../kernel/actor.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { self } from '../../kernel/http/allow.ts'
import { signInCookie } from '../../kernel/http/cookies.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { isUuid } from '../../kernel/ids.ts'
import { demandsFactor } from '../customers/door.ts'
import { NewPasskey } from './answers.ts'
import { offerPasskey, passkeysOf } from './passkeys.ts'
import { whyMustHave } from './rules.ts'
import {
  keepCodeApp,
  keepPasskey,
  offerCodeApp,
  remakeRecoveryCodes,
  removeCodeApp,
  removePasskey,
  renamePasskey,
} from './service.ts'
import { recoveryOf } from './store.ts'
import { codeApp } from './tables.ts'

const Name = z.strictObject({ name: Line(60) })
const Made = z.strictObject({ name: Line(60), response: NewPasskey })
const Code = z.strictObject({ code: z.string().min(1).max(40) })

const mustOf = async (house: House, actor: Actor): Promise<FactorsView['must']> =>
  whyMustHave(actor, await demandsFactor(house.db, actor.customerId))

const present = async (house: House, actor: Actor): Promise<FactorsView> => {
  const [must, passkeys, [app], recovery] = await Promise.all([
    mustOf(house, actor),
    passkeysOf(house.db, actor.id),
    house.db.select().from(codeApp).where(eq(codeApp.personId, actor.id)),
    recoveryOf(house.db, actor.id),
  ])
  return {
    must,
    passkeys: passkeys.map(({ id, name, createdAt, lastUsedAt, synced }) => ({
      id,
      name,
      createdAt,
      lastUsedAt,
      synced,
    })),
    code: app ? { createdAt: app.createdAt, lastUsedAt: app.lastUsedAt } : null,
    recovery: recovery ?? null,
  }
}

const idOf = (text: string): string => {
  if (!isUuid(text)) throw new Refused('not_found')
  return text
}

const own = 'one changes only his own'
/** Adding is how a first one comes about; whoever has one already shows it before. */
const adding = self(own, { evenIf: ['factor_to_set_up'], fresh: 'proof and password' })
const changing = self(own, { fresh: 'proof and password' })

/** One's own second factors: passkeys, an authenticator app, recovery codes. */
export const factorsRoom = new Hono<RoomEnv>()
  .get('/me/factors', self('one sees only his own', { evenIf: ['factor_to_set_up'] }), async (c) =>
    c.json(await present(c.var.house, c.var.actor)),
  )
  .post('/me/factors/passkeys/options', adding, async (c) => c.json(await offerPasskey(c.var.house, c.var.actor)))
  .post('/me/factors/passkeys', adding, validated('json', Made), async (c) => {
    const { token, ...added } = await keepPasskey(c.var.house, c.var.actor, c.req.valid('json'))
    c.header('Set-Cookie', signInCookie(token))
    return c.json(added)
  })
  .patch('/me/factors/passkeys/:passkeyId', self(own), validated('json', Name), async (c) => {
    await renamePasskey(c.var.house, c.var.actor, idOf(c.req.param('passkeyId')), c.req.valid('json').name)
    return c.json({ renamed: true as const })
  })
  .delete('/me/factors/passkeys/:passkeyId', changing, async (c) => {
    const { house, actor } = c.var
    await removePasskey(house, actor, idOf(c.req.param('passkeyId')), (await mustOf(house, actor)) !== null)
    return c.json({ removed: true as const })
  })
  .post('/me/factors/code/options', adding, async (c) => c.json(await offerCodeApp(c.var.house, c.var.actor)))
  .post('/me/factors/code', adding, validated('json', Code), async (c) => {
    const { token, ...added } = await keepCodeApp(c.var.house, c.var.actor, c.req.valid('json').code)
    c.header('Set-Cookie', signInCookie(token))
    return c.json(added)
  })
  .delete('/me/factors/code', changing, async (c) => {
    const { house, actor } = c.var
    await removeCodeApp(house, actor, (await mustOf(house, actor)) !== null)
    return c.json({ removed: true as const })
  })
  .post('/me/factors/recovery-codes', changing, async (c) =>
    c.json({ recoveryCodes: await remakeRecoveryCodes(c.var.house, c.var.actor) }),
  )
