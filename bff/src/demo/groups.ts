import type { Activity } from '@gatehouse/shared/activities'
import type { DemoCustomer } from './models.ts'

interface DemoGroup {
  name: string
  /** Whose group it is; `null` for the maker's. */
  customer: DemoCustomer | null
  grants: { activities: Activity[]; on: 'all' | DemoCustomer }[]
}

const service: Activity[] = [
  'customer.view',
  'device.view',
  'alarm.acknowledge',
  'action.fetch_log',
  'action.restart_agent',
  'action.set_setting',
  'session.request',
  'session.terminal',
  'recording.view',
  'audit.view',
]
const approving: Activity[] = [
  'customer.view',
  'device.view',
  'alarm.acknowledge',
  'session.approve',
  'session.watch',
  'session.end',
  'recording.view',
  'audit.view',
  'audit.verify',
  'audit.explain',
  'audit.export',
  'policy.view',
  'policy.edit',
  'person.view',
  'person.edit',
]

/** The groups of the demonstration: rights are data, and these are ordinary ones. */
export const demoGroups: readonly DemoGroup[] = [
  { name: 'Technicians Helvetia', customer: null, grants: [{ activities: service, on: 'Helvetia Pharma' }] },
  { name: 'Technicians Great Lakes', customer: null, grants: [{ activities: service, on: 'Great Lakes Foods' }] },
  {
    name: 'Administrators',
    customer: null,
    grants: [
      {
        activities: [
          'device.view',
          'device.add',
          'device.edit',
          'device.enrol',
          'device.revoke',
          'audit.view',
          'audit.verify',
          'audit.explain',
          'audit.export',
          'policy.view',
          'customer.view',
          'customer.edit',
          'customer.add',
          'person.view',
          'person.edit',
          'model.edit',
          'staff.view',
          'staff.edit',
          'person.view_as',
          'audit.view_maker',
          'intake.view',
          'intake.answer',
        ],
        on: 'all',
      },
    ],
  },
  {
    name: 'Auditors',
    customer: null,
    grants: [
      {
        activities: [
          'device.view',
          'audit.view',
          'audit.verify',
          'audit.export',
          'recording.view',
          'policy.view',
          'customer.view',
          'person.view',
          'staff.view',
          'audit.view_maker',
          'intake.view',
        ],
        on: 'all',
      },
    ],
  },
  { name: 'Helvetia approvers', customer: 'Helvetia Pharma', grants: [{ activities: approving, on: 'all' }] },
  {
    name: 'Helvetia readers',
    customer: 'Helvetia Pharma',
    grants: [{ activities: ['customer.view', 'device.view', 'audit.view', 'audit.verify', 'audit.export'], on: 'all' }],
  },
  { name: 'Great Lakes approvers', customer: 'Great Lakes Foods', grants: [{ activities: approving, on: 'all' }] },
]
