import type { GroupPreview, GroupView } from '@gatehouse/shared/views/groups'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoCustomers } from '../../demo/models.ts'
import { eventsOf } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { type Answer, openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { sceneOf } from '../../testing/scene.ts'
import { signalsOf } from '../../testing/signals.ts'

let h: TestHouse
let ruth: Visitor
let clara: Visitor
let helvetia: string
beforeAll(async () => {
  h = await openTestHouse()
  ;[ruth, clara] = await Promise.all([h.as('administrator'), h.as('approver')])
  helvetia = `/api/customers/${h.seeded.customers['Helvetia Pharma']}/groups`
})
afterAll(() => h.close())

const codeOf = (answer: Answer) => [answer.status, (answer.body as { error?: { code?: string } }).error?.code]
const basel = () => ({ kind: 'sites', ids: [h.seeded.sites.Basel] })
const looking = (scope: object) => ({ activities: ['device.view', 'audit.view'], scope })
const groupOf = async (by: Visitor, path: string, name: string): Promise<GroupView> => {
  const found = (await by.get<GroupView[]>(path)).body.find((one) => one.name === name)
  if (!found) throw new Error(`no group ${name}`)
  return found
}
const put = (by: Visitor, path: string, { id, name, version }: GroupView, grants: object[]) =>
  by.send('PUT', `${path}/${id}`, { name, version, grants })

describe('a group', () => {
  test('is made of activities and a scope, and allows that and no more', async () => {
    const events = await eventsOf(h.house, async () => {
      const made = await clara.post(helvetia, { name: 'Basel readers', grants: [looking(basel())] })
      expect(made.status).toBe(201)
    })
    expect(events.map(({ says }) => says)).toContain('Added the group Basel readers')
    const group = await groupOf(clara, helvetia, 'Basel readers')
    expect(group).toMatchObject({ version: 1, people: 0, may: { assign: { ok: true }, edit: { ok: true } } })
    expect(group.grants.map(({ scopeSays }) => scopeSays)).toEqual(['Site: Basel'])
    const people = helvetia.replace('/groups', `/people/${h.seeded.people.reader}/groups`)
    const [readers] = [h.seeded.groups['Helvetia readers']]
    const ines = await h.as('reader')
    const fleet = async () => (await ines.get<{ rows: { site: { name: string } }[] }>('/api/devices')).body.rows
    expect(new Set((await fleet()).map(({ site }) => site.name)).size).toBeGreaterThan(1)
    expect((await clara.post(people, { add: [group.id], remove: [readers] })).status).toBe(200)
    expect(new Set((await fleet()).map(({ site }) => site.name))).toEqual(new Set(['Basel']))
  })

  test('AZ09 changed, holds at once for whoever is in it, in open pages as well', async () => {
    const ines = await h.as('reader')
    const group = await groupOf(clara, helvetia, 'Basel readers')
    expect((await ines.get('/api/devices')).status).toBe(200)
    const signals = await signalsOf(h.house, async () => {
      const events = await eventsOf(h.house, async () =>
        expect((await put(clara, helvetia, group, [looking({ kind: 'tags', tags: ['none has this'] })])).body).toEqual({
          version: 2,
        }),
      )
      expect(events.find(({ event }) => event === 'group.changed')?.says).toBe(
        'Changed the group Basel readers: what it allows: “See a device, its values, alarms and history, See the audit log of a device (Site: Basel)” → “See a device, its values, alarms and history, See the audit log of a device (Tag: none has this)”',
      )
    })
    expect(signals).toContainEqual({ kind: 'person', personId: h.seeded.people.reader })
    expect((await ines.get<{ rows: object[] }>('/api/devices')).body.rows).toEqual([])
    expect(codeOf(await put(clara, helvetia, group, [])), 'an old version').toEqual([409, 'changed_meanwhile'])
  })

  test('AZ09 ends the session of whoever loses what it lives from', async () => {
    const scene = sceneOf(h, await h.as('technician'), clara)
    const { session } = await scene.live()
    const group = await groupOf(ruth, '/api/groups', 'Technicians Helvetia')
    const rest = group.grants.map(({ activities, scope }) => ({
      scope,
      activities: activities.filter((name) => name !== 'session.terminal'),
    }))
    expect((await put(ruth, '/api/groups', group, rest)).status).toBe(200)
    await expect
      .poll(async () => (await clara.get<{ state: string }>(`/api/sessions/${session.id}`)).body.state)
      .toBe('ended')
    const now = await groupOf(ruth, '/api/groups', 'Technicians Helvetia')
    const before = group.grants.map(({ activities, scope }) => ({ activities, scope }))
    expect((await put(ruth, '/api/groups', now, before)).status).toBe(200)
  })

  test('is removed with a trace, and whoever was in it loses what it gave', async () => {
    const group = await groupOf(clara, helvetia, 'Basel readers')
    const events = await eventsOf(h.house, async () =>
      expect((await clara.send('DELETE', `${helvetia}/${group.id}`, { version: group.version })).status).toBe(200),
    )
    expect(events.map(({ says }) => says)).toContain('Removed the group Basel readers, which had 1 people')
    const [readers] = [h.seeded.groups['Helvetia readers']]
    const people = helvetia.replace('/groups', `/people/${h.seeded.people.reader}/groups`)
    expect((await clara.post(people, { add: [readers] })).status).toBe(200)
  })
})

describe('AZ08 nobody grants beyond what he has', () => {
  test('not what he has not, not where he has it not, not what is about the maker', async () => {
    const make = (grants: object[]) => clara.post(helvetia, { name: 'Too much', grants })
    expect(codeOf(await make([{ activities: ['session.terminal'], scope: { kind: 'all' } }]))).toEqual([
      403,
      'beyond_own',
    ])
    expect(codeOf(await make([{ activities: ['staff.edit'], scope: { kind: 'all' } }]))).toEqual([403, 'beyond_own'])
    expect(codeOf(await clara.post('/api/groups', { name: 'x', grants: [] }))).toEqual([404, 'not_found'])
    const anna = await h.as('technician')
    expect(codeOf(await anna.post('/api/groups', { name: 'x', grants: [] }))).toEqual([403, 'not_granted'])
  })

  test('not by changing a group of his own, nor by a group that reaches further than he', async () => {
    const own = await groupOf(clara, helvetia, 'Helvetia approvers')
    expect(own.may.edit).toMatchObject({ ok: false, because: 'own_group' })
    expect(codeOf(await put(clara, helvetia, own, [looking({ kind: 'all' })]))).toEqual([403, 'own_group'])
    expect(codeOf(await clara.send('DELETE', `${helvetia}/${own.id}`, { version: own.version }))).toEqual([
      403,
      'own_group',
    ])
    const theirs = await groupOf(ruth, helvetia, 'Helvetia approvers')
    expect(codeOf(await put(ruth, helvetia, theirs, [])), 'the customer has its own').toEqual([403, 'beyond_own'])
  })
})

describe('AZ05 what a group names', () => {
  test("of another customer answers like what does not exist, and a customer's group cannot be reached by another's path", async () => {
    const make = (scope: object) => clara.post(helvetia, { name: 'Elsewhere', grants: [looking(scope)] })
    const [theirs = ''] = Object.keys(demoCustomers['Great Lakes Foods'].sites)
    const others = [
      { kind: 'sites', ids: [h.seeded.sites[theirs]] },
      { kind: 'customers', ids: [h.seeded.customers['Great Lakes Foods']] },
      { kind: 'devices', ids: ['0198c0de-0000-7000-8000-000000000000'] },
      { kind: 'sites', ids: [] },
    ]
    const [foreign, ...rest] = await Promise.all(others.map(make))
    for (const answer of [foreign, ...rest]) expect(answer?.status).toBe(422)
    const group = await groupOf(clara, helvetia, 'Helvetia readers')
    const lakes = helvetia.replace(h.seeded.customers['Helvetia Pharma'], h.seeded.customers['Great Lakes Foods'])
    const luis = await h.as('otherApprover')
    expect(codeOf(await put(luis, lakes, group, []))).toEqual([404, 'not_found'])
    expect(codeOf(await put(luis, helvetia, group, []))).toEqual([404, 'not_found'])
    expect(codeOf(await put(ruth, '/api/groups', group, []))).toEqual([404, 'not_found'])
  })

  test('AZ06 what is no field of it is refused', async () => {
    const extra = { name: 'x', grants: [], customerId: h.seeded.customers['Great Lakes Foods'] }
    expect(codeOf(await clara.post(helvetia, extra))).toEqual([422, 'invalid_input'])
    expect(codeOf(await clara.post(helvetia, { name: 'Helvetia readers', grants: [] }))).toEqual([
      409,
      'already_exists',
    ])
  })
})

describe('a preview', () => {
  const preview = async (by: Visitor, path: string, body: object) =>
    (await by.post<GroupPreview>(`${path}/preview`, body)).body

  test('counts devices and people, and says what is gained and lost', async () => {
    const readers = await groupOf(clara, helvetia, 'Helvetia readers')
    const all = (await clara.get<{ rows: { site: { name: string } }[] }>('/api/devices?limit=100')).body.rows
    const inBasel = all.filter(({ site }) => site.name === 'Basel').length
    const draft = {
      groupId: readers.id,
      grants: [{ activities: ['device.view', 'alarm.acknowledge'], scope: basel() }],
    }
    const seen = await preview(clara, helvetia, draft)
    expect(seen.devices).toMatchObject({ before: all.length, after: inBasel })
    expect(seen.devices.sample).toHaveLength(inBasel)
    expect(seen.people).toMatchObject({ count: 1, sample: [{ name: 'Ines Frei' }] })
    expect(seen.may.save).toEqual({ ok: true })
    expect(Object.fromEntries(seen.changes.map(({ activity, gained, lost }) => [activity, [gained, lost]]))).toEqual({
      'device.view': [0, all.length - inBasel],
      'alarm.acknowledge': [inBasel, 0],
      'audit.view': [0, all.length],
      'audit.verify': [0, 1],
      'audit.export': [0, all.length],
      'customer.view': [0, 1],
    })
  })

  test('AZ02 of two grants never adds up to more than each of them', async () => {
    const grants = [
      { activities: ['device.view'], scope: basel() },
      { activities: ['alarm.acknowledge'], scope: { kind: 'tags', tags: ['none has this'] } },
    ]
    const { changes } = await preview(clara, helvetia, { grants })
    expect(changes.map(({ activity }) => activity)).toEqual(['device.view'])
  })

  test('AZ07 names no device that the asker may not see, and changes nothing', async () => {
    const [one = ''] = demoCustomers['Great Lakes Foods'].devices.map(({ name }) => name)
    await regrant(h, 'outsider', [
      { activities: ['staff.view'], scope: { kind: 'all' } },
      { activities: ['device.view'], scope: { kind: 'devices', ids: [h.seeded.devices[one] ?? ''] } },
    ])
    const tom = await h.as('outsider')
    const all = (await ruth.get<{ rows: { name: string; customer: { name: string } }[] }>('/api/devices?limit=100'))
      .body
    expect(all.rows.length).toBeGreaterThan(3)
    const seen = await preview(tom, '/api/groups', { grants: [looking({ kind: 'all' })] })
    expect(seen.devices.sample.map(({ name }) => name)).toEqual([one])
    for (const { name } of all.rows) if (name !== one) expect(JSON.stringify(seen)).not.toContain(name)
    expect(seen.may.save).toMatchObject({ ok: false })
    const before = await ruth.get('/api/groups')
    await preview(ruth, '/api/groups', { grants: [looking({ kind: 'all' })], groupId: h.seeded.groups.Auditors })
    expect((await ruth.get('/api/groups')).body).toEqual(before.body)
  })
})
