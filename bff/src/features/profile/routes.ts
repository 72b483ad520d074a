import { Zone } from '@gatehouse/shared/customers/zone'
import { NewsChoice } from '@gatehouse/shared/profile/news'
import type { SettingsView } from '@gatehouse/shared/views/profile'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Actor } from '../../kernel/actor.ts'
import type { House } from '../../kernel/house.ts'
import { self } from '../../kernel/http/allow.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { aloneFor } from './alone.ts'
import { changeSettings } from './service.ts'
import { settingsOf } from './store.ts'

/** What is left out stays as it is: two sections of a page, or two tabs, do not undo each other. */
const Wanted = z
  .strictObject({ zone: Zone.nullable().optional(), news: NewsChoice.optional() })
  .refine(({ zone, news }) => zone !== undefined || news !== undefined, 'Say what is to be changed')

const present = async (house: House, actor: Actor): Promise<SettingsView> => {
  const [settings, alone] = await Promise.all([settingsOf(house.db, actor.id), aloneFor(house.db, actor)])
  return { ...settings, alone }
}

/** What people choose for themselves. */
export const settingsRoom = new Hono<RoomEnv>()
  .get('/me/settings', self('what one has chosen for oneself'), async (c) =>
    c.json(await present(c.var.house, c.var.actor)),
  )
  .put('/me/settings', self('one changes only his own'), validated('json', Wanted), async (c) => {
    const { house, actor } = c.var
    await changeSettings(house, actor, c.req.valid('json'))
    return c.json(await present(house, actor))
  })
