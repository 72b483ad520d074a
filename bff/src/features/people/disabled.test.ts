import { frameKinds } from '@gatehouse/shared/sessions/terminal-frames'
import type { ActionView } from '@gatehouse/shared/views/actions'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { demoPeople } from '../../demo/people.ts'
import { manyDevices } from '../../testing/devices.ts'
import { eventsOf } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { hintsOf } from '../../testing/hints.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { sceneOf } from '../../testing/scene.ts'
import { dial, personStream, ticketFor } from '../../testing/sessions.ts'
import { person } from './tables.ts'

let h: TestHouse
beforeAll(async () => {
  h = await openTestHouse()
})
afterAll(() => h.close())

const activities = ['device.view', 'session.request', 'session.terminal', 'action.fetch_log'] as const
const asks = async (cookie: string) => (await h.nobody.send('GET', '/api/me', undefined, { cookie })).status

const deeds: Record<string, (ruth: Visitor, path: string) => Promise<{ status: number }>> = {
  disabled: (ruth, path) => ruth.post(`${path}/disable`),
  removed: (ruth, path) => ruth.send('DELETE', path),
}

test.each(Object.entries(deeds))(
  'AU22 whoever is %s in mid-action loses session, relay, streams, tickets and queued commands within a second',
  async (word, deed) => {
    await regrant(h, 'outsider', [{ activities, scope: { kind: 'all' } }])
    // However it ends, he is there again for whoever comes next.
    const there = { disabledAt: null, removedAt: null }
    const outsider = eq(person.id, h.seeded.people.outsider)
    onTestFinished(async () => void (await h.house.db.update(person).set(there).where(outsider)))
    const [ruth, clara, tom, elsewhere] = await Promise.all([
      h.as('administrator'),
      h.as('approver'),
      h.as('outsider'),
      h.as('outsider'),
    ])
    const { session, writer, device } = await sceneOf(h, tom, clara).live()
    const hints = await hintsOf(h.url, elsewhere.cookie())
    const ticket = await ticketFor(tom, session.id, 'write')
    const [absent] = await manyDevices(h, 1)
    const path = `/api/devices/${absent?.deviceId}/actions/fetch_log`
    const queued = await tom.post<ActionView>(path, { input: { name: 'agent' } })
    expect(queued.body.state).toBe('queued')

    // Both ends talk without a pause, so that every byte after the cut would be seen.
    const arrived = { atPerson: 0, atDevice: 0 }
    writer.onFrame = () => (arrived.atPerson = performance.now())
    device.onFrame = () => (arrived.atDevice = performance.now())
    const talk = setInterval(() => {
      if (device.socket.readyState === 1) device.send(frameKinds.data, 'output ')
      if (writer.socket.readyState === 1) writer.send(frameKinds.data, 'input ')
    }, 5)
    await expect.poll(() => Math.min(arrived.atPerson, arrived.atDevice)).toBeGreaterThan(0)

    const done = { deed: 0, hints: 0, queue: 0 }
    const began = performance.now()
    const events = await eventsOf(h.house, async () => {
      const gone = hints.ended.then(() => (done.hints = performance.now()))
      expect((await deed(ruth, `/api/staff/${h.seeded.people.outsider}`)).status).toBe(200)
      done.deed = performance.now()
      expect((await ruth.get<ActionView>(`/api/actions/${queued.body.id}`)).body).toMatchObject({
        state: 'refused',
        because: expect.stringContaining('no account'),
      })
      done.queue = performance.now()
      expect(await Promise.all([asks(tom.cookie()), asks(elsewhere.cookie())])).toEqual([401, 401])
      expect(await writer.closed).toMatchObject({ code: 4000, reason: 'rights_changed' })
      await Promise.all([device.closed, gone])
    })
    clearInterval(talk)
    const last = Math.max(
      (await writer.closed).at,
      (await device.closed).at,
      arrived.atPerson,
      arrived.atDevice,
      ...Object.values(done),
    )
    // A second from when the administrator is told that it is done, which takes no second either.
    expect(done.deed - began).toBeLessThan(1_000)
    expect(last - done.deed).toBeLessThan(1_000)
    expect(hints.text()).toContain('signed_out')
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining([`person.${word}`, 'session.ended', 'sign_in.ended', 'action.refused']),
    )

    // What he had in hand opens nothing, on whatever way he comes.
    const knock = dial(`${h.wsUrl}/api/streams/${session.id}/terminal`, ['gatehouse.v1', `ticket.${ticket}`], {
      headers: { cookie: tom.cookie() },
      origin: h.url,
    })
    await expect(knock).rejects.toThrow('401 not_signed_in')
    await expect(personStream(h, tom, session.id, 'write')).rejects.toThrow('no ticket: 401')
    await expect(h.as('outsider')).rejects.toThrow(`outsider could not sign in: 401`)
    const handed = await absent?.say(absent.heartbeat())
    expect(handed?.body.commands ?? []).toEqual([])

    if (word === 'disabled') expect((await ruth.post(`/api/staff/${h.seeded.people.outsider}/enable`)).status).toBe(200)
    else
      expect(JSON.stringify((await ruth.get(`/api/audit?search=${demoPeople.outsider.name}`)).body)).toContain(
        demoPeople.outsider.name,
      )
  },
)
