import { randomUUID } from 'node:crypto'
import type { ExportState } from '@gatehouse/shared/views/exports'
import { eq, inArray } from 'drizzle-orm'
import { demoPassword, demoPeople, type Persona } from '../demo/people.ts'
import { erasure } from '../features/erasures/tables.ts'
import { auditExport } from '../features/exports/tables.ts'
import { passkey } from '../features/factors/tables.ts'
import { runChecks } from '../features/integrity/checks.ts'
import { auditFault } from '../features/integrity/tables.ts'
import { person } from '../features/people/tables.ts'
import { theMakerItself } from '../kernel/database/wall.ts'
import { newId } from '../kernel/ids.ts'
import { codeOf } from './codes.ts'
import type { ControlLine } from './device-client.ts'
import { manyDevices } from './devices.ts'
import type { TestHouse, Visitor } from './house.ts'
import { answerOf, testPasskey } from './passkeys.ts'
import { ask } from './sessions.ts'
import {
  sceneIn,
  tellAction,
  tellAlarm,
  tellApproval,
  tellExport,
  tellReport,
  tellRequest,
  tellSession,
} from './stories.ts'
import { checkedLongAgo } from './superuser.ts'

/** What an id is the id of. */
export type Kind =
  | 'customer'
  | 'site'
  | 'device'
  | 'model'
  | 'person'
  | 'group'
  | 'request'
  | 'session'
  | 'alarm'
  | 'action'
  | 'report'
  | 'signIn'
  | 'passkey'
  | 'fault'
  | 'export'
  | 'erasure'

/** One deed that somebody may do at a door, with things of its own so that it can be done again and again. */
export interface Deed {
  who: Persona
  /** Where it has to be another browser than the one of `who` that all deeds share. */
  by?: Visitor
  /** What stands in the path, beside the demonstration's. */
  ids?: Record<string, string>
  body?: unknown
  /** The code of the refusal, where doing it to the end would need more than a test can have. */
  refused?: string
}

/** Where deeds are prepared. */
export interface Stage {
  h: TestHouse
  /** A demo person in the browser that all deeds share. */
  as(who: Persona): Promise<Visitor>
  /** What the ids that were handed out are. */
  kinds: Map<string, Kind>
  /** The lines of the devices that had to be there. */
  lines: ControlLine[]
  close(): Promise<void>
}

const declaration = { driver: 'scale', items: [], alarms: [], settings: [], logs: [] }
const unique = (): string => randomUUID().slice(0, 13)

