import { declaration, type Prepare, type Props, unique } from './props.ts'

/** A rule with somebody in it who may answer. */
const nightly = (p: Props) => ({
  inside: 'ask',
  outside: 'never',
  windows: [{ weekdays: ['sat'], from: '22:00', to: '06:00' }],
  ladder: [{ who: [p.colleague], minutes: 60 }],
})

/** What is done with customers, sites, devices, models, policies, alarms and actions. */
export const deedsOnDevices: Readonly<Record<string, Prepare>> = {
  'POST /api/actions/:actionId/cancel': async (p) => ({ who: 'technician', ids: { actionId: await p.action() } }),
  'POST /api/alarms/:alarmId/acknowledge': async (p) => ({
    who: 'technician',
    ids: { alarmId: await p.alarm() },
    body: { note: 'seen' },
  }),
  'POST /api/customers': () => ({ who: 'administrator', body: { name: unique() } }),
  'PATCH /api/customers/:customerId': () => ({ who: 'administrator', body: { name: 'Helvetia Pharma' } }),
  'POST /api/customers/:customerId/devices': async (p) => ({
    who: 'administrator',
    body: {
      name: unique(),
      serial: unique(),
      siteId: await p.site(),
      modelId: await p.model(),
      tags: ['one', 'two'],
    },
  }),
  'PUT /api/customers/:customerId/policy/:level/:levelId': async (p) => ({
    who: 'approver',
    ids: { level: 'site', levelId: await p.site() },
    body: {
      rules: { 'session.terminal': nightly(p) },
      version: await p.versionAt('approver', `/api/customers/${p.helvetia}/policy`),
    },
  }),
  'POST /api/customers/:customerId/policy/:level/:levelId/preview': async (p) => ({
    who: 'approver',
    ids: { level: 'site', levelId: await p.site() },
    body: { rules: { 'session.terminal': nightly(p) } },
  }),
  'POST /api/customers/:customerId/purpose': () => ({
    who: 'technician',
    body: { purpose: 'preparing a visit' },
  }),
  'PUT /api/customers/:customerId/second-factor': () => ({ who: 'approver', body: { demanded: true } }),
  'POST /api/customers/:customerId/sites': () => ({
    who: 'administrator',
    body: { name: unique(), zone: 'Europe/Zurich', address: 'Rheinweg 12' },
  }),
  'PATCH /api/customers/:customerId/sites/:siteId': async (p) => ({
    who: 'administrator',
    ids: { siteId: await p.site() },
    body: { name: unique(), zone: 'Europe/Dublin', address: '' },
  }),
  'DELETE /api/devices/:deviceId': async (p) => ({ who: 'administrator', ids: { deviceId: await p.device() } }),
  'PATCH /api/devices/:deviceId': async (p) => ({
    who: 'administrator',
    ids: { deviceId: await p.device() },
    body: { name: unique(), siteId: await p.site(), tags: ['one'] },
  }),
  'POST /api/devices/:deviceId/actions/fetch_log': async (p) => ({
    who: 'technician',
    ids: { deviceId: (await p.working()).deviceId },
    body: { input: { name: 'agent', lines: 10 }, expiresInMinutes: 60 },
  }),
  'POST /api/devices/:deviceId/actions/restart_agent': async (p) => ({
    who: 'technician',
    ids: { deviceId: await p.approvedFor('action.restart_agent') },
    body: { input: {}, expiresInMinutes: 60 },
  }),
  'POST /api/devices/:deviceId/actions/set_setting': async (p) => ({
    who: 'technician',
    ids: { deviceId: await p.approvedFor('action.set_setting') },
    body: { input: { key: 'display.unit', value: 'g' }, expiresInMinutes: 60 },
  }),
  'POST /api/devices/:deviceId/enrolment-code': async (p) => ({
    who: 'administrator',
    ids: { deviceId: await p.device() },
  }),
  'POST /api/devices/:deviceId/purpose': async (p) => ({
    who: 'technician',
    ids: { deviceId: (await p.working()).deviceId },
    body: { purpose: 'preparing a visit' },
  }),
  'POST /api/devices/:deviceId/revoke': async (p) => ({
    who: 'administrator',
    ids: { deviceId: await p.device() },
    body: { reason: 'lost' },
  }),
  'POST /api/models': () => ({
    who: 'administrator',
    body: { name: unique(), maker: 'Alpenwerk', declaration },
  }),
  'PUT /api/models/:modelId': async (p) => ({
    who: 'administrator',
    ids: { modelId: await p.model() },
    body: { name: unique(), maker: 'Alpenwerk', declaration, version: 1 },
  }),
}
