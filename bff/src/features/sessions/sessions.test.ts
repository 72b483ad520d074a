import { SessionGrant, signedTypes } from '@gatehouse/shared/agent/messages'
import type { RequestView } from '@gatehouse/shared/views/requests'
import type { SessionView } from '@gatehouse/shared/views/sessions'
import { eq, type SQL } from 'drizzle-orm'
import { importJWK, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Persona } from '../../demo/people.ts'
import { minutes, seconds } from '../../kernel/clock.ts'
import type { ControlLine, DeviceClient } from '../../testing/device-client.ts'
import { enrolled, manyDevices } from '../../testing/devices.ts'
import { eventsOf } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { answer, ask, grantOn, openSession } from '../../testing/sessions.ts'
import { deviceLink } from '../devices/tables.ts'
import { policyLevel } from '../policies/tables.ts'
import { endOverdueSessions } from '../relay/jobs.ts'
import { sessionsForDevice } from './door.ts'
import { session } from './tables.ts'

const patience = { timeout: 20_000, interval: 200 }

let h: TestHouse
let technician: Visitor
let approver: Visitor

beforeAll(async () => {
  h = await openTestHouse()
  ;[technician, approver] = await Promise.all([h.as('technician'), h.as('approver')])
})
afterAll(() => h.close())

type Answered = { status: number; body: unknown }
type Code = { error: { code: string; state?: string } }
const codeOf = (one: Answered) => [one.status, (one.body as Code).error?.code]
const connected = async (): Promise<{ device: DeviceClient; line: ControlLine }> => {
  const [device] = await manyDevices(h, 1)
  if (!device) throw new Error('no device')
  const line = await device.connect()
  await line.say(device.heartbeat())
  return { device, line }
}
const approved = async (deviceId: string, more: Record<string, unknown> = {}): Promise<RequestView> => {
  const made = await ask(h, technician, deviceId, more)
  return made.body.state === 'waiting' ? (await answer(approver, made.body)).body : made.body
}
const open = (requestId: string, who = technician) => who.post<SessionView>(`/api/requests/${requestId}/session`)
const end = (id: string, who = technician) => who.post(`/api/sessions/${id}/end`, {})
/**
 * Opens them all at once. Whoever is told that the database has no time for him was told nothing of the session: he asks
 * again, until he is. `busy` counts those; an answer like that can also come of a commit that took too long.
 */
const openAtOnce = async (requestIds: readonly string[]) => {
  const all = await Promise.all(requestIds.map((id) => open(id)))
  // Nobody comes to what was opened: where all this takes long it must not be lost for that meanwhile.
  const later = h.clock.now() + minutes(5)
  await h.house.db.update(session).set({ openedAt: later, leaseUntil: later }).where(eq(session.state, 'opening'))
  let busy = 0
  for (const [at, id] of requestIds.entries()) {
    if (all[at]?.status !== 503) continue
    busy += 1
    await vi.waitFor(async () => {
      expect(codeOf(all[at] as Answered)).toEqual([503, 'unavailable'])
      all[at] = await open(id)
      expect(all[at]?.status).not.toBe(503)
    }, patience)
  }
  return { answers: all.map((one) => codeOf(one)), busy }
}
const sessionsOf = (which: SQL) =>
  h.house.db.select({ id: session.id, of: session.requestId }).from(session).where(which)