/** The things that deeds are done to, new ones each time. */
const propsOf = (s: Stage) => {
  const { h } = s
  const { seeded } = h
  const helvetia = seeded.customers['Helvetia Pharma']
  const known = <T extends string>(kind: Kind, id: T): T => {
    s.kinds.set(id, kind)
    return id
  }
  const made = async (who: Persona, path: string, body: unknown): Promise<string> => {
    const answer = await (await s.as(who)).post<{ id: string }>(path, body)
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body.id
  }
  const site = async () =>
    known(
      'site',
      await made('administrator', `/api/customers/${helvetia}/sites`, { name: unique(), zone: 'Europe/Zurich' }),
    )
  const model = async () =>
    known('model', await made('administrator', '/api/models', { name: unique(), maker: 'Alpenwerk', declaration }))
  const device = async () =>
    known(
      'device',
      await made('administrator', `/api/customers/${helvetia}/devices`, {
        name: unique(),
        serial: unique(),
        siteId: seeded.sites.Basel,
        modelId: seeded.models.balance,
      }),
    )
  const working = async () => {
    const [one] = await manyDevices(h, 1)
    if (!one) throw new Error('no device')
    known('device', one.deviceId)
    return one
  }
  const someone = async (at: 'customer' | 'maker', more: Partial<typeof person.$inferInsert> = {}) => {
    const id = newId()
    await h.house.db.insert(person).values({
      id,
      customerId: at === 'customer' ? helvetia : null,
      name: `Somebody ${unique()}`,
      email: `${unique()}@somebody.example`,
      passwordHash: 'opens nothing',
      passwordChangedAt: h.clock.now(),
      createdAt: h.clock.now(),
      ...more,
    })
    return known('person', id)
  }
  const group = async (at: 'customer' | 'maker') =>
    known(
      'group',
      at === 'customer'
        ? await made('approver', `/api/customers/${helvetia}/groups`, { name: unique(), grants: [] })
        : await made('administrator', '/api/groups', { name: unique(), grants: [] }),
    )
  const scene = async () => sceneIn(h, 'Helvetia Pharma', (await working()).deviceId)
  const alarm = async () => known('alarm', await tellAlarm(h, await scene()))
  const action = async () => known('action', await tellAction(h, await scene()))
  const session = async () => {
    const at = await scene()
    const requestId = await tellRequest(h, at)
    const approvalId = await tellApproval(h, at, requestId)
    return known('session', await tellSession(h, at, { requestId, approvalId }))
  }
  const report = async () => known('report', await tellReport(h))
  const fault = async (tree = helvetia) => {
    const id = newId()
    await h.house.db.insert(auditFault).values({
      id,
      tree,
      seq: null,
      kind: unique(),
      says: 'a test',
      foundBy: 'signer',
      firstAt: h.clock.now(),
      lastAt: h.clock.now(),
      toldAt: h.clock.now(),
    })
    return known('fault', id)
  }
  /** A request as it is shown. */
  const asked = async (connected = false) => {
    const device = await working()
    const { deviceId } = device
    if (connected) {
      const line = await device.connect()
      s.lines.push(line)
      await line.say(device.heartbeat())
    }
    const { status, body } = await ask(h, await s.as('technician'), deviceId)
    if (status !== 201) throw new Error(`not asked: ${status} ${JSON.stringify(body)}`)
    known('request', body.id)
    return body
  }
  const approved = async (connected = false) => {
    const request = await asked(connected)
    const { status, body } = await (await s.as('approver')).post(`/api/requests/${request.id}/decision`, {
      answer: 'approve',
      hash: request.hash,
      comment: '',
    })
    if (status !== 200) throw new Error(`not approved: ${status} ${JSON.stringify(body)}`)
    return request
  }
  /** A device that policy and approval let a technician reach. */
  const approvedFor = async (activity: 'action.restart_agent' | 'action.set_setting') => {
    const at = await scene()
    await tellApproval(h, at, await tellRequest(h, at), [activity])
    return at.deviceId
  }
  const versionAt = async (who: Persona, path: string) =>
    (await (await s.as(who)).get<{ version: number }>(path)).body.version
  /** What somebody else has asked to be erased. */
  const erasureAt = async (at: 'customer' | 'maker') => {
    const [id, personId] = [newId(), await someone(at)]
    await h.house.db.insert(erasure).values({
      id,
      customerId: at === 'customer' ? helvetia : null,
      personId,
      reason: 'has left',
      state: 'asked',
      askedBy: seeded.people[at === 'customer' ? 'colleague' : 'auditor'],
      askedAt: h.clock.now(),
    })
    return known('erasure', id)
  }
  return {
    erasureAt,
    helvetia,
    /** Somebody of the customer who may answer requests. */
    colleague: known('person', seeded.people.colleague),
    site,
    model,
    device,
    working,
    someone,
    group,
    alarm,
    action,
    session,
    report,
    fault,
    asked,
    approved,
    approvedFor,
    versionAt,
  }
}
type Props = ReturnType<typeof propsOf>

type Prepare = (p: Props, s: Stage) => Deed | Promise<Deed>

const looking = (ids: string[], kind = 'sites') => [{ activities: ['device.view'], scope: { kind, ids } }]

