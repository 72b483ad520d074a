import type { FrontPage, InsidePage } from '@gatehouse/shared/pages'
import { createBrowserRouter, type RouteObject } from 'react-router'
import { PageFailed, PageMissing } from './kernel/page-errors.tsx'

type PageModule = { default: React.ComponentType }
type Load = () => Promise<PageModule>

/** Everything that needs somebody signed in; the shell around it is loaded with the first of them. */
const inside: Record<InsidePage, Load> = {
  '/': () => import('./shell/home.tsx'),
  '/customers': () => import('./features/customers/customers.page.tsx'),
  '/customers/:customerId': () => import('./features/customers/customer.page.tsx'),
  '/models': () => import('./features/models/models.page.tsx'),
  '/models/new': () => import('./features/models/new-model.page.tsx'),
  '/models/:modelId': () => import('./features/models/model.page.tsx'),
  '/models/:modelId/edit': () => import('./features/models/edit-model.page.tsx'),
  '/policy': () => import('./features/policies/policy.page.tsx'),
  '/policy/:customerId': () => import('./features/policies/policy.page.tsx'),
  '/policy/:customerId/history': () => import('./features/policies/history.page.tsx'),
  '/policy/:customerId/simulator': () => import('./features/policies/simulator.page.tsx'),
  '/fleet': () => import('./features/devices/fleet.page.tsx'),
  '/devices/:deviceId': () => import('./features/devices/device.page.tsx'),
  '/devices/:deviceId/:tab': () => import('./features/devices/device.page.tsx'),
  '/alarms': () => import('./features/alarms/alarms.page.tsx'),
  '/profile': () => import('./features/profile/profile.page.tsx'),
  '/address': () => import('./features/invitations/address.page.tsx'),
  '/people': () => import('./features/people/people.page.tsx'),
  '/erasures': () => import('./features/erasures/erasures.page.tsx'),
  '/erasures/:customerId': () => import('./features/erasures/erasures.page.tsx'),
  '/networks': () => import('./features/networks/networks.page.tsx'),
  '/networks/:customerId': () => import('./features/networks/networks.page.tsx'),
  '/groups': () => import('./features/groups/groups.page.tsx'),
  '/groups/new': () => import('./features/groups/group.page.tsx'),
  '/groups/:groupId': () => import('./features/groups/group.page.tsx'),
  '/audit/logs': () => import('./features/integrity/logs.page.tsx'),
  '/audit/logs/:customerId': () => import('./features/integrity/log.page.tsx'),
  '/audit': () => import('./features/audit/audit.page.tsx'),
  '/audit/:eventId': () => import('./features/audit/event.page.tsx'),
  '/looks': () => import('./features/looks/looks.page.tsx'),
  '/exports': () => import('./features/exports/exports.page.tsx'),
  '/security-reports': () => import('./features/intake/reports.page.tsx'),
  '/security-reports/:reportId': () => import('./features/intake/security-report.page.tsx'),
  '/mail': () => import('./features/mail/mail.page.tsx'),
  '/devices/:deviceId/ask': () => import('./features/requests/ask.page.tsx'),
  '/requests': () => import('./features/requests/requests.page.tsx'),
  '/requests/:requestId': () => import('./features/requests/request.page.tsx'),
  '/approvals': () => import('./features/requests/approvals.page.tsx'),
  '/approvals/:requestId': () => import('./features/requests/approval.page.tsx'),
  '/sessions': () => import('./features/sessions/sessions.page.tsx'),
  '/sessions/:sessionId': () => import('./features/sessions/session.page.tsx'),
  '/sessions/:sessionId/recording': () => import('./features/recordings/recording.page.tsx'),
}

/** Everything that does not. */
const front: Record<FrontPage, Load> = {
  '/sign-in': () => import('./features/sign-in/sign-in.page.tsx'),
  '/sign-in/factor': () => import('./features/sign-in/factor.page.tsx'),
  '/sign-in/set-up': () => import('./features/sign-in/set-up.page.tsx'),
  '/invitation': () => import('./features/invitations/invitation.page.tsx'),
  '/reset': () => import('./features/invitations/reset.page.tsx'),
  '/forgotten': () => import('./features/invitations/forgotten.page.tsx'),
  '/change-password': () => import('./features/sign-in/change-password.page.tsx'),
  '/security': () => import('./features/intake/security.page.tsx'),
  '/security/report': () => import('./features/intake/report.page.tsx'),
  '/security/lookup': () => import('./features/intake/lookup.page.tsx'),
}

/** The pages, each loaded when it is opened. Where they are stands in shared, for the server answers by it. */
const pages = (table: Record<string, Load>): RouteObject[] =>
  Object.entries(table).map(([path, load]) => ({
    path,
    lazy: async () => ({ Component: (await load()).default }),
  }))

/** Every address of the application. */
export const router = createBrowserRouter([
  {
    errorElement: <PageFailed />,
    hydrateFallbackElement: <div aria-busy="true" />,
    children: [
      ...pages(front),
      {
        lazy: async () => {
          const { House, enter } = await import('./shell/house.tsx')
          return { Component: House, loader: enter, shouldRevalidate: () => false }
        },
        children: [
          { errorElement: <PageFailed />, children: pages(inside) },
          { path: '*', element: <PageMissing /> },
        ],
      },
    ],
  },
])
