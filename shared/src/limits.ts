import type { Activity } from './activities.ts'

/** Why nothing new is begun for a while, and since when (ms since the epoch). */
export interface Limit {
  because: 'log_behind' | 'disk_nearly_full'
  since: number
}

/**
 * What becomes of an activity while the audit log is behind or the disk nearly full: whatever reaches a device, hands out
 * rights or copies, or changes who and what there is `waits`; reading, ending and what keeps people safe `goes on`. A
 * reading route goes on whatever stands here, and so does a route that puts an end to something.
 */
export const underLimits = {
  'device.view': 'goes on',
  'device.add': 'waits',
  'device.edit': 'waits',
  'device.enrol': 'waits',
  'device.revoke': 'goes on',
  'alarm.acknowledge': 'goes on',
  'action.fetch_log': 'waits',
  'action.restart_agent': 'waits',
  'action.set_setting': 'waits',
  // A question opens nothing: it is answered when the log has caught up.
  'session.request': 'goes on',
  'session.approve': 'waits',
  'session.terminal': 'waits',
  'session.watch': 'goes on',
  'session.end': 'goes on',
  'recording.view': 'goes on',
  'audit.view': 'goes on',
  'audit.verify': 'goes on',
  'audit.explain': 'goes on',
  'audit.export': 'waits',
  'policy.view': 'goes on',
  'policy.edit': 'waits',
  'customer.view': 'goes on',
  'customer.edit': 'waits',
  'person.view': 'goes on',
  'person.edit': 'waits',
  'customer.add': 'waits',
  'model.edit': 'waits',
  'staff.view': 'goes on',
  'staff.edit': 'waits',
  'person.view_as': 'waits',
  'audit.view_maker': 'goes on',
  'intake.view': 'goes on',
  // The law's clock does not stop for our disk.
  'intake.answer': 'goes on',
} as const satisfies Record<Activity, 'waits' | 'goes on'>
