/** What the live stream of a tab says: something of this kind changed; the page asks again for what it shows. */
export interface LiveHint {
  about:
    | 'device'
    | 'values'
    | 'alarms'
    | 'actions'
    | 'requests'
    | 'sessions'
    | 'audit'
    | 'exports' // of whoever hears it
    | 'policy'
    | 'people'
    | 'rights' // of whoever hears it
    | 'networks'
    | 'customers'
    | 'models'
    | 'reports'
    | 'log' // whether an audit log is whole
    | 'limits'
    | 'signed_out'
  deviceId?: string
  requestId?: string
  sessionId?: string
  customerId?: string
}