/** The doors to people and groups, which customers have as well as the maker. */
const twins = (at: 'customer' | 'maker'): Record<string, Prepare> => {
  const who = at === 'customer' ? 'approver' : 'administrator'
  const people = at === 'customer' ? '/api/customers/:customerId/people' : '/api/staff'
  const root = at === 'customer' ? '/api/customers/:customerId' : '/api'
  const erasures = at === 'customer' ? '/api/customers/:customerId/erasures' : '/api/staff/erasures'
  const networks = at === 'customer' ? '/api/customers/:customerId/networks' : '/api/staff/networks'
  const local = [
    { cidr: '127.0.0.0/8', note: 'this machine' },
    { cidr: '::1/128', note: '' },
  ]
  const to =
    (more: Partial<typeof person.$inferInsert> = {}, body?: unknown): Prepare =>
    async (p) => ({ who, ids: { personId: await p.someone(at, more) }, body })
  return {
    [`POST ${people}`]: async (p) => ({
      who,
      body: { name: 'Urs Amsler', email: `${unique()}@invited.example`, groups: [await p.group(at)] },
    }),
    [`DELETE ${people}/:personId`]: to(),
    [`POST ${people}/:personId/disable`]: to(),
    [`POST ${people}/:personId/enable`]: to({ disabledAt: 1 }),
    [`POST ${people}/:personId/sign-out`]: to(),
    [`POST ${people}/:personId/groups`]: async (p) => ({
      who,
      ids: { personId: await p.someone(at) },
      body: { add: [await p.group(at)], remove: [await p.group(at)] },
    }),
    [`POST ${people}/:personId/invitation`]: to({ invitedAt: 1 }),
    [`DELETE ${people}/:personId/invitation`]: to({ invitedAt: 1 }),
    [`POST ${people}/:personId/reset`]: to({}, { factors: false }),
    [`POST ${people}/:personId/erasure`]: to({}, { reason: 'has left' }),
    [`POST ${erasures}/:erasureId/confirm`]: async (p) => ({ who, ids: { erasureId: await p.erasureAt(at) } }),
    [`POST ${erasures}/:erasureId/stop`]: async (p) => ({ who, ids: { erasureId: await p.erasureAt(at) } }),
    [`PUT ${networks}`]: async (p) => ({
      who,
      body: {
        networks: local,
        version: await p.versionAt(who, networks.replace(':customerId', p.helvetia)),
        lockMyselfOut: false,
      },
    }),
    [`POST ${networks}/preview`]: () => ({ who, body: { networks: local } }),
    [`POST ${root}/groups`]: async (p) => ({
      who,
      body: { name: unique(), grants: [...looking([await p.site()]), ...looking([await p.device()], 'devices')] },
    }),
    [`PUT ${root}/groups/:groupId`]: async (p) => ({
      who,
      ids: { groupId: await p.group(at) },
      body: { name: unique(), grants: looking([await p.site()]), version: 1 },
    }),
    [`DELETE ${root}/groups/:groupId`]: async (p) => ({
      who,
      ids: { groupId: await p.group(at) },
      body: { version: 1 },
    }),
    [`POST ${root}/groups/preview`]: async (p) => ({
      who,
      body: { grants: looking([await p.site()]), groupId: await p.group(at) },
    }),
  }
}

/** Somebody at a browser of his own, who has just shown who he is. */
const own =
  (more: Omit<Deed, 'who' | 'by'> = {}, who: Persona = 'reader'): Prepare =>
  async (_, { h }) => ({ who, by: await h.as(who), ...more })

const nobody =
  (body: unknown, refused?: string): Prepare =>
  (_, { h }) => ({ who: 'reader', by: h.nobody, body, refused })

/** A rule with somebody in it who may answer. */
const nightly = (p: Props) => ({
  inside: 'ask',
  outside: 'never',
  windows: [{ weekdays: ['sat'], from: '22:00', to: '06:00' }],
  ladder: [{ who: [p.colleague], minutes: 60 }],
})

const token = 'x'.repeat(43)
/** A passkey as a browser would make it, in shape. */
const madePasskey = {
  id: 'AAAA',
  rawId: 'AAAA',
  type: 'public-key',
  clientExtensionResults: {},
  response: { clientDataJSON: 'AAAA', attestationObject: 'AAAA', transports: ['internal'] },
}

