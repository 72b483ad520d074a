import type { devicesRoom } from '@gatehouse/bff/features/devices/routes'
import type { policiesRoom } from '@gatehouse/bff/features/policies/routes'
import type { Activity } from '@gatehouse/shared/activities'
import type { PolicyRules } from '@gatehouse/shared/policies/policy'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
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

/** Every change of a policy, newest first, page by page. */
export const historyQuery = (customerId: string) =>
  infiniteQueryOptions({
    queryKey: key('policy', customerId, 'history'),
    queryFn: ({ pageParam, signal }) =>
      said(
        policy.history.$get(
          { param: { customerId }, query: { limit: '50', ...(pageParam && { cursor: pageParam }) } },
          { init: { signal } },
        ),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })

/** What became of the rules from one version to another; to the present one, where none is named. */
export const comparisonQuery = (customerId: string, from: number, to: number | undefined) =>
  queryOptions({
    queryKey: key('policy', customerId, 'comparison', from, to),
    queryFn: ({ signal }) =>
      said(
        policy.comparison.$get(
          { param: { customerId }, query: { from: String(from), ...(to !== undefined && { to: String(to) }) } },
          { init: { signal } },
        ),
      ),
  })

/** What would come of these rules at a place, were they saved now. */
export const previewQuery = (customerId: string, { level, levelId }: Place, rules: PolicyRules) =>
  queryOptions({
    queryKey: key('policy', customerId, 'preview', level, levelId, rules),
    queryFn: ({ signal }) =>
      said(
        policy[':level'][':levelId'].preview.$post(
          { param: { customerId, level, levelId }, json: { rules } },
          { init: { signal } },
        ),
      ),
  })

/** Those of the maker's people about whom somebody of the customer may ask, by words of the name. */
export const knownStaffQuery = (customerId: string, search: string) =>
  queryOptions({
    queryKey: key('policy', customerId, 'staff', search),
    queryFn: ({ signal }) =>
      said(policy.staff.$get({ param: { customerId }, query: search ? { search } : {} }, { init: { signal } })),
  })

const explanation = room<typeof policiesRoom>().devices[':deviceId'].explain

/** Whether somebody could do something to a device; whoever asks, and now, where neither is named. */
export const explainQuery = (
  deviceId: string,
  { activity, person, at }: { activity: Activity; person?: string; at?: number },
) =>
  queryOptions({
    // A request, a policy and rights all bear on it: it is made stale with its device.
    queryKey: key('device', deviceId, 'explain', activity, person, at),
    queryFn: ({ signal }) =>
      said(
        explanation.$get(
          {
            param: { deviceId },
            query: { activity, ...(person && { person }), ...(at !== undefined && { at: String(at) }) },
          },
          { init: { signal } },
        ),
      ),
  })
