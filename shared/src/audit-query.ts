import type { AuditFilter } from './audit-filter.ts'

/** Leaves out what is absent. */
export const present = <T extends object>(given: T): T =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== '')) as T

/** A filter as the parts of a query string: of the API and of the page's address alike. */
export const filterToQuery = (filter: AuditFilter): Record<string, string> =>
  present({
    search: filter.search,
    kind: filter.kinds?.join(','),
    event: filter.events?.join(','),
    outcome: filter.outcomes?.join(','),
    by: filter.actorKinds?.join(','),
    people: filter.people?.join(','),
    approval: filter.approvalId ?? filter.approval,
    from: filter.from === undefined ? undefined : new Date(filter.from).toISOString(),
    to: filter.to === undefined ? undefined : new Date(filter.to).toISOString(),
    customer: filter.customerId,
    site: filter.siteId,
    device: filter.deviceId,
    person: filter.personId,
    request: filter.requestId,
    session: filter.sessionId,
  }) as Record<string, string>