/** For every door of the people's face at which something changes: a deed that is done there. A new door has to be added here. */
export const deeds: Readonly<Record<string, Prepare>> = {
  ...twins('customer'),
  ...twins('maker'),
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
  'POST /api/devices/:deviceId/requests': async (p, { h }) => ({
    who: 'technician',
    ids: { deviceId: (await p.working()).deviceId },
    body: {
      activities: ['session.terminal'],
      reason: 'drift after calibration',
      caseNumber: 'C-1042',
      wantedStart: h.clock.now(),
      minutes: 60,
    },
  }),
  'POST /api/devices/:deviceId/revoke': async (p) => ({
    who: 'administrator',
    ids: { deviceId: await p.device() },
    body: { reason: 'lost' },
  }),
  'POST /api/forgotten': nobody({ email: 'nobody@nowhere.example' }),
  'POST /api/invitations/accept': nobody({ token, password: 'four herons wade at dawn' }, 'link_unusable'),
  'POST /api/reset': nobody({ token, password: 'four herons wade at dawn' }, 'link_unusable'),
  'POST /api/me/address': own({ body: { email: 'ines.frei@helvetia.example', password: demoPassword('reader') } }),
  'POST /api/me/address/confirm': own({ body: { token }, refused: 'link_unusable' }),
  'POST /api/me/exports': async (_, s) => {
    await withdrawExports(s)
    return {
      who: 'approver',
      body: {
        format: 'bundle',
        filter: 'outcome=refused',
        zone: 'Europe/Zurich',
        reason: 'an inspection',
        log: s.h.seeded.customers['Helvetia Pharma'],
        since: 'first',
      },
    }
  },
  'DELETE /api/me/exports/:exportId': async (_, s) => ({
    who: 'approver',
    ids: { exportId: await anExport(s, 'cancelled') },
  }),
  'POST /api/me/exports/:exportId/cancel': async (_, s) => ({
    who: 'approver',
    ids: { exportId: await anExport(s, 'queued') },
  }),
  'POST /api/me/exports/preview': () => ({ who: 'approver', body: { filter: '', zone: 'Europe/Zurich' } }),
  'POST /api/me/gesture': own({ body: { agoMs: 0 } }),
  'POST /api/me/password': own({
    body: { present: demoPassword('reader'), next: 'four herons wade at dawn' },
    // One day must have gone by.
    refused: 'password_unfit',
  }),
  'POST /api/me/factors/code': async (_, { h }) => {
    const by = await h.as('reader')
    const { secret } = (await by.post<{ secret: string }>('/api/me/factors/code/options')).body
    return { who: 'reader', by, body: { code: codeOf(secret, h.clock.now()) } }
  },
  'DELETE /api/me/factors/code': async (_, { h }) => {
    const by = await h.as('reader')
    const { secret } = (await by.post<{ secret: string }>('/api/me/factors/code/options')).body
    await by.post('/api/me/factors/code', { code: codeOf(secret, h.clock.now()) })
    return { who: 'reader', by }
  },
  'POST /api/me/factors/code/options': own(),
  'POST /api/me/factors/passkeys': own({ body: { name: 'Key', response: madePasskey }, refused: 'factor_wrong' }),
  'DELETE /api/me/factors/passkeys/:passkeyId': async (_, s) => ({
    who: 'reader',
    by: await s.h.as('reader'),
    ids: { passkeyId: await anotherPasskey(s, 'reader') },
  }),
  'PATCH /api/me/factors/passkeys/:passkeyId': async (_, s) => ({
    who: 'reader',
    by: await s.h.as('reader'),
    ids: { passkeyId: await anotherPasskey(s, 'reader') },
    body: { name: 'Blue key' },
  }),
  'POST /api/me/factors/passkeys/options': own(),
  'POST /api/me/factors/recovery-codes': own(),
  'POST /api/me/proof': async (_, { h }) => {
    const by = await h.as('reader')
    const options = await by.post<{ challenge: string; rpId: string }>('/api/me/proof/passkey-options')
    return {
      who: 'reader',
      by,
      body: { shown: { way: 'passkey', response: answerOf(testPasskey('reader'), options.body, h.url) } },
    }
  },
  'POST /api/me/proof/passkey-options': own(),
  'POST /api/me/renew': own(),
  'PUT /api/me/settings': own({ body: { zone: 'Europe/Zurich' } }),
  'POST /api/me/sign-ins/:signInId/end': async (_, s) => {
    const [by, other] = [await s.h.as('reader'), await s.h.as('reader')]
    const { rows } = (await other.get<{ rows: { id: string; thisOne: boolean }[] }>('/api/me/sign-ins')).body
    const signInId = rows.find(({ thisOne }) => thisOne)?.id ?? ''
    s.kinds.set(signInId, 'signIn')
    return { who: 'reader', by, ids: { signInId } }
  },
  'POST /api/me/sign-ins/end-others': own(),
  // Whoever looks as somebody else does nothing else: in a browser of its own.
  'POST /api/customers/:customerId/people/:personId/viewing': async (p, { h }) => ({
    who: 'administrator',
    by: await h.as('administrator'),
    ids: { personId: await p.someone('customer') },
    body: { reason: 'a test', caseNumber: '', minutes: 5 },
  }),
  'DELETE /api/me/viewing': async (p, { h }) => {
    const by = await h.as('administrator')
    const path = `/api/customers/${p.helvetia}/people/${await p.someone('customer')}/viewing`
    const { status } = await by.post(path, { reason: 'a test', caseNumber: '', minutes: 5 })
    if (status !== 201) throw new Error(`not looking: ${status}`)
    return { who: 'administrator', by }
  },
  'POST /api/models': () => ({
    who: 'administrator',
    body: { name: unique(), maker: 'Alpenwerk', declaration },
  }),
  'PUT /api/models/:modelId': async (p) => ({
    who: 'administrator',
    ids: { modelId: await p.model() },
    body: { name: unique(), maker: 'Alpenwerk', declaration, version: 1 },
  }),
  'POST /api/logs/:customerId/checks': async (_, { h }) => {
    await runChecks.run(h.house)
    await checkedLongAgo(h.ownerUrl)
    return { who: 'reader' }
  },
  'POST /api/logs/:customerId/faults/:faultId/explanation': async (p) => ({
    who: 'approver',
    ids: { faultId: await p.fault() },
    body: { reason: 'a test' },
  }),
  'POST /api/makers-log/checks': async (_, { h }) => {
    await runChecks.run(h.house)
    await checkedLongAgo(h.ownerUrl)
    return { who: 'auditor' }
  },
  'POST /api/makers-log/faults/:faultId/explanation': async (p) => ({
    who: 'administrator',
    ids: { faultId: await p.fault(theMakerItself) },
    body: { reason: 'a test' },
  }),
  'POST /api/requests/:requestId/decision': async (p, { h }) => {
    const { id, hash } = await p.asked()
    const now = h.clock.now()
    return {
      who: 'approver',
      ids: { requestId: id },
      body: {
        answer: 'approve',
        hash,
        activities: ['session.terminal'],
        minutes: 30,
        notBefore: now,
        useBefore: now + 3_600_000,
        comment: 'until noon',
      },
    }
  },
  'POST /api/requests/:requestId/revoke': async (p) => ({
    who: 'approver',
    ids: { requestId: (await p.approved()).id },
    body: { comment: 'not now' },
  }),
  'POST /api/requests/:requestId/session': async (p) => ({
    who: 'technician',
    ids: { requestId: (await p.approved(true)).id },
  }),
  'POST /api/requests/:requestId/withdraw': async (p) => ({
    who: 'technician',
    ids: { requestId: (await p.asked()).id },
  }),
  'POST /api/security-reports': nobody({
    kind: 'vulnerability',
    severity: 'low',
    title: 'A door stands open',
    place: '/somewhere',
    details: 'It opens when one pushes it.',
    email: 'finder@somewhere.example',
  }),
  'POST /api/security-reports/lookup': nobody({ number: 'GH-2020-0001', key: 'made-up' }, 'report_unknown'),
  'POST /api/security-reports/:reportId/answers': async (p) => ({
    who: 'administrator',
    ids: { reportId: await p.report() },
    body: { text: 'We look into it.' },
  }),
  'POST /api/security-reports/:reportId/close': async (p) => ({
    who: 'administrator',
    ids: { reportId: await p.report() },
    body: { reason: 'It was nothing' },
  }),
  'POST /api/sessions/:sessionId/end': async (p) => ({
    who: 'approver',
    ids: { sessionId: await p.session() },
    body: { comment: 'enough' },
  }),
  'POST /api/sessions/:sessionId/tickets': async (p) => ({
    who: 'approver',
    ids: { sessionId: await p.session() },
    body: { direction: 'watch' },
  }),
  'POST /api/sign-in': nobody({ email: demoPeople.reader.email, password: demoPassword('reader') }),
  'POST /api/sign-out': own(),
}