describe('opening', () => {
  test('AP02 the device is handed a grant signed for it, with its epoch, its activities and its end', async () => {
    const { device, line } = await connected()
    const { session, grant } = await openSession(h, { technician, approver, device, line }, { minutes: 30 })
    expect(session).toMatchObject({
      state: 'opening',
      technician: { name: 'Anna Keller' },
      activities: ['session.terminal'],
      may: { write: { ok: true }, watch: { ok: false, because: 'not_granted' }, end: { ok: true } },
    })
    expect(session.endsAt).toBe(session.openedAt + minutes(30))
    expect(grant).toMatchObject({
      aud: device.deviceId,
      sessionId: session.id,
      epoch: 1,
      activities: ['session.terminal'],
      exp: Math.floor(session.endsAt / 1_000),
      technician: { name: 'Anna Keller' },
    })
    const [token = ''] = (await sessionsForDevice(h.house, device.deviceId)).grants
    const [key] = h.house.keys.publicKeys
    const { payload } = await jwtVerify(token, await importJWK(key ?? { kty: 'OKP' }, 'EdDSA'), {
      typ: signedTypes.grant,
      audience: device.deviceId,
    })
    expect(SessionGrant.parse(payload)).toEqual(grant)
    const [other] = await manyDevices(h, 1)
    expect(await sessionsForDevice(h.house, other?.deviceId ?? '')).toEqual({ grants: [], ended: [] })
    await end(session.id)
    const told = await line.until(({ ended }) => ended?.some((one) => one.sessionId === session.id) === true)
    expect(told.ended).toContainEqual({ sessionId: session.id, epoch: 1 })
    expect((await sessionsForDevice(h.house, device.deviceId)).grants).toEqual([])
  })

  test('AP04 one approval opens one session, of 50 that are begun at once', async () => {
    const { device } = await connected()
    const request = await approved(device.deviceId)
    const events = await eventsOf(h.house, async () => {
      const { answers, busy } = await openAtOnce(Array<string>(50).fill(request.id))
      const lost = answers.filter(([status]) => status !== 201)
      expect(lost).toEqual(lost.map(() => [409, 'approval_used']))
      // Of none only where the one that came through was told nothing of it.
      expect([1, ...(busy > 0 ? [0] : [])]).toContain(50 - lost.length)
    })
    expect(await sessionsOf(eq(session.requestId, request.id))).toHaveLength(1)
    expect(events.filter(({ event }) => event === 'session.opened')).toHaveLength(1)
    const seen = (await technician.get<RequestView>(`/api/requests/${request.id}`)).body
    expect(seen).toMatchObject({ state: 'used', session: { state: 'opening' } })
    await end(seen.session?.id ?? '')
    expect(codeOf(await open(request.id))).toEqual([409, 'approval_used'])
  })

  test('AP16 one session at a time works on a device, of 50 approvals that are used at once', async () => {
    const { device, line } = await connected()
    const requests: RequestView[] = []
    for (let i = 0; i < 50; i++) requests.push(await approved(device.deviceId))
    const { answers, busy } = await openAtOnce(requests.map(({ id }) => id))
    const there = await sessionsOf(eq(session.deviceId, device.deviceId))
    expect(there).toHaveLength(1)
    const [first] = there
    if (busy === 0) expect(answers.filter(([status]) => status === 201)).toHaveLength(1)
    const lost = answers.filter((_, at) => requests[at]?.id !== first?.of)
    expect(lost).toEqual(Array.from({ length: 49 }, () => [409, 'device_busy']))
    expect((await grantOn(line, first?.id ?? '')).epoch).toBe(1)
    // Whoever was refused still has his approval, and the next session has the next epoch.
    const next = requests.find(({ id }) => id !== first?.of)
    const shown = (await technician.get<RequestView>(`/api/requests/${next?.id}`)).body
    expect(shown.may.open).toMatchObject({ ok: false, because: 'device_busy' })
    await end(first?.id ?? '')
    const second = await open(next?.id ?? '')
    expect(second.status).toBe(201)
    expect((await grantOn(line, second.body.id)).epoch).toBe(2)
    await end(second.body.id)
  }, 60_000)

  test('AP01 opens nothing without an approval of its own that lives', async () => {
    const { device } = await connected()
    const other = await connected()
    const waiting = (await ask(h, technician, device.deviceId)).body
    expect(codeOf(await open(waiting.id))).toEqual([403, 'approval_needed'])
    const elsewhere = await approved(other.device.deviceId)
    expect(codeOf(await open(waiting.id))).toEqual([403, 'approval_needed'])
    // The live approval of one request opens nothing for another request on the same device.
    const here = await approved(device.deviceId)
    expect(codeOf(await open(waiting.id))).toEqual([403, 'approval_needed'])
    await regrant(h, 'outsider', [
      { activities: ['device.view', 'session.request', 'session.terminal'], scope: { kind: 'all' } },
    ])
    const outsider = await h.as('outsider')
    expect(codeOf(await open(here.id, outsider))).toEqual([403, 'approval_needed'])
    const later = await approved(device.deviceId, { wantedStart: h.clock.now() + minutes(30) })
    expect(codeOf(await open(later.id))).toEqual([409, 'too_early'])
    for (const { id } of [elsewhere, here]) await technician.post(`/api/requests/${id}/withdraw`)
    expect(codeOf(await open(later.id))).toEqual([403, 'approval_needed'])
  })

  test('AP01 an action of the same approval does not open a session that was not given', async () => {
    const { device } = await connected()
    const made = (
      await ask(h, technician, device.deviceId, { activities: ['session.terminal', 'action.restart_agent'] })
    ).body
    const given = (await answer(approver, made, { activities: ['action.restart_agent'] })).body
    expect(given.state).toBe('approved')
    expect(codeOf(await open(made.id))).toEqual([403, 'approval_needed'])
  })

  test('AP01 the policy at the moment counts, not the one of the approval', async () => {
    const { device } = await connected()
    const request = await approved(device.deviceId)
    const level = {
      customerId: h.seeded.customers['Helvetia Pharma'],
      level: 'device' as const,
      levelId: device.deviceId,
      rules: { 'session.terminal': { answer: 'never' as const, locked: false } },
    }
    await h.house.db.insert(policyLevel).values(level)
    expect(codeOf(await open(request.id))).toEqual([403, 'policy_never'])
    expect((await technician.get<RequestView>(`/api/requests/${request.id}`)).body.may.open).toMatchObject({
      because: 'policy_never',
    })
  })

  test('a device that is not there burns no approval', async () => {
    const [device] = await manyDevices(h, 1)
    const request = await approved(device?.deviceId ?? '')
    expect(codeOf(await open(request.id))).toEqual([409, 'device_offline'])
    const line = await device?.connect()
    await line?.say(device?.heartbeat() ?? never())
    const opened = await open(request.id)
    expect(opened.status).toBe(201)
    await end(opened.body.id)
  })

  test('a device that checks in over HTTPS is told at its next check-in, and has time for it', async () => {
    const [device] = await manyDevices(h, 1)
    if (!device) return never()
    await device.say(device.heartbeat())
    const request = await approved(device.deviceId)
    const { body: session } = await open(request.id)
    h.clock.advance(seconds(100))
    await endOverdueSessions.run(h.house)
    const { body: news } = await device.say(device.heartbeat())
    expect(news.grants).toHaveLength(1)
    h.clock.advance(seconds(21))
    await endOverdueSessions.run(h.house)
    const seen = (await technician.get<SessionView>(`/api/sessions/${session.id}`)).body
    expect(seen).toMatchObject({ state: 'ended', cause: 'device_lost' })
    const [link] = await h.house.db.select().from(deviceLink).where(eq(deviceLink.deviceId, device.deviceId))
    expect(link?.transport).toBe('https')
  })

  test('a session that nobody joins ends, and its device is told', async () => {
    const { device, line } = await connected()
    const { session } = await openSession(h, { technician, approver, device, line })
    h.clock.advance(seconds(61))
    await endOverdueSessions.run(h.house)
    await line.until(({ ended }) => ended?.some((one) => one.sessionId === session.id) === true)
    const seen = (await technician.get<SessionView>(`/api/sessions/${session.id}`)).body
    expect(seen).toMatchObject({ state: 'ended', cause: 'device_lost', endedBy: 'Gatehouse' })
  })
})

