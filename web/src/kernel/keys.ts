/**
 * The first word of every query key. Live hints invalidate by it, so a room takes its word from here:
 * `key('device', deviceId)`, `key('values', deviceId)`, `key('requests', filter)`.
 */
export type KeyRoot =
  | 'me'
  | 'fleet' // lists of devices
  | 'device' // one device: [id]
  | 'values' // its current values: [id]
  | 'trend' // its history: [id, item, from, to]
  | 'alarms' // lists: [filter], of one device: ['of', id]
  | 'actions' // of one device: [id]
  | 'requests' // lists
  | 'request' // one: [id]
  | 'sessions' // lists
  | 'session' // one: [id]
  | 'recording' // one session's: [id]
  | 'policy' // [customerId]
  | 'customers' // lists
  | 'customer' // one: [id]
  | 'models'
  | 'model'
  | 'people'
  | 'groups'
  | 'networks' // [customerId, or null for the maker's]
  | 'audit'
  | 'exports' // one's own
  | 'mail'
  | 'limits'
  | 'reports' // lists, and how many are open
  | 'report' // one: [id]
  | 'log' // whether an audit log is whole: [id]

/** A query key whose first word live hints know. */
export const key = <const Rest extends readonly unknown[]>(root: KeyRoot, ...rest: Rest) => [root, ...rest] as const
