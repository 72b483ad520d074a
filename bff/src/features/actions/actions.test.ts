import { randomUUID } from 'node:crypto'
import type { Command } from '@gatehouse/shared/agent/messages'
import { actionMoves, actionStates } from '@gatehouse/shared/remote-actions'
import type { ActionView } from '@gatehouse/shared/views/actions'
import type { Page } from '@gatehouse/shared/views/basics'
import { sql } from 'drizzle-orm'
import { decodeJwt, importJWK, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { days, hours, minutes } from '../../kernel/clock.ts'
import { brokeConstraint } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import type { DeviceClient } from '../../testing/device-client.ts'
import { eventsOf, manyDevices } from '../../testing/devices.ts'
import { type Answer, openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { groupMember } from '../groups/tables.ts'
import { approval, request } from '../requests/tables.ts'
import { expireActions } from './service.ts'

let h: TestHouse
let technician: Visitor
beforeAll(async () => {
  h = await openTestHouse()
  technician = await h.as('technician')
})
afterAll(() => h.close())

/** Time passes; whoever did nothing meanwhile has to sign in again. */
const later = async (ms: number) => {
  h.clock.advance(ms)
  technician = await h.as('technician')
}
const one = async (like?: string): Promise<DeviceClient> => {
  const [device] = await manyDevices(h, 1, like)
  if (!device) throw new Error('no device')
  return device
}
const queue = (
  device: DeviceClient,
  action = 'fetch_log',
  input: unknown = { name: 'agent' },
  more: object = {},
  who = technician,
): Promise<Answer<ActionView>> =>
  who.post<ActionView>(`/api/devices/${device.deviceId}/actions/${action}`, { input, ...more })
const actionOf = async (id: string, who = technician): Promise<ActionView> =>
  (await who.get<ActionView>(`/api/actions/${id}`)).body
const commandsIn = (answer: { body: { commands?: string[] } }): Command[] =>
  (answer.body.commands ?? []).map((token) => decodeJwt(token) as unknown as Command)
/** A check-in of a device that holds its orders. */
const checkIn = (device: DeviceClient) => device.say(device.heartbeat())
const error = (answer: Answer<unknown>) =>
  (answer.body as { error?: { code: string; state?: string; fields?: object } }).error

/** An approval of the technician for actions on a device, as the requests' room would have written it. */
const approve = async (device: DeviceClient, activities: ('action.set_setting' | 'action.restart_agent')[]) => {
  const now = h.house.clock.now()
  const customerId = h.seeded.customers['Helvetia Pharma']
  const technicianId = h.seeded.people.technician
  const [requestId, id] = [newId(), newId()]
  const of = { customerId, deviceId: device.deviceId, technicianId, activities, minutes: 30 }
  await h.house.db.transaction(async (tx) => {
    await tx.insert(request).values({
      ...of,
      id: requestId,
      technicianName: 'Anna Keller',
      reason: 'test',
      caseNumber: 'C-1',
      wantedStart: now,
      madeAt: now,
      answerBefore: now + hours(1),
      hash: '0',
      state: 'waiting',
    })
    await tx.update(request).set({ state: 'approved', decidedAt: now }).where(sql`${request.id} = ${requestId}`)
    await tx.insert(approval).values({ ...of, id, requestId, notBefore: now, useBefore: now + hours(2) })
  })
  return id
}

describe('the life of an action', () => {
  test('queued, handed over as a signed command at the check-in, done, with its result', async () => {
    const device = await one()
    const queued = await queue(device, 'fetch_log', { name: 'agent', lines: 50 })
    expect(queued.status).toBe(201)
    expect(queued.body).toMatchObject({
      action: 'fetch_log',
      input: { name: 'agent', lines: 50 },
      state: 'queued',
      requestedBy: 'Anna Keller',
      may: { cancel: { ok: true } },
    })
    expect(queued.body.expiresAt).toBe(queued.body.queuedAt + days(1))
    const answer = await checkIn(device)
    const [token] = answer.body.commands ?? []
    const key = await importJWK({ ...h.house.keys.publicKeys[0] }, 'EdDSA')
    const { payload } = await jwtVerify(token ?? '', key, {
      typ: 'gatehouse-command+jwt',
      audience: device.deviceId,
      currentDate: new Date(h.clock.now()),
    })
    expect(payload).toMatchObject({ jti: queued.body.id, exp: Math.floor(queued.body.expiresAt / 1_000) })
    expect(payload).not.toHaveProperty('approvalId')
    expect(await actionOf(queued.body.id)).toMatchObject({ state: 'delivered', may: { cancel: { ok: false } } })
    const result = { text: 'line <1>\nline 2', truncated: false }
    await device.say(device.receipt(queued.body.id, { result }))
    expect(await actionOf(queued.body.id)).toMatchObject({ state: 'succeeded', result, because: null })
    const log = await eventsOf(h, device.deviceId)
    expect(log.filter((event) => event.event.startsWith('action.'))).toMatchObject([
      {
        event: 'action.queued',
        actorKind: 'person',
        fields: { action: "Fetch a log file: The agent's own log [agent]" },
      },
      { event: 'action.delivered', actorKind: 'system' },
      {
        event: 'action.succeeded',
        actorKind: 'device',
        fields: { action: "Fetch a log file: The agent's own log [agent]" },
      },
    ])
    const [row] = await h.house.db.execute<{ proof: string }>(
      sql`select proof from action where id = ${queued.body.id}`,
    )
    expect(row?.proof.split('.')).toHaveLength(3)
  })

  test('a long result is left out of the list, and is with the action itself', async () => {
    const device = await one()
    const { body } = await queue(device)
    await checkIn(device)
    const result = { text: 'x'.repeat(500_000), truncated: true }
    expect((await device.say(device.receipt(body.id, { result }))).status).toBe(200)
    const list = await technician.get<Page<ActionView>>(`/api/devices/${device.deviceId}/actions`)
    expect(list.body.rows).toMatchObject([{ id: body.id, result: null, resultLeftOut: true }])
    expect(await actionOf(body.id)).toMatchObject({ result, resultLeftOut: false })
  })

  test('a receipt counts once, for its own device only, and only with a proof that is right', async () => {
    const [device, other] = await manyDevices(h, 2)
    if (!device || !other) throw new Error('no devices')
    const { body } = await queue(device)
    await checkIn(device)
    const result = { text: 'of another', truncated: false }
    await other.say(other.receipt(body.id, { result }))
    expect((await actionOf(body.id)).state).toBe('delivered')
    const forged = { ...device.receipt(body.id, { result }), proof: other.receipt(body.id, { result }) }
    await device.say({ ...forged, proof: (forged.proof as { proof: string }).proof } as never)
    expect(await actionOf(body.id)).toMatchObject({ state: 'failed', because: expect.stringContaining('signature') })
    await device.say(device.receipt(body.id, { result: { text: 'late', truncated: false } }))
    expect(await actionOf(body.id)).toMatchObject({ state: 'failed', result: null })
  })

  test('what the device refuses or fails to do says why; a result that does not fit is a failure', async () => {
    const device = await one()
    const [refused, failed, odd] = [await queue(device), await queue(device), await queue(device)]
    expect(commandsIn(await checkIn(device))).toHaveLength(3)
    await device.say(
      device.receipt(refused.body.id, { outcome: 'refused', because: 'not <b>here</b>' }),
      device.receipt(failed.body.id, { outcome: 'failed', because: 'no such file' }),
      device.receipt(odd.body.id, { result: { text: 5 } }),
    )
    expect(await actionOf(refused.body.id)).toMatchObject({ state: 'refused', because: 'not <b>here</b>' })
    expect(await actionOf(failed.body.id)).toMatchObject({ state: 'failed', because: 'no such file' })
    expect(await actionOf(odd.body.id)).toMatchObject({ state: 'failed', result: null })
    expect((await eventsOf(h, device.deviceId, 'action.refused'))[0]).toMatchObject({ actorKind: 'device' })
  })

  test('AG12 what was not fetched in time expires and is never handed over', async () => {
    const device = await one()
    const { body } = await queue(device, 'fetch_log', { name: 'agent' }, { expiresInMinutes: 30 })
    await later(minutes(29))
    await expireActions.run(h.house)
    expect((await actionOf(body.id)).state).toBe('queued')
    await later(minutes(2))
    // Also before the job has seen it.
    expect(commandsIn(await checkIn(device))).toEqual([])
    await expireActions.run(h.house)
    expect(await actionOf(body.id)).toMatchObject({ state: 'expired', deliveredAt: null })
    expect(await eventsOf(h, device.deviceId, 'action.expired')).toHaveLength(1)
    expect(commandsIn(await checkIn(device))).toEqual([])
  })

  test('an answer that comes after the time was over changes no state, and is kept and logged all the same', async () => {
    const device = await one()
    const { body } = await queue(device, 'fetch_log', { name: 'agent' }, { expiresInMinutes: 1 })
    await checkIn(device)
    await later(minutes(10))
    await expireActions.run(h.house)
    expect((await actionOf(body.id)).state).toBe('unanswered')
    expect(await eventsOf(h, device.deviceId, 'action.unanswered')).toMatchObject([{ outcome: 'unknown' }])
    expect(await eventsOf(h, device.deviceId, 'action.expired')).toEqual([])
    const result = { text: 'done long ago', truncated: false }
    for (let i = 0; i < 2; i++) await device.say(device.receipt(body.id, { result }))
    expect(await actionOf(body.id)).toMatchObject({
      state: 'unanswered',
      because: 'Answered after its time was over: succeeded',
      result,
    })
    expect(await eventsOf(h, device.deviceId, 'action.succeeded')).toHaveLength(1)
  })

  test('is taken back while it waits, by whoever asked or holds the activity; afterwards 409 with the state', async () => {
    const device = await one()
    const mine = await queue(device)
    const reader = await h.as('reader')
    expect((await actionOf(mine.body.id, reader)).may.cancel).toMatchObject({ because: 'not_granted' })
    expect((await reader.post(`/api/actions/${mine.body.id}/cancel`)).status).toBe(403)
    const answers = await Promise.all([1, 2].map(() => technician.post(`/api/actions/${mine.body.id}/cancel`)))
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409])
    expect(error(answers.find((answer) => answer.status === 409) as Answer)).toMatchObject({ state: 'cancelled' })
    const late = await queue(device)
    await checkIn(device)
    expect(error(await technician.post(`/api/actions/${late.body.id}/cancel`))).toMatchObject({
      code: 'wrong_state',
      state: 'delivered',
    })
  })

  test('cancelled and fetched at the same instant: one wins, every time', async () => {
    const device = await one()
    for (let i = 0; i < 10; i++) {
      const { body } = await queue(device)
      const [cancelled, fetched] = await Promise.all([
        technician.post(`/api/actions/${body.id}/cancel`),
        checkIn(device),
      ])
      const handed = commandsIn(fetched).some((command) => command.jti === body.id)
      expect([cancelled.status, handed]).toEqual(handed ? [409, true] : [200, false])
      if (handed) await device.say(device.receipt(body.id, { outcome: 'failed' }))
    }
  })
})