const never = (): never => {
  throw new Error('not there')
}

describe('the device', () => {
  test('AP02 refuses a grant, and its reason stands in the log', async () => {
    const { device, line } = await connected()
    await end((await openSession(h, { technician, approver, device, line })).session.id)
    const { session, grant } = await openSession(h, { technician, approver, device, line })
    const report = { type: 'session', at: h.clock.now(), sessionId: session.id, because: 'my own policy' } as const
    await line.say({ ...report, epoch: grant.epoch - 1, outcome: 'refused' })
    expect((await technician.get<SessionView>(`/api/sessions/${session.id}`)).body.state).toBe('opening')
    const events = await eventsOf(h.house, () => line.say({ ...report, epoch: grant.epoch, outcome: 'refused' }))
    expect(
      events
        .filter(({ sessionId }) => sessionId === session.id)
        .map(({ event, actorKind, says }) => [event, actorKind, says]),
    ).toEqual([
      ['session.refused_by_device', 'device', expect.stringContaining('refused the session: my own policy')],
      ['session.ended', 'device', 'The session ended: The device refused it'],
    ])
    const [stranger] = await manyDevices(h, 1)
    const next = await openSession(h, { technician, approver, device, line })
    await stranger?.say({ ...report, sessionId: next.session.id, outcome: 'ended_at_machine' })
    expect((await technician.get<SessionView>(`/api/sessions/${next.session.id}`)).body.state).toBe('opening')
    await line.say({ ...report, sessionId: next.session.id, outcome: 'ended_at_machine' })
    expect((await technician.get<SessionView>(`/api/sessions/${next.session.id}`)).body.cause).toBe('at_machine')
  })
})

