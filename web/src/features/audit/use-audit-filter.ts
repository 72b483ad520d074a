import { type AuditFilter, filterOfAddress } from '@gatehouse/shared/audit-filter'
import { filterToQuery } from '@gatehouse/shared/audit-query'
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'

const parts = ['search', 'kind', 'event', 'outcome', 'by', 'people', 'approval', 'from', 'to'] as const
const places = ['customer', 'site', 'device', 'person', 'request', 'session'] as const

/** What of a filter somebody has chosen, as opposed to what its list is about. */
const chosen = ['kinds', 'events', 'outcomes', 'actorKinds', 'people', 'approval', 'approvalId', 'search'] as const

/** How many things a list is narrowed by; a stretch of time is one. */
export const countOf = (filter: AuditFilter): number =>
  chosen.filter((name) => filter[name] !== undefined).length +
  (filter.from === undefined && filter.to === undefined ? 0 : 1)

/** The filter in the page's address, and how to change it: so that a list is found again by its link and by Back. */
export const useAuditFilter = (scope: AuditFilter) => {
  const [query, setQuery] = useSearchParams()
  const text = query.toString()
  const own = useMemo(() => filterOfAddress(Object.fromEntries(new URLSearchParams(text))), [text])
  const filter: AuditFilter = useMemo(() => ({ ...own, ...scope }), [own, scope])
  const put = (next: AuditFilter, { replace = false } = {}) =>
    setQuery(
      (now) => {
        for (const name of [...parts, ...places]) now.delete(name)
        for (const [name, value] of Object.entries(filterToQuery(next))) now.set(name, value)
        return now
      },
      { replace, preventScrollReset: true },
    )
  return {
    /** All that is asked for. */
    filter,
    /** What of it stands in the address. */
    own,
    change: (part: AuditFilter, options?: { replace?: boolean }) => put({ ...own, ...part }, options),
    clear: () => {
      const { customerId, siteId, deviceId, personId, requestId, sessionId } = own
      put({ customerId, siteId, deviceId, personId, requestId, sessionId })
    },
  }
}

export type Filtering = ReturnType<typeof useAuditFilter>
