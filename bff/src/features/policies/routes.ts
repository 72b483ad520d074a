import { activityNames } from '@gatehouse/shared/activities'
import { decide, granted, provenBefore } from '@gatehouse/shared/decide'
import { PolicyRules, policyLevelKinds } from '@gatehouse/shared/policies/policy'
import { SearchText } from '@gatehouse/shared/text'
import type { PolicyComparison, PolicyView, StaffKnown } from '@gatehouse/shared/views/policies'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Actor } from '../../kernel/actor.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { allow, asMay, type Finder } from '../../kernel/http/allow.ts'
import { asPage, PageQuery, readKey } from '../../kernel/http/pages.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { isUuid } from '../../kernel/ids.ts'
import { type KnownCustomer, theCustomer } from '../customers/door.ts'
import { theDevice } from '../devices/door.ts'
import { explainTo } from './explain.ts'
import { knownStaff } from './known-staff.ts'
import { peopleOf } from './people.ts'
import { previewPolicy } from './preview.ts'
import { changePolicy } from './service.ts'
import {
  changesBetween,
  confirmedOf,
  highestVersion,
  type KnownLevel,
  levelName,
  namedLevels,
  policyVersion,
  versionsOf,
} from './store.ts'

const theLevel: Finder<KnownLevel> = async (house, c) => {
  const of = await theCustomer(house, c)
  const level = policyLevelKinds.find((one) => one === c.req.param('level'))
  const levelId = c.req.param('levelId') ?? ''
  if (!of || !level || !isUuid(levelId)) return undefined
  const name = await levelName(house.db, of.customerId, level, levelId)
  return name === undefined ? undefined : { ...of, level, levelId, levelName: name }
}

const Draft = z.strictObject({ rules: PolicyRules })
const Version = z.coerce.number().int().min(1).max(highestVersion)
/** Without `to` the present version is meant. */
const Versions = z.object({ from: Version, to: Version.optional() })
const Change = z.strictObject({ rules: PolicyRules, version: z.number().int().min(1) })
const Whom = z.object({ search: SearchText.optional() })
const Question = z.object({
  activity: z.enum(activityNames),
  /** Whoever asks, where nobody is named. */
  person: z.uuid().optional(),
  /** A pretended time: ms since the epoch, or an ISO time with its offset. */
  at: z
    .union([
      z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
      z
        .string()
        .regex(/^\d{1,15}$/)
        .transform(Number),
    ])
    .optional(),
})

const nothing = { policy: [], approvals: [] }

/** Whether `actor` is told who the people are that a policy speaks of, or was changed by. */
const isTold = (house: House, actor: Actor, of: KnownCustomer): boolean =>
  decide(provenBefore(actor), 'policy.edit', of, nothing, house.clock.now()).ok || granted(actor, 'person.view', of)

const present = async (house: House, actor: Actor, of: KnownCustomer): Promise<PolicyView> => {
  const [version, levels, confirmed] = await Promise.all([
    policyVersion(house.db, of.customerId),
    namedLevels(house.db, of.customerId),
    confirmedOf(house.db, of.customerId),
  ])
  return {
    customer: { id: of.customerId, name: of.name },
    version,
    levels,
    confirmed,
    people: isTold(house, actor, of) ? await peopleOf(house.db, of.customerId, levels) : null,
    may: { edit: asMay(decide(actor, 'policy.edit', of, nothing, house.clock.now())) },
  }
}

/** What customers allow. */
export const policiesRoom = new Hono<RoomEnv>()
  .get('/customers/:customerId/policy', allow('policy.view', theCustomer), async (c) =>
    c.json(await present(c.var.house, c.var.actor, c.var.target)),
  )
  .put(
    '/customers/:customerId/policy/:level/:levelId',
    allow('policy.edit', theLevel),
    validated('json', Change),
    async (c) => {
      const { house, actor, target } = c.var
      const { rules, version } = c.req.valid('json')
      await changePolicy(house, actor, target, version, rules)
      return c.json({ version: version + 1 })
    },
  )
  .get(
    '/customers/:customerId/policy/history',
    allow('policy.view', theCustomer),
    validated('query', PageQuery),
    async (c) => {
      const { house, actor, target } = c.var
      const { limit, cursor } = c.req.valid('query')
      const below = readKey(cursor, ['number'])?.[0]
      const names = isTold(house, actor, target) || { maker: house.settings.maker, customer: target.name }
      const rows = await versionsOf(house.db, target.customerId, names, limit, below)
      return c.json(
        asPage(
          rows,
          limit,
          (row) => [row.version],
          (row) => row,
        ),
      )
    },
  )
  .get(
    '/customers/:customerId/policy/comparison',
    allow('policy.view', theCustomer),
    validated('query', Versions),
    async (c) => {
      const { house, target } = c.var
      const present = await policyVersion(house.db, target.customerId)
      const { from, to = present } = c.req.valid('query')
      if (from > to || to > present)
        throw new Refused('invalid_input', { fields: { from: 'Compare a version with a later one that there is.' } })
      const levels = await changesBetween(house.db, target.customerId, from, to)
      return c.json({ from, to, levels } satisfies PolicyComparison)
    },
  )
  .post(
    '/customers/:customerId/policy/:level/:levelId/preview',
    allow('policy.view', theLevel, { look: 'policy.viewed' }),
    validated('json', Draft),
    async (c) => {
      const { house, actor, target } = c.var
      return c.json(await previewPolicy(house, actor, target, c.req.valid('json').rules))
    },
  )
  .get(
    '/customers/:customerId/policy/staff',
    allow('policy.view', theCustomer),
    validated('query', Whom),
    async (c) => {
      const { house, actor, target } = c.var
      const rows = await knownStaff(house.db, actor, target.customerId, c.req.valid('query').search)
      return c.json({ rows } satisfies StaffKnown)
    },
  )
  .get('/devices/:deviceId/explain', allow('device.view', theDevice), validated('query', Question), async (c) =>
    c.json(await explainTo(c.var.house, c.var.actor, c.var.target, c.req.valid('query'))),
  )