describe('ending', () => {
  test.each<[Persona, number, string]>([
    ['technician', 200, 'technician'],
    ['approver', 200, 'customer'],
    ['reader', 403, 'not_granted'],
    ['otherApprover', 404, 'not_found'],
    ['auditor', 403, 'not_granted'],
  ])('by %s is answered with %i %s', async (who, status, outcome) => {
    const { device, line } = await connected()
    const { session } = await openSession(h, { technician, approver, device, line })
    const visitor = who === 'technician' ? technician : await h.as(who)
    const ended = await visitor.post<SessionView>(`/api/sessions/${session.id}/end`, { comment: 'enough' })
    expect([ended.status, status === 200 ? ended.body.cause : codeOf(ended)[1]]).toEqual([status, outcome])
    if (status !== 200) await end(session.id)
    else expect(ended.body.endedBy).toBe(who === 'technician' ? 'Anna Keller' : 'Clara Meier')
  })

  test('happens once: of many that end it at once one did, and there is one event', async () => {
    const { device, line } = await connected()
    const { session } = await openSession(h, { technician, approver, device, line })
    const events = await eventsOf(h.house, async () => {
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, i) => end(session.id, i % 2 ? technician : approver)),
      )
      expect(all.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(new Set(all.filter(({ status }) => status !== 200).map((one) => codeOf(one).join()))).toEqual(
        new Set(['409,wrong_state']),
      )
    })
    expect(events.filter(({ event }) => event === 'session.ended')).toHaveLength(1)
  })
})

describe('who sees it', () => {
  test('AZ03 nobody of another customer or for another device', async () => {
    const { device, line } = await connected()
    const { session } = await openSession(h, { technician, approver, device, line })
    const luis = await h.as('otherApprover')
    await regrant(h, 'outsider', [
      {
        activities: ['device.view', 'session.watch'],
        scope: { kind: 'customers', ids: [h.seeded.customers['Great Lakes Foods']] },
      },
    ])
    const tom = await h.as('outsider')
    for (const visitor of [luis, tom]) {
      expect(codeOf(await visitor.get(`/api/sessions/${session.id}`))).toEqual([404, 'not_found'])
      const list = await visitor.get<{ rows: SessionView[] }>('/api/sessions?state=live')
      expect(list.body.rows.map(({ id }) => id)).not.toContain(session.id)
      for (const direction of ['write', 'watch'])
        expect(codeOf(await visitor.post(`/api/sessions/${session.id}/tickets`, { direction }))).toEqual([
          404,
          'not_found',
        ])
    }
    const list = await approver.get<{ rows: SessionView[] }>(`/api/sessions?state=live&device=${device.deviceId}`)
    expect(list.body.rows).toMatchObject([{ id: session.id, may: { watch: { ok: true }, end: { ok: true } } }])
    const mine = await technician.get<{ rows: SessionView[] }>(`/api/devices/${device.deviceId}/sessions?mine=1`)
    expect(mine.body.rows.map(({ id }) => id)).toEqual([session.id])
    await end(session.id)
    const after = await approver.get<{ rows: SessionView[] }>(`/api/sessions?state=live&device=${device.deviceId}`)
    expect(after.body.rows).toEqual([])
  })

  test('a ticket to write is given to its technician in the browser he began in, to nobody else', async () => {
    const { device, line } = await connected()
    const { session } = await openSession(h, { technician, approver, device, line })
    const ticket = (who: Visitor, direction: string) => who.post(`/api/sessions/${session.id}/tickets`, { direction })
    expect((await ticket(technician, 'write')).status).toBe(201)
    expect(codeOf(await ticket(await h.as('technician'), 'write'))).toEqual([403, 'not_its_technician'])
    expect(codeOf(await ticket(approver, 'write'))).toEqual([403, 'not_its_technician'])
    expect(codeOf(await ticket(technician, 'watch'))).toEqual([403, 'not_granted'])
    expect(codeOf(await ticket(await h.as('reader'), 'watch'))).toEqual([403, 'not_granted'])
    expect((await ticket(approver, 'watch')).status).toBe(201)
    await end(session.id)
    expect(codeOf(await ticket(technician, 'write'))).toEqual([409, 'wrong_state'])
    expect(codeOf(await ticket(approver, 'watch'))).toEqual([409, 'wrong_state'])
  })

  test('the device of the demonstration can be enrolled and used as well', async () => {
    const device = await enrolled(h, 'Balance 11')
    const { session } = await openSession(h, { technician, approver, device })
    expect(session.device).toMatchObject({ name: 'Balance 11', zone: 'Europe/Dublin' })
    await end(session.id)
  })
})
