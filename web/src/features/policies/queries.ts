import type { devicesRoom } from '@gatehouse/bff/features/devices/routes'
import type { policiesRoom } from '@gatehouse/bff/features/policies/routes'
import type { PolicyRules } from '@gatehouse/shared/policies/policy'
import type { PolicyView } from '@gatehouse/shared/views/views'
import { queryOptions } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'
import type { Place } from './levels.ts'

const client = room<typeof policiesRoom>()
const devices = room<typeof devicesRoom>()
const policy = client.customers[':customerId'].policy

const confirmedByAll = ({ confirmed }: PolicyView) => confirmed.devices >= confirmed.of

/** What a customer allows, and how many devices have confirmed it. */
export const policyQuery = (customerId: string) =>
  queryOptions({
    queryKey: key('policy', customerId),
    queryFn: ({ signal }) => said(policy.$get({ param: { customerId } }, { init: { signal } })),
    // Whoever sees no devices hears no hints of them: what is not confirmed yet is asked for now and then.
    refetchInterval: ({ state }) => (state.data && !confirmedByAll(state.data) ? 10_000 : false),
  })

/** The sites and models of a customer's devices, as far as one may see them. */
export const placesQuery = (customerId: string) =>
  queryOptions({
    queryKey: key('fleet', 'facets', customerId),
    queryFn: ({ signal }) =>
      said(devices.devices.facets.$get({ query: { customer: customerId } }, { init: { signal } })),
  })

/** Puts the rules of one place in force, if the policy still stands at `version`. */
export const changePolicy = (customerId: string, place: Place, rules: PolicyRules, version: number) =>
  said(
    policy[':level'][':levelId'].$put({
      param: { customerId, level: place.level, levelId: place.levelId },
      json: { rules, version },
    }),
  )
