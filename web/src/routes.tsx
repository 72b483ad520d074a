import { createBrowserRouter, type RouteObject } from 'react-router'
import { PageFailed, PageMissing } from './kernel/page-errors.tsx'
import { paths } from './kernel/paths.ts'

type PageModule = { default: React.ComponentType }

/** A page that is loaded when it is opened. */
const page = (path: string, load: () => Promise<PageModule>): RouteObject => ({
  path,
  lazy: async () => ({ Component: (await load()).default }),
})

/** Everything that needs somebody signed in; the shell around it is loaded with the first of them. */
const inside: RouteObject[] = [
  page('/customers', () => import('./features/customers/customers.page.tsx')),
  page('/customers/:customerId', () => import('./features/customers/customer.page.tsx')),
  page('/models', () => import('./features/models/models.page.tsx')),
  page('/models/new', () => import('./features/models/new-model.page.tsx')),
  page('/models/:modelId', () => import('./features/models/model.page.tsx')),
  page('/models/:modelId/edit', () => import('./features/models/edit-model.page.tsx')),
  page('/policy', () => import('./features/policies/policy.page.tsx')),
  page('/policy/:customerId', () => import('./features/policies/policy.page.tsx')),
  page('/fleet', () => import('./features/devices/fleet.page.tsx')),
  page('/devices/:deviceId', () => import('./features/devices/device.page.tsx')),
  page('/devices/:deviceId/:tab', () => import('./features/devices/device.page.tsx')),
  page('/alarms', () => import('./features/alarms/alarms.page.tsx')),
  page('/profile', () => import('./features/profile/profile.page.tsx')),
  page(paths.address(), () => import('./features/invitations/address.page.tsx')),
  page('/people', () => import('./features/people/people.page.tsx')),
  page('/groups', () => import('./features/groups/groups.page.tsx')),
  page('/audit', () => import('./features/audit/audit.page.tsx')),
  page('/mail', () => import('./features/mail/mail.page.tsx')),
  page('/devices/:deviceId/ask', () => import('./features/requests/ask.page.tsx')),
  page('/requests', () => import('./features/requests/requests.page.tsx')),
  page('/requests/:requestId', () => import('./features/requests/request.page.tsx')),
  page('/approvals', () => import('./features/requests/approvals.page.tsx')),
  page('/approvals/:requestId', () => import('./features/requests/approval.page.tsx')),
  page('/sessions', () => import('./features/sessions/sessions.page.tsx')),
  page('/sessions/:sessionId', () => import('./features/sessions/session.page.tsx')),
  page('/sessions/:sessionId/recording', () => import('./features/recordings/recording.page.tsx')),
]

/** Every address of the application. */
export const router = createBrowserRouter([
  {
    errorElement: <PageFailed />,
    hydrateFallbackElement: <div aria-busy="true" />,
    children: [
      page(paths.signIn(), () => import('./features/sign-in/sign-in.page.tsx')),
      page(paths.invitation(), () => import('./features/invitations/invitation.page.tsx')),
      page(paths.reset(), () => import('./features/invitations/reset.page.tsx')),
      page(paths.forgotten(), () => import('./features/invitations/forgotten.page.tsx')),
      page(paths.changePassword(), () => import('./features/sign-in/change-password.page.tsx')),
      {
        lazy: async () => {
          const { House, enter } = await import('./shell/house.tsx')
          return { Component: House, loader: enter, shouldRevalidate: () => false }
        },
        children: [
          { index: true, lazy: async () => ({ Component: (await import('./shell/home.tsx')).Home }) },
          { errorElement: <PageFailed />, children: inside },
          { path: '*', element: <PageMissing /> },
        ],
      },
    ],
  },
])
