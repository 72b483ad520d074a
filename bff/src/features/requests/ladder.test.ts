import { plainRule, type Rule } from '@gatehouse/shared/policies/policy'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import type { RequestView } from '@gatehouse/shared/views/requests'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { minutes } from '../../kernel/clock.ts'
import { newId } from '../../kernel/ids.ts'
import { outboxMail } from '../../kernel/outbox/tables.ts'
import { manyDevices } from '../../testing/devices.ts'
import { eventsOf, eventsSince } from '../../testing/events.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { answer, ask } from '../../testing/sessions.ts'
import { device } from '../devices/tables.ts'
import { group, groupMember } from '../groups/tables.ts'
import { person } from '../people/tables.ts'
import { expireRequests } from './expire.ts'
import { tellNextSteps } from './steps.ts'
import { request } from './tables.ts'

let h: TestHouse
let anna: Visitor
let clara: Visitor
let marc: Visitor
let helvetia: string
let deviceId: string

const approving = { activities: ['device.view', 'session.approve'], scope: { kind: 'all' } } as const
const mail = { clara: 'clara@helvetia.example', marc: 'marc@helvetia.example', ines: 'ines@helvetia.example' }

beforeAll(async () => {
  h = await openTestHouse()
  helvetia = h.seeded.customers['Helvetia Pharma']
  await regrant(h, 'reader', [approving])
  await signIn()
})
afterAll(() => h.close())

const signIn = async () => {
  ;[anna, clara, marc] = await Promise.all([h.as('technician'), h.as('approver'), h.as('colleague')])
}
const put = async (rule: Partial<Rule>) => {
  const { version } = (await clara.get<PolicyView>(`/api/customers/${helvetia}/policy`)).body
  return clara.send<{ error: { code: string; fields: Record<string, string> } }>(
    'PUT',
    `/api/customers/${helvetia}/policy/device/${deviceId}`,
    { rules: { 'session.terminal': plainRule('ask', rule) }, version },
  )
}
const one = (who: keyof TestHouse['seeded']['people'], forMinutes: number) => ({
  who: [h.seeded.people[who]],
  minutes: forMinutes,
})

beforeEach(async () => {
  const [made] = await manyDevices(h, 1)
  deviceId = made?.deviceId ?? ''
  await signIn()
  await h.house.db.delete(outboxMail)
})

const asked = async (): Promise<RequestView> => {
  const made = await ask(h, anna, deviceId)
  expect([made.status, made.body]).toEqual([201, expect.anything()])
  return made.body
}
/** To whom went mails about the device of this test; requests of other tests may still wait, and pass on. */
const mailsHere = async () => {
  const [row] = await h.house.db.select({ name: device.name }).from(device).where(eq(device.id, deviceId))
  return (await h.house.db.select().from(outboxMail)).filter(({ subject }) => subject.includes(row?.name ?? '–'))
}
const mailed = async () => (await mailsHere()).map(({ to }) => to).sort()
const seen = async ({ id }: { id: string }) => (await clara.get<RequestView>(`/api/requests/${id}`)).body
const toldOf = ({ told }: RequestView) => told?.steps.map(({ people }) => people.map(({ name }) => name))

