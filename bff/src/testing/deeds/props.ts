import { randomUUID } from 'node:crypto'
import type { Persona } from '../../demo/people.ts'
import { erasure } from '../../features/erasures/tables.ts'
import { auditFault } from '../../features/integrity/tables.ts'
import { person } from '../../features/people/tables.ts'
import { newId } from '../../kernel/ids.ts'
import { manyDevices } from '../devices.ts'
import { ask } from '../sessions.ts'
import { sceneIn, tellAction, tellAlarm, tellApproval, tellReport, tellRequest, tellSession } from '../stories.ts'
import type { Deed, Kind, Stage } from './stage.ts'

/** What a model has to declare at least. */
export const declaration = { driver: 'scale', items: [], alarms: [], settings: [], logs: [] }
/** A name that nothing else has. */
export const unique = (): string => randomUUID().slice(0, 13)

/** The things that deeds are done to, new ones each time. */
export const propsOf = (s: Stage) => {
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
export type Props = ReturnType<typeof propsOf>

/** Prepares a deed. */
export type Prepare = (p: Props, s: Stage) => Deed | Promise<Deed>

/** Somebody at a browser of his own, who has just shown who he is. */
export const own =
  (more: Omit<Deed, 'who' | 'by'> = {}, who: Persona = 'reader'): Prepare =>
  async (_, { h }) => ({ who, by: await h.as(who), ...more })

/** Somebody who is not signed in. */
export const nobody =
  (body: unknown, refused?: string): Prepare =>
  (_, { h }) => ({ who: 'reader', by: h.nobody, body, refused })
