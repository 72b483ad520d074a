import type { auditRoom } from '@gatehouse/bff/features/audit/routes'
import { type AuditFilter, filterToQuery } from '@gatehouse/shared/audit-filter'
import { infiniteQueryOptions } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof auditRoom>()

const query = (filter: AuditFilter, cursor: string | null) => ({
  limit: '50',
  ...filterToQuery(filter),
  ...(cursor && { cursor }),
})

/** The log of one device, newest first. */
export const deviceAudit = (deviceId: string, filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: key('audit', 'of', deviceId, filter),
    queryFn: ({ pageParam, signal }) =>
      said(
        client.devices[':deviceId'].audit.$get(
          { param: { deviceId }, query: query(filter, pageParam) },
          { init: { signal } },
        ),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })

/** Everything one may see, newest first. */
export const wholeAudit = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: key('audit', 'all', filter),
    queryFn: ({ pageParam, signal }) =>
      said(client.audit.$get({ query: query(filter, pageParam) }, { init: { signal } })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })
