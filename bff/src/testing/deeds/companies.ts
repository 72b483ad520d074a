import type { person } from '../../features/people/tables.ts'
import { type Prepare, unique } from './props.ts'

const looking = (ids: string[], kind = 'sites') => [{ activities: ['device.view'], scope: { kind, ids } }]

/** The doors to people and groups, which customers have as well as the maker. */
export const twins = (at: 'customer' | 'maker'): Record<string, Prepare> => {
  const who = at === 'customer' ? 'approver' : 'administrator'
  const people = at === 'customer' ? '/api/customers/:customerId/people' : '/api/staff'
  const root = at === 'customer' ? '/api/customers/:customerId' : '/api'
  const erasures = at === 'customer' ? '/api/customers/:customerId/erasures' : '/api/staff/erasures'
  const networks = at === 'customer' ? '/api/customers/:customerId/networks' : '/api/staff/networks'
  const local = [
    { cidr: '127.0.0.0/8', note: 'this machine' },
    { cidr: '::1/128', note: '' },
  ]
  const to =
    (more: Partial<typeof person.$inferInsert> = {}, body?: unknown): Prepare =>
    async (p) => ({ who, ids: { personId: await p.someone(at, more) }, body })
  return {
    [`POST ${people}`]: async (p) => ({
      who,
      body: { name: 'Urs Amsler', email: `${unique()}@invited.example`, groups: [await p.group(at)] },
    }),
    [`DELETE ${people}/:personId`]: to(),
    [`POST ${people}/:personId/disable`]: to(),
    [`POST ${people}/:personId/enable`]: to({ disabledAt: 1 }),
    [`POST ${people}/:personId/sign-out`]: to(),
    [`POST ${people}/:personId/groups`]: async (p) => ({
      who,
      ids: { personId: await p.someone(at) },
      body: { add: [await p.group(at)], remove: [await p.group(at)] },
    }),
    [`POST ${people}/:personId/invitation`]: to({ invitedAt: 1 }),
    [`DELETE ${people}/:personId/invitation`]: to({ invitedAt: 1 }),
    [`POST ${people}/:personId/reset`]: to({}, { factors: false }),
    [`POST ${people}/:personId/erasure`]: to({}, { reason: 'has left' }),
    [`POST ${erasures}/:erasureId/confirm`]: async (p) => ({ who, ids: { erasureId: await p.erasureAt(at) } }),
    [`POST ${erasures}/:erasureId/stop`]: async (p) => ({ who, ids: { erasureId: await p.erasureAt(at) } }),
    [`PUT ${networks}`]: async (p) => ({
      who,
      body: {
        networks: local,
        version: await p.versionAt(who, networks.replace(':customerId', p.helvetia)),
        lockMyselfOut: false,
      },
    }),
    [`POST ${networks}/preview`]: () => ({ who, body: { networks: local } }),
    [`POST ${root}/groups`]: async (p) => ({
      who,
      body: { name: unique(), grants: [...looking([await p.site()]), ...looking([await p.device()], 'devices')] },
    }),
    [`PUT ${root}/groups/:groupId`]: async (p) => ({
      who,
      ids: { groupId: await p.group(at) },
      body: { name: unique(), grants: looking([await p.site()]), version: 1 },
    }),
    [`DELETE ${root}/groups/:groupId`]: async (p) => ({
      who,
      ids: { groupId: await p.group(at) },
      body: { version: 1 },
    }),
    [`POST ${root}/groups/preview`]: async (p) => ({
      who,
      body: { grants: looking([await p.site()]), groupId: await p.group(at) },
    }),
  }
}
