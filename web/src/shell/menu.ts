import type { MeView } from '@gatehouse/shared/views/sign-in'
import {
  IconAlertTriangle,
  IconBook2,
  IconBuilding,
  IconCpu,
  IconEye,
  IconInbox,
  IconMail,
  IconScale,
  IconSend,
  IconShieldCheck,
  IconShieldExclamation,
  IconUsers,
  IconUsersGroup,
  IconVideo,
  type TablerIcon,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'
import { ReportsCount } from '../features/intake/reports-count.tsx'
import { holds } from '../kernel/me.ts'
import { paths } from '../kernel/paths.ts'

export interface MenuEntry {
  says: string
  to: string
  icon: TablerIcon
  /** What waits there, beside the words. */
  badge?: ComponentType
}

/** Pages that have no entry of their own, and the entry they are reached from. */
const reachedFrom: Readonly<Record<string, string>> = {
  '/devices': paths.fleet(),
  '/erasures': paths.people(),
  '/exports': paths.audit(),
}

/** True where the page at `pathname` is the one of the entry `to`, or belongs to it. */
export const isUnder = (pathname: string, to: string): boolean =>
  pathname === to ||
  pathname.startsWith(`${to}/`) ||
  Object.entries(reachedFrom).some(([page, from]) => from === to && isUnder(pathname, page))

/** The entries that make sense for a person: what at least one of his grants speaks of. */
export const menuFor = (me: MeView): MenuEntry[] => {
  const entries: [boolean, MenuEntry][] = me.customer
    ? [
        [holds(me, 'session.approve'), { says: 'Approvals', to: paths.approvals(), icon: IconInbox }],
        [holds(me, 'device.view'), { says: 'Devices', to: paths.fleet(), icon: IconCpu }],
        [holds(me, 'device.view'), { says: 'Alarms', to: paths.alarms(), icon: IconAlertTriangle }],
        [holds(me, 'session.watch', 'recording.view'), { says: 'Sessions', to: paths.sessions(), icon: IconVideo }],
        [holds(me, 'policy.view'), { says: 'Policy', to: paths.policy(me.customer.id), icon: IconShieldCheck }],
        [holds(me, 'person.view'), { says: 'People', to: paths.people(), icon: IconUsers }],
        [holds(me, 'person.view'), { says: 'Groups', to: paths.groups(), icon: IconUsersGroup }],
        [holds(me, 'audit.view'), { says: 'Audit log', to: paths.audit(), icon: IconBook2 }],
        [holds(me, 'audit.view'), { says: 'Who looked', to: paths.looks(), icon: IconEye }],
      ]
    : [
        [holds(me, 'device.view'), { says: 'Fleet', to: paths.fleet(), icon: IconCpu }],
        [holds(me, 'device.view'), { says: 'Alarms', to: paths.alarms(), icon: IconAlertTriangle }],
        [holds(me, 'session.request'), { says: 'Requests', to: paths.requests(), icon: IconSend }],
        [holds(me, 'session.terminal', 'recording.view'), { says: 'Sessions', to: paths.sessions(), icon: IconVideo }],
        [holds(me, 'customer.view'), { says: 'Customers', to: paths.customers(), icon: IconBuilding }],
        [holds(me, 'model.edit'), { says: 'Models', to: paths.models(), icon: IconScale }],
        [holds(me, 'staff.view'), { says: 'People', to: paths.people(), icon: IconUsers }],
        [holds(me, 'staff.view'), { says: 'Groups', to: paths.groups(), icon: IconUsersGroup }],
        [holds(me, 'audit.view', 'audit.view_maker'), { says: 'Audit log', to: paths.audit(), icon: IconBook2 }],
        [holds(me, 'audit.view'), { says: 'Who looked', to: paths.looks(), icon: IconEye }],
        [
          holds(me, 'intake.view'),
          { says: 'Security reports', to: paths.securityReports(), icon: IconShieldExclamation, badge: ReportsCount },
        ],
        [me.demo && holds(me, 'staff.view'), { says: 'Mail', to: paths.mail(), icon: IconMail }],
      ]
  return entries.filter(([shown]) => shown).map(([, entry]) => entry)
}
