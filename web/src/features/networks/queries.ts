import type { networksRoom } from '@gatehouse/bff/features/networks/routes'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'
import type { Network } from './draft.ts'

const client = room<typeof networksRoom>()
const ofCustomer = client.customers[':customerId'].networks
const ofStaff = client.staff.networks

/** From where the people of a customer may sign in, the maker's for `null`. */
export const networksQuery = (customerId: string | null) =>
  queryOptions({
    queryKey: key('networks', customerId),
    queryFn: ({ signal }) =>
      customerId === null
        ? said(ofStaff.$get({}, { init: { signal } }))
        : said(ofCustomer.$get({ param: { customerId } }, { init: { signal } })),
  })

/** What would come of a list; it is refused with a sentence at each network that cannot be read. */
export const previewNetworks = (customerId: string | null, networks: Network[], signal?: AbortSignal) =>
  customerId === null
    ? said(ofStaff.preview.$post({ json: { networks } }, { init: { signal } }))
    : said(ofCustomer.preview.$post({ param: { customerId }, json: { networks } }, { init: { signal } }))

/** The same for as long as a draft stands; the last answer stays on the page until the next one is there. */
export const previewQuery = (customerId: string | null, networks: Network[]) =>
  queryOptions({
    queryKey: key('networks', customerId, 'preview', networks),
    queryFn: ({ signal }) => previewNetworks(customerId, networks, signal),
    placeholderData: keepPreviousData,
  })

/** Puts another list in place, if the present one still stands at `version`. */
export const saveNetworks = (
  customerId: string | null,
  json: { version: number; networks: Network[]; lockMyselfOut: boolean },
) => (customerId === null ? said(ofStaff.$put({ json })) : said(ofCustomer.$put({ param: { customerId }, json })))