const anotherPasskey = async ({ h, kinds }: Stage, who: Persona): Promise<string> => {
  const id = newId()
  const [like] = await h.house.db.select().from(passkey).where(eq(passkey.personId, h.seeded.people[who]))
  if (!like) throw new Error('no passkey to be like')
  await h.house.db.insert(passkey).values({ ...like, id, credentialId: randomUUID(), name: 'Another' })
  kinds.set(id, 'passkey')
  return id
}

/** Nobody waits for an export that another deed asked for. */
const withdrawExports = ({ h }: Stage): Promise<unknown> =>
  h.house.db
    .update(auditExport)
    .set({ state: 'cancelled' })
    .where(inArray(auditExport.state, ['queued', 'running']))

/** An export of the approver's in the tables. */
const anExport = async (s: Stage, state: ExportState): Promise<string> => {
  const id = await tellExport(s.h, s.h.seeded.people.approver, state)
  s.kinds.set(id, 'export')
  return id
}

/** Opens a stage in a house. */
export const stageOf = (h: TestHouse): Stage => {
  const visitors = new Map<Persona, Promise<Visitor>>()
  const kinds = new Map<string, Kind>()
  const lines: ControlLine[] = []
  return {
    h,
    kinds,
    as: (who) => {
      const known = visitors.get(who) ?? h.as(who)
      visitors.set(who, known)
      return known
    },
    lines,
    close: async () => {
      for (const line of lines) await line.close()
    },
  }
}

/** A deed, ready to be done at this door; throws where nobody has said yet what is done there. */
export const prepared = async (
  s: Stage,
  door: string,
): Promise<Deed & { by: Visitor; ids: Record<string, string> }> => {
  const prepare = deeds[door]
  if (!prepare) throw new Error(`Teach testing/deeds.ts what is done at ${door}`)
  const deed = await prepare(propsOf(s), s)
  const ids = { customerId: s.h.seeded.customers['Helvetia Pharma'], ...deed.ids }
  return { ...deed, ids, by: deed.by ?? (await s.as(deed.who)) }
}
