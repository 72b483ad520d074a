import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Persona } from '../../demo/people.ts'
import { hours, minutes } from '../../kernel/clock.ts'
import { hashOf } from '../../kernel/ids.ts'
import { openTestHouse, signedInAt, type TestHouse, visitorOf } from '../../testing/house.ts'
import { type Instance, startInstance } from '../../testing/instance.ts'
import { signIn } from './tables.ts'

// Each instance is a process that has to start.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

let h: TestHouse
let one: Instance
let other: Instance
const running = new Set<Instance>()
const start = async (): Promise<Instance> => {
  const instance = await startInstance(h.ownerUrl, h.house.settings.dataDir)
  running.add(instance)
  return instance
}
beforeAll(async () => {
  h = await openTestHouse()
  ;[one, other] = await Promise.all([start(), start()])
})
afterAll(async () => {
  for (const instance of running) await instance.kill()
  await h.close()
})

/** Kills both with SIGKILL, and starts others in their place. */
const crash = async () => {
  for (const instance of [one, other]) {
    await instance.kill()
    running.delete(instance)
  }
  ;[one, other] = await Promise.all([start(), start()])
}
const statuses = (cookie: string) =>
  Promise.all(
    [one, other].map(async ({ url }) => (await visitorOf(url).send('GET', '/api/me', undefined, { cookie })).status),
  )

test('SE10 what was decided about a sign-in holds at every instance at once, and after each was killed', async () => {
  const enter = async (who: Persona, at: Instance) => (await signedInAt(at.url, who)).cookie()
  const [kept, out, ended, signedOut, disabled, idle, tooLong] = [
    await enter('technician', one),
    await enter('technician', other),
    await enter('reader', one),
    await enter('colleague', other),
    await enter('outsider', one),
    await enter('approver', other),
    await enter('auditor', one),
  ]
  for (const cookie of [kept, out, ended, signedOut, disabled, idle, tooLong])
    expect(await statuses(cookie)).toEqual([200, 200])

  const post = async (at: Instance, path: string, cookie: string) =>
    (await visitorOf(at.url).send('POST', path, {}, { cookie })).status
  // Each is decided at one instance, and asked for at the other at once.
  const ruth = await enter('administrator', one)
  const began = performance.now()
  expect(await post(one, '/api/sign-out', out)).toBe(200)
  expect((await statuses(out))[1]).toBe(401)
  expect(performance.now() - began).toBeLessThan(1_000)
  const reader = await enter('reader', other)
  expect(await post(other, '/api/me/sign-ins/end-others', reader)).toBe(200)
  expect((await statuses(ended))[0]).toBe(401)
  const staff = (who: Persona) => `/api/staff/${h.seeded.people[who]}`
  expect(await post(one, `${staff('outsider')}/disable`, ruth)).toBe(200)
  expect((await statuses(disabled))[1]).toBe(401)
  const customer = `/api/customers/${h.seeded.customers['Helvetia Pharma']}/people/${h.seeded.people.colleague}`
  expect(await post(one, `${customer}/sign-out`, ruth)).toBe(200)
  expect((await statuses(signedOut))[1]).toBe(401)

  // Instances live by the machine's clock: twenty minutes and twelve hours pass by what they have written down.
  const now = Date.now()
  const move = (cookie: string, values: Partial<typeof signIn.$inferInsert>) =>
    h.house.db
      .update(signIn)
      .set(values)
      .where(eq(signIn.id, hashOf(cookie.split('=')[1] ?? '')))
  await move(idle, { lastGestureAt: now - minutes(20) })
  await move(tooLong, { startedAt: now - hours(12) })
  await move(kept, { lastGestureAt: now - minutes(19) })
  expect([await statuses(idle), await statuses(tooLong)]).toEqual([
    [401, 401],
    [401, 401],
  ])
  // A gesture at one instance is one at all of them.
  expect(await post(one, '/api/me/gesture', kept)).toBe(200)
  const ends = async (at: Instance) =>
    (await visitorOf(at.url).send<{ idleEndsAt: number }>('GET', '/api/me', undefined, { cookie: kept })).body
      .idleEndsAt
  expect(await ends(other)).toBe(await ends(one))
  expect(await ends(other)).toBeGreaterThan(now + minutes(19))

  const idleEndsAt = await ends(one)
  await crash()
  for (const cookie of [out, ended, signedOut, disabled, idle, tooLong])
    expect(await statuses(cookie)).toEqual([401, 401])
  expect(await statuses(kept)).toEqual([200, 200])
  expect(await ends(one), 'a start is no gesture').toBe(idleEndsAt)
})
