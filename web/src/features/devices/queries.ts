import type { devicesRoom } from '@gatehouse/bff/features/devices/routes'
import type { FleetFilter } from '@gatehouse/shared/devices/fleet'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof devicesRoom>()
const one = client.devices[':deviceId']

/** What the fleet list is narrowed to and ordered by, as it stands in the address. */
export type FleetQuery = Partial<FleetFilter>

/** Devices one may see, page by page. */
export const fleetQuery = (filter: FleetQuery) =>
  infiniteQueryOptions({
    queryKey: key('fleet', filter),
    queryFn: ({ pageParam, signal }) =>
      said(
        client.devices.$get(
          { query: { limit: '50', ...filter, ...(pageParam && { cursor: pageParam }) } },
          { init: { signal } },
        ),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })

/** The choices of the filters. */
export const facetsQuery = queryOptions({
  queryKey: key('fleet', 'facets'),
  queryFn: ({ signal }) => said(client.devices.facets.$get({ query: {} }, { init: { signal } })),
  staleTime: 60_000,
})

/** One device with the verdicts about it. */
export const deviceQuery = (deviceId: string) =>
  queryOptions({
    queryKey: key('device', deviceId),
    queryFn: ({ signal }) => said(one.$get({ param: { deviceId } }, { init: { signal } })),
  })

/** Gives out a one-time enrolment code. */
export const issueCode = (deviceId: string) => said(one['enrolment-code'].$post({ param: { deviceId } }))

/** Ends the identity of a device. */
export const revokeDevice = (deviceId: string, reason: string) =>
  said(one.revoke.$post({ param: { deviceId }, json: { reason } }))

/** Takes a device off every list; its log stays. */
export const removeDevice = (deviceId: string) => said(one.$delete({ param: { deviceId } }))

/** Changes name, site or tags. */
export const changeDevice = (deviceId: string, json: { name?: string; tags?: string[] }) =>
  said(one.$patch({ param: { deviceId }, json }))

/** Adds a device to a customer; answers the new device. */
export const addDevice = (
  customerId: string,
  json: { name: string; serial: string; siteId: string; modelId: string; tags: string[] },
) => said(client.customers[':customerId'].devices.$post({ param: { customerId }, json }))
