import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import { filterToQuery } from '@gatehouse/shared/audit-query'
import { isInsidePage } from '@gatehouse/shared/pages'

/** Why somebody arrives at the sign-in page without having asked for it. */
export const leavingReasons = ['idle', 'signed_out', 'ended', 'limit', 'network'] as const
export type LeavingReason = (typeof leavingReasons)[number]

export const deviceTabs = ['overview', 'trends', 'alarms', 'actions', 'requests', 'audit'] as const
export type DeviceTab = (typeof deviceTabs)[number]

/** What the simulator is asked, as it stands in its address. */
export interface SimulatorQuery {
  device?: string
  /** A person's id; `anyone` for whoever's groups allow it. Whoever asks, where it is absent. */
  person?: string
  activity?: string
  /** Wall time of the site, `2027-03-28T03:30`; now, where it is absent. */
  at?: string
  /** The second time of an hour that comes twice. */
  again?: '1'
}

const at = (id: string) => encodeURIComponent(id)

const withQuery = (path: string, query: Record<string, string | undefined>) => {
  const text = new URLSearchParams(
    Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined),
  ).toString()
  return text ? `${path}?${text}` : path
}

/** Every address of the application, built in one place. */
export const paths = {
  home: () => '/',
  signIn: (query: { why?: LeavingReason; to?: string } = {}) => withQuery('/sign-in', query),
  secondFactor: (query: { to?: string } = {}) => withQuery('/sign-in/factor', query),
  setUpFactor: (query: { to?: string } = {}) => withQuery('/sign-in/set-up', query),
  forgotten: () => '/forgotten',
  invitation: () => '/invitation',
  reset: () => '/reset',
  address: () => '/address',
  changePassword: (query: { to?: string } = {}) => withQuery('/change-password', query),
  profile: () => '/profile',
  fleet: (filter: { customer?: string; site?: string; model?: string } = {}) => withQuery('/fleet', { ...filter }),
  device: (deviceId: string, tab: DeviceTab = 'overview') => `/devices/${at(deviceId)}/${tab}`,
  ask: (deviceId: string) => `/devices/${at(deviceId)}/ask`,
  requests: () => '/requests',
  request: (requestId: string) => `/requests/${at(requestId)}`,
  approvals: () => '/approvals',
  approval: (requestId: string) => `/approvals/${at(requestId)}`,
  sessions: () => '/sessions',
  session: (sessionId: string) => `/sessions/${at(sessionId)}`,
  recording: (sessionId: string) => `/sessions/${at(sessionId)}/recording`,
  alarms: () => '/alarms',
  customers: () => '/customers',
  customer: (customerId: string) => `/customers/${at(customerId)}`,
  models: () => '/models',
  newModel: () => '/models/new',
  model: (modelId: string) => `/models/${at(modelId)}`,
  editModel: (modelId: string) => `/models/${at(modelId)}/edit`,
  policy: (customerId?: string) => (customerId === undefined ? '/policy' : `/policy/${at(customerId)}`),
  policyHistory: (customerId: string, query: { from?: string; to?: string } = {}) =>
    withQuery(`/policy/${at(customerId)}/history`, query),
  simulator: (customerId: string, query: SimulatorQuery = {}) =>
    withQuery(`/policy/${at(customerId)}/simulator`, { ...query }),
  erasures: (customerId?: string) => (customerId ? `/erasures/${customerId}` : '/erasures'),
  people: (customerId?: string) => withQuery('/people', { customer: customerId }),
  networks: (customerId?: string) => (customerId === undefined ? '/networks' : `/networks/${at(customerId)}`),
  groups: (customerId?: string) => withQuery('/groups', { customer: customerId }),
  newGroup: (customerId?: string) => withQuery('/groups/new', { customer: customerId }),
  group: (groupId: string, customerId?: string) => withQuery(`/groups/${at(groupId)}`, { customer: customerId }),
  logs: () => '/audit/logs',
  log: (customerId: string) => `/audit/logs/${at(customerId)}`,
  audit: (filter: AuditFilter = {}) => withQuery('/audit', filterToQuery(filter)),
  auditEvent: (eventId: string) => `/audit/${at(eventId)}`,
  looks: () => '/looks',
  exports: () => '/exports',
  security: () => '/security',
  reportProblem: () => '/security/report',
  lookUpReport: () => '/security/lookup',
  securityReports: () => '/security-reports',
  securityReport: (reportId: string) => `/security-reports/${at(reportId)}`,
  mail: () => '/mail',
}

/** The way back after signing in: a page of ours and never another origin; anything doubtful leads home. */
export const wayBack = (to: string | null, origin: string = location.origin): string => {
  if (!to?.startsWith('/')) return paths.home()
  try {
    const url = new URL(to, origin)
    // `/.//elsewhere` is a path of ours until its dots are gone; then it is an address of another, and no page.
    const isOurs = url.origin === origin && isInsidePage(url.pathname)
    return isOurs ? url.pathname + url.search + url.hash : paths.home()
  } catch {
    return paths.home()
  }
}
