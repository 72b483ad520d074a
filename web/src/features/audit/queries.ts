import type { auditRoom } from '@gatehouse/bff/features/audit/routes'
import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import { filterToQuery } from '@gatehouse/shared/audit-query'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof auditRoom>()

const page = (filter: AuditFilter, cursor: string | null, signal: AbortSignal) =>
  said(
    client.audit.$get(
      { query: { limit: '50', ...filterToQuery(filter), ...(cursor && { cursor }) } },
      { init: { signal } },
    ),
  )

/** What one may see of the log under a filter, newest first. */
export const auditList = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: key('audit', 'list', filter),
    queryFn: ({ pageParam, signal }) => page(filter, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  })

/** Its first page once more, asked again whenever the log has grown: what came in stands above the list. */
export const auditTail = (filter: AuditFilter) =>
  queryOptions({ queryKey: key('audit', 'tail', filter), queryFn: ({ signal }) => page(filter, null, signal) })

/** One event. */
export const auditEvent = (eventId: string) =>
  queryOptions({
    queryKey: key('audit', 'event', eventId),
    queryFn: ({ signal }) => said(client.audit[':eventId'].$get({ param: { eventId } }, { init: { signal } })),
  })

/** What the ids of a filter are called. */
export const auditNames = (filter: AuditFilter) => {
  const { customerId, siteId, deviceId, personId, people } = filter
  const ids: AuditFilter = { customerId, siteId, deviceId, personId, people }
  return queryOptions({
    queryKey: key('audit', 'names', ids),
    queryFn: ({ signal }) => said(client.audit.names.$get({ query: filterToQuery(ids) }, { init: { signal } })),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  })
}

/** People who appear under a filter, by a part of the name. */
export const auditPeople = (filter: AuditFilter, name: string) =>
  queryOptions({
    queryKey: key('audit', 'people', filter, name),
    queryFn: ({ signal }) =>
      said(client.audit.people.$get({ query: { ...filterToQuery(filter), name } }, { init: { signal } })),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  })
