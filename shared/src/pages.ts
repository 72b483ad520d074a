/** Pages that nobody has to be signed in for. */
export const frontPages = [
  '/sign-in',
  '/sign-in/factor',
  '/sign-in/set-up',
  '/invitation',
  '/reset',
  '/forgotten',
  '/change-password',
  '/security',
  '/security/report',
  '/security/lookup',
] as const

/** Pages behind the door; `:name` stands for one part of the address. */
export const insidePages = [
  '/',
  '/customers',
  '/customers/:customerId',
  '/models',
  '/models/new',
  '/models/:modelId',
  '/models/:modelId/edit',
  '/policy',
  '/policy/:customerId',
  '/policy/:customerId/history',
  '/policy/:customerId/simulator',
  '/fleet',
  '/devices/:deviceId',
  '/devices/:deviceId/:tab',
  '/devices/:deviceId/ask',
  '/alarms',
  '/profile',
  '/address',
  '/people',
  '/erasures',
  '/erasures/:customerId',
  '/networks',
  '/networks/:customerId',
  '/groups',
  '/groups/new',
  '/groups/:groupId',
  '/audit',
  '/audit/:eventId',
  '/audit/logs',
  '/audit/logs/:customerId',
  '/looks',
  '/exports',
  '/security-reports',
  '/security-reports/:reportId',
  '/mail',
  '/requests',
  '/requests/:requestId',
  '/approvals',
  '/approvals/:requestId',
  '/sessions',
  '/sessions/:sessionId',
  '/sessions/:sessionId/recording',
] as const

export type FrontPage = (typeof frontPages)[number]
export type InsidePage = (typeof insidePages)[number]

/** What may stand where a page's address has a name: ids and words, nothing that is a file or a way to another folder. */
const part = '[A-Za-z0-9_-]{1,64}'

const matcher = (patterns: readonly string[]): ((path: string) => boolean) => {
  const any = patterns.map((one) => (one === '/' ? '' : one.replace(/:[^/]+/g, part))).join('|')
  const regexp = new RegExp(`^(?:${any})/?$`, 'i')
  return (path) => regexp.test(path)
}

/** True for the path of a page behind the door, as the router of the pages reads it. */
export const isInsidePage = matcher(insidePages)

const isFrontPage = matcher(frontPages)

/** True for the path of any page there is: everything else is answered as absent, by the server as by the pages. */
export const isPage = (path: string): boolean => isInsidePage(path) || isFrontPage(path)