describe('who may ask what of a device', () => {
  test('the input is read by the action, and by what the model declares', async () => {
    const device = await one()
    await approve(device, ['action.set_setting'])
    const bad: [string, unknown][] = [
      ['fetch_log', { name: 'passwd' }],
      ['fetch_log', { name: '../etc' }],
      ['fetch_log', {}],
      ['set_setting', { key: 'nothing.known', value: 1 }],
      ['set_setting', { key: 'filter.strength', value: 'strong' }],
      ['set_setting', { key: 'filter.strength', value: 9 }],
      ['set_setting', { key: 'sampling.seconds', value: 0 }],
    ]
    for (const [action, input] of bad)
      expect([input, (await queue(device, action, input)).status]).toEqual([input, 422])
    expect((await queue(device, 'fetch_log', { name: 'agent' }, { expiresInMinutes: 0 })).status).toBe(422)
    expect((await queue(device, 'set_setting', { key: 'filter.strength', value: 3 })).status).toBe(201)
    expect((await queue(device, 'format_disk', {})).status).toBe(404)
  })

  test('AZ03 the door is shut before the body is read, and foreign devices are like none', async () => {
    const device = await one()
    const outsider = await h.as('outsider')
    expect((await queue(device, 'fetch_log', { rubbish: true }, {}, outsider)).status).toBe(404)
    const reader = await h.as('reader')
    expect((await queue(device, 'fetch_log', { rubbish: true }, {}, reader)).status).toBe(403)
    expect((await outsider.get(`/api/devices/${device.deviceId}/actions`)).status).toBe(404)
    const { body } = await queue(device)
    for (const id of [body.id, randomUUID(), 'x']) {
      expect((await outsider.get(`/api/actions/${id}`)).status).toBe(404)
      expect((await outsider.post(`/api/actions/${id}/cancel`)).status).toBe(404)
    }
    expect((await h.nobody.post(`/api/devices/${device.deviceId}/actions/fetch_log`, {})).status).toBe(401)
  })

  test('where the policy asks, an approval is needed, and its clock starts with the first command', async () => {
    const device = await one()
    const setting = { key: 'filter.strength', value: 2 }
    expect(error(await queue(device, 'set_setting', setting))?.code).toBe('approval_needed')
    const id = await approve(device, ['action.set_setting'])
    const queued = await queue(device, 'set_setting', setting)
    expect(queued.status).toBe(201)
    await later(minutes(45))
    expect(commandsIn(await checkIn(device))).toMatchObject([{ approvalId: id, input: setting }])
    const [started] = await h.house.db.execute<{ left: number; state: string }>(sql`
      select (a.ends_at - a.started_at)::int as left, r.state from approval a join request r on r.id = a.request_id
      where a.id = ${id}`)
    expect(started).toEqual({ left: minutes(30), state: 'used' })
    await device.say(device.receipt(queued.body.id, { result: { before: 1, after: 2 } }))
    expect(await actionOf(queued.body.id)).toMatchObject({ state: 'succeeded', result: { before: 1, after: 2 } })
    // Of another activity, and after its time, it is worth nothing.
    expect(error(await queue(device, 'restart_agent', {}))?.code).toBe('approval_needed')
    await later(minutes(31))
    expect(error(await queue(device, 'set_setting', setting))?.code).toBe('approval_needed')
  })

  test('AZ10 it is decided about again when the device fetches it: an approval taken back meanwhile', async () => {
    const device = await one()
    const id = await approve(device, ['action.set_setting'])
    const { body } = await queue(device, 'set_setting', { key: 'filter.strength', value: 2 })
    await h.house.db.update(approval).set({ revokedAt: h.clock.now() }).where(sql`${approval.id} = ${id}`)
    expect(commandsIn(await checkIn(device))).toEqual([])
    expect(await actionOf(body.id)).toMatchObject({ state: 'refused', because: expect.stringContaining('policy') })
    expect(await eventsOf(h, device.deviceId, 'action.refused')).toMatchObject([
      { actorKind: 'system', outcome: 'refused', fields: { by: 'Gatehouse' } },
    ])
  })

  test('AZ10 it is decided about again when the device fetches it: a right lost, an account closed', async () => {
    const device = await one()
    const first = await queue(device)
    const member = sql`${groupMember.personId} = ${h.seeded.people.technician}`
    const groups = await h.house.db.delete(groupMember).where(member).returning()
    expect(commandsIn(await checkIn(device))).toEqual([])
    await h.house.db.insert(groupMember).values(groups)
    expect((await actionOf(first.body.id)).state).toBe('refused')
    const second = await queue(device)
    await h.house.db.execute(sql`update person set disabled_at = 1 where id = ${h.seeded.people.technician}`)
    expect(commandsIn(await checkIn(device))).toEqual([])
    await h.house.db.execute(sql`update person set disabled_at = null where id = ${h.seeded.people.technician}`)
    expect(await actionOf(second.body.id)).toMatchObject({
      state: 'refused',
      because: 'Whoever asked for it has no account here any more.',
    })
  })

  test('AZ10 what was handed over is not handed over again once the right is gone', async () => {
    const device = await one()
    const { body } = await queue(device)
    expect(commandsIn(await checkIn(device))).toHaveLength(1)
    expect(commandsIn(await checkIn(device))).toHaveLength(1)
    const member = sql`${groupMember.personId} = ${h.seeded.people.technician}`
    const groups = await h.house.db.delete(groupMember).where(member).returning()
    expect(commandsIn(await checkIn(device))).toEqual([])
    await h.house.db.insert(groupMember).values(groups)
    expect((await actionOf(body.id)).state).toBe('delivered')
    expect(await eventsOf(h, device.deviceId, 'action.delivered')).toHaveLength(1)
  })

  test('a revoked device is asked for nothing', async () => {
    const device = await one()
    await h.house.db.execute(sql`update device set state = 'revoked' where id = ${device.deviceId}`)
    expect(error(await queue(device))?.code).toBe('device_revoked')
  })

  test('so many wait at the most', async () => {
    const device = await one()
    const statuses = new Set<number>()
    for (let i = 0; i < 51; i++) statuses.add((await queue(device)).status)
    expect([...statuses]).toEqual([201, 429])
  })
})

describe('the database', () => {
  test('AP18 knows the same moves as the table, and refuses every other', async () => {
    const moves = await h.house.db.execute<{ from: string | null; to: string }>(
      sql`select from_state as "from", to_state as "to" from action_move`,
    )
    const wanted = Object.entries(actionMoves).flatMap(([from, all]) => all.map((to) => `${from} ${to}`))
    expect(moves.map(({ from, to }) => `${from} ${to}`).sort()).toEqual(['null queued', ...wanted].sort())
    const device = await one()
    const { body } = await queue(device)
    await technician.post(`/api/actions/${body.id}/cancel`)
    for (const state of actionStates.filter((one) => one !== 'cancelled')) {
      const move = h.house.db.execute(sql`update action set state = ${state} where id = ${body.id}`)
      const refused = await move.then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      expect([state, brokeConstraint(refused, 'action_move')]).toEqual([state, true])
    }
  })
})
