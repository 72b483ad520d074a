import type { customersRoom } from '@gatehouse/bff/features/customers/routes'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof customersRoom>()
const one = client.customers[':customerId']

/** What a site is given. */
export interface SiteFields {
  name: string
  /** IANA name. */
  zone: string
  address: string
}

/** The customers one may see, by name. */
export const customersQuery = (search: string) =>
  infiniteQueryOptions({
    queryKey: key('customers', search),
    queryFn: ({ pageParam, signal }) =>
      said(
        client.customers.$get(
          { query: { limit: '50', ...(search && { search }), ...(pageParam && { cursor: pageParam }) } },
          { init: { signal } },
        ),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })

/** One customer with its sites. */
export const customerQuery = (customerId: string) =>
  queryOptions({
    queryKey: key('customer', customerId),
    queryFn: ({ signal }) => said(one.$get({ param: { customerId } }, { init: { signal } })),
  })

/** Adds a customer; answers its id and name. */
export const addCustomer = (name: string) => said(client.customers.$post({ json: { name } }))

/** Gives a customer another name. */
export const renameCustomer = (customerId: string, name: string) =>
  said(one.$patch({ param: { customerId }, json: { name } }))

/** Adds a site to a customer. */
export const addSite = (customerId: string, json: SiteFields) => said(one.sites.$post({ param: { customerId }, json }))

/** Changes a site of a customer. */
export const changeSite = (customerId: string, siteId: string, json: Partial<SiteFields>) =>
  said(one.sites[':siteId'].$patch({ param: { customerId, siteId }, json }))