describe('C3 a request that is told step by step', () => {
  test('AP07 one for which it fails holds up nobody behind it, when the next are told and when it expires', async () => {
    await put({ ladder: [one('colleague', 15)] })
    const broken = await asked()
    const [made] = await manyDevices(h, 1)
    deviceId = made?.deviceId ?? ''
    await put({ ladder: [one('colleague', 15)] })
    const sound = await asked()
    const of = eq(request.id, broken.id)
    await h.house.db
      .update(request)
      .set({ activities: ['no.such'] as never })
      .where(of)
    h.clock.moveTo(h.clock.now() + minutes(15))
    await tellNextSteps.run(h.house)
    await signIn()
    await expect.poll(async () => toldOf(await seen(sound))).toHaveLength(2)
    h.clock.moveTo(sound.answerBefore)
    await expireRequests.run(h.house)
    await signIn()
    await expect.poll(async () => (await seen(sound)).state).toBe('expired_unanswered')
    expect(await h.house.db.select({ state: request.state }).from(request).where(of)).toEqual([{ state: 'waiting' }])
    await h.house.db.update(request).set({ activities: broken.activities }).where(of)
    await expireRequests.run(h.house)
    await expect.poll(async () => (await seen(broken)).state).toBe('expired_unanswered')
  })

  test('tells the first at once, the next one after the time of the first, everybody else at last, and each once', async () => {
    await put({ ladder: [one('colleague', 15), one('approver', 30)] })
    let made: RequestView | undefined
    const events = await eventsOf(
      h.house,
      async () => {
        made = await asked()
      },
      { deviceId },
    )
    if (!made) throw new Error('not asked')
    const { id } = made
    expect(events.map(({ says }) => says)).toEqual([
      expect.stringMatching(/^Asked for/),
      'Told Marc Aubry of the request (step 1 of 3)',
    ])
    expect(await mailed()).toEqual([mail.marc])
    expect(toldOf(made)).toEqual([['Marc Aubry']])
    expect(made.told?.next).toEqual({ at: made.madeAt + minutes(15), names: ['Clara Meier'] })

    h.clock.moveTo(made.madeAt + minutes(15) - 1_000)
    await tellNextSteps.run(h.house)
    expect(await mailed()).toEqual([mail.marc])
    const later = await eventsSince(h.house, { requestId: id })
    h.clock.moveTo(made.madeAt + minutes(15))
    // Several instances may look at the same moment; and the house itself does.
    await Promise.all([1, 2, 3].map(() => tellNextSteps.run(h.house)))
    await tellNextSteps.run(h.house)
    await expect
      .poll(async () => (await later()).map(({ says, actorKind }) => [says, actorKind]))
      .toEqual([['Told Clara Meier of the request (step 2 of 3)', 'system']])
    expect(await mailed()).toEqual([mail.clara, mail.marc])
    await signIn()
    expect((await seen(made)).told?.next).toEqual({ at: made.madeAt + minutes(45), names: [] })
    h.clock.moveTo(made.madeAt + minutes(45))
    await tellNextSteps.run(h.house)
    await expect.poll(mailed).toEqual([mail.clara, mail.ines, mail.marc])
    await signIn()
    const last = await seen(made)
    expect([toldOf(last), last.told?.next]).toEqual([[['Marc Aubry'], ['Clara Meier'], ['Ines Frei']], null])
    expect(last.state).toBe('waiting')
  })

  test('AP07 whoever has the right may answer, told or not; after an answer nobody is told any more', async () => {
    await put({ ladder: [one('colleague', 15), one('reader', 15)] })
    const made = await asked()
    expect((await answer(clara, made)).body.state).toBe('approved')
    h.clock.advance(minutes(20))
    await tellNextSteps.run(h.house)
    expect(await mailed()).toEqual(['anna@alpenwerk.example', mail.marc])
  })

  test('leaves out whom it does not reach, says so, and passes an empty step on at once', async () => {
    await put({ ladder: [one('reader', 30), one('colleague', 30)] })
    await regrant(h, 'reader', [{ activities: ['device.view'], scope: { kind: 'all' } }])
    const events = await eventsOf(h.house, asked, { deviceId })
    expect(events.filter(({ event }) => event === 'request.told').map(({ says }) => says)).toEqual([
      'Told nobody of the request (step 1 of 3); left out: Ines Frei, who may not answer it',
      'Told Marc Aubry of the request (step 2 of 3)',
    ])
    expect(await mailed()).toEqual([mail.marc])
    await regrant(h, 'reader', [approving])
  })

  test('a group stands for its members of that moment', async () => {
    const groupId = newId()
    await h.house.db.insert(group).values({ id: groupId, customerId: helvetia, name: `Night shift ${groupId}` })
    await put({ ladder: [one('colleague', 15), { who: [groupId], minutes: 10 }] })
    const made = await asked()
    await h.house.db.insert(groupMember).values([
      { groupId, personId: h.seeded.people.approver },
      { groupId, personId: h.seeded.people.colleague },
    ])
    h.clock.moveTo(made.madeAt + minutes(15))
    await tellNextSteps.run(h.house)
    // Whoever was told before is not told again.
    expect(await mailed()).toEqual([mail.clara, mail.marc])
  })

  test('where two have to approve, a first yes is told to those who know, else to the next', async () => {
    await put({ approvers: 2, ladder: [one('colleague', 15), one('reader', 60)] })
    const made = await asked()
    expect((await answer(marc, made)).body.state).toBe('partly_approved')
    const mails = (await mailsHere()).filter(({ to }) => to === mail.ines)
    expect(mails.map(({ subject }) => subject)).toEqual([expect.stringMatching(/^A second approval is needed/)])
    expect(toldOf(await seen(made))).toEqual([['Marc Aubry'], ['Ines Frei']])
    expect(await mailed()).toEqual([mail.ines, mail.marc])
  })

  test('its ladder is the one of its time', async () => {
    await put({ ladder: [one('colleague', 15), one('approver', 15)] })
    const made = await asked()
    await put({ ladder: [one('reader', 5)] })
    h.clock.moveTo(made.madeAt + minutes(15))
    await tellNextSteps.run(h.house)
    await expect.poll(mailed).toEqual([mail.clara, mail.marc])
  })
})

describe('AZ who may stand on a ladder', () => {
  test.each<[string, () => string]>([
    ["another customer's person", () => h.seeded.people.otherApprover],
    ['one of the maker', () => h.seeded.people.technician],
    ['an id of nothing', () => newId()],
  ])('%s answers as unknown', async (_, id) => {
    const refused = await put({ ladder: [{ who: [h.seeded.people.colleague, id()], minutes: 10 }] })
    expect([refused.status, refused.body.error]).toEqual([
      422,
      expect.objectContaining({
        code: 'invalid_input',
        fields: { 'rules.session.terminal.ladder': 'Somebody on the ladder is nobody of this customer' },
      }),
    ])
  })

  test('whoever was removed may stay there until somebody takes him off', async () => {
    await put({ ladder: [one('reader', 10)] })
    await h.house.db.update(person).set({ removedAt: 1 }).where(eq(person.id, h.seeded.people.reader))
    expect((await put({ ladder: [one('reader', 10), one('colleague', 5)] })).status).toBe(200)
    const { people } = (await clara.get<PolicyView>(`/api/customers/${helvetia}/policy`)).body
    expect(people?.names).toMatchObject({ [h.seeded.people.reader]: 'Ines Frei' })
    expect(people?.approvers.map(({ name }) => name)).toEqual(['Clara Meier', 'Marc Aubry'])
    expect((await anna.get<PolicyView>(`/api/customers/${helvetia}/policy`)).body.people ?? null).toBeNull()
  })
})
