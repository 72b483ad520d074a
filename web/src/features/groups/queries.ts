import type { groupsRoom } from '@gatehouse/bff/features/groups/routes'
import { queryOptions } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof groupsRoom>()

/** The groups of a customer, or the maker's for `null`. */
export const groups = (customerId: string | null) =>
  queryOptions({
    queryKey: key('groups', customerId),
    queryFn: ({ signal }) =>
      customerId === null
        ? said(client.groups.$get({}, { init: { signal } }))
        : said(client.customers[':customerId'].groups.$get({ param: { customerId } }, { init: { signal } })),
  })
