import { randomUUID } from 'node:crypto'
import { type PolicyLevel, plainRule, type Rule } from '@gatehouse/shared/policies/policy'
import { weekdays } from '@gatehouse/shared/policies/windows'
import { wallAt } from '@gatehouse/shared/policies/zone-clock'
import { describe, expect, test } from 'vitest'
import { type LittleServer, policies } from '../testing/little-server.ts'
import { aRunningAgent, startIn } from '../testing/test-agent.ts'

const minute = 60_000
const zone = 'Australia/Lord_Howe'
const wallTime = (at: number) => new Date(wallAt(zone, at) ?? 0).toISOString().slice(11, 16)

/** A clock of a machine that a test puts forward. */
const aClock = () => {
  let shift = 0
  return {
    now: () => Date.now() + shift,
    moveTo: (at: number) => {
      shift = at - Date.now()
    },
  }
}
/** The beginning of the minute that comes after `n` minutes. */
const inMinutes = (n: number) => Math.floor(Date.now() / minute + n + 1) * minute

/** A policy under which everything is open every day from one moment to another, and says `outside` else. */
const openBetween = (from: number, until: number, more: Partial<Rule> = {}): PolicyLevel[] => {
  const window = { from: wallTime(from), to: wallTime(until), weekdays: [...weekdays], dates: [], except: [] }
  const rule = plainRule('never', { inside: 'ask', windows: [window], ...more })
  return [{ level: 'site', zone, rules: { 'session.terminal': rule, 'action.set_setting': rule } }]
}

const refusalOf = async (server: LittleServer) => {
  const sessionId = randomUUID()
  server.say({ grants: [await server.grant({ sessionId, epoch: 99, exp: Math.floor(Date.now() / 1_000) + 9_000 })] })
  const report = () => server.storedOf('session').find((one) => one.sessionId === sessionId)
  await expect.poll(report).toBeDefined()
  return report()
}
const receiptOf = async (server: LittleServer) => {
  const jti = randomUUID()
  const input = { key: 'filter.strength', value: 4 }
  const exp = Math.floor(Date.now() / 1_000) + 9_000
  server.say({ commands: [await server.command({ jti, action: 'set_setting', input, exp })] })
  const receipt = () => server.storedOf('receipt').find(({ actionId }) => actionId === jti)
  await expect.poll(receipt).toBeDefined()
  return receipt()
}

describe('C2 a server that lies', () => {
  test('AP10 asks outside of the window: nothing opens and nothing is done, also after a restart', async () => {
    const from = inMinutes(30)
    const policy = openBetween(from, from + 60 * minute)
    const { server, home, agent } = await aRunningAgent({ options: { policy } })
    const says = { outcome: 'refused', because: expect.stringContaining(new Date(from).toISOString()) }
    expect(await refusalOf(server)).toMatchObject(says)
    expect(await receiptOf(server)).toMatchObject(says)
    await agent.stop()
    await startIn(home)
    expect(await refusalOf(server)).toMatchObject(says)
    expect(await receiptOf(server)).toMatchObject(says)
    expect(server.state.streams).toHaveLength(0)
  })

  test('AP10 says nothing when the window closes: the device ends it by its own clock', async () => {
    const until = inMinutes(5)
    const clock = aClock()
    const policy = openBetween(until - 60 * minute, until)
    const { server } = await aRunningAgent({ options: { policy }, now: clock.now })
    server.say({ grants: [await server.grant({ exp: Math.floor(until / 1_000) + 9_000 })] })
    await expect.poll(() => server.state.streams.length).toBe(1)
    expect(await receiptOf(server)).toMatchObject({ outcome: 'succeeded' })
    clock.moveTo(until - 20_000)
    const heard = server.storedOf('heartbeat').length
    await expect.poll(() => server.storedOf('heartbeat').length).toBeGreaterThan(heard + 2)
    expect(server.state.streams[0]?.closedAt).toBeUndefined()
    clock.moveTo(until)
    const begun = Date.now()
    await expect.poll(() => server.state.streams[0]?.closedAt).toBeDefined()
    expect((server.state.streams[0]?.closedAt ?? 0) - begun).toBeLessThan(1_000)
    expect(await receiptOf(server)).toMatchObject({ outcome: 'refused' })
  })

  test('AP10 goes on beyond the grace: what is live ends with it, and nothing begins meanwhile', async () => {
    const until = inMinutes(5)
    const clock = aClock()
    const policy = openBetween(until - 60 * minute, until, { graceMinutes: 3 })
    const { server } = await aRunningAgent({ options: { policy }, now: clock.now })
    server.say({ grants: [await server.grant({ exp: Math.floor(until / 1_000) + 9_000 })] })
    await expect.poll(() => server.state.streams.length).toBe(1)
    clock.moveTo(until + 2 * minute)
    expect(await refusalOf(server)).toMatchObject({ outcome: 'refused' })
    expect(server.state.streams).toHaveLength(1)
    expect(server.state.streams[0]?.closedAt).toBeUndefined()
    clock.moveTo(until + 3 * minute)
    await expect.poll(() => server.state.streams[0]?.closedAt).toBeDefined()
  })

  test('signs a session that is longer than the policy lets it be: it ends when that is over', async () => {
    const clock = aClock()
    const policy: PolicyLevel[] = [
      { level: 'customer', zone, rules: { 'session.terminal': plainRule('ask', { longestMinutes: 30 }) } },
    ]
    const { server } = await aRunningAgent({ options: { policy }, now: clock.now })
    server.say({ grants: [await server.grant({ exp: Math.floor(Date.now() / 1_000) + 9_000 })] })
    await expect.poll(() => server.state.streams.length).toBe(1)
    clock.moveTo(Date.now() + 30 * minute)
    await expect.poll(() => server.state.streams[0]?.closedAt).toBeDefined()
  })
})

describe('AP12 orders that the device does not understand', () => {
  const always = plainRule('always')
  test.each<[string, unknown]>([
    ['a rule of a later version', [{ level: 'customer', zone, rules: { 'session.terminal': { ...always, moon: 1 } } }]],
    ['a level of a later version', [{ level: 'galaxy', zone, rules: { 'session.terminal': always } }]],
    ['no policy', undefined],
  ])('%s: they are held and confirmed, and allow nothing', async (_, policy) => {
    const { server } = await aRunningAgent({ options: { policy: policies.always } })
    server.say({ grants: [await server.grant()] })
    await expect.poll(() => server.state.streams.length).toBe(1)
    server.say({ orders: await server.orders({ version: 4, policy: policy as PolicyLevel[] }) })
    await expect.poll(() => server.state.streams[0]?.closedAt).toBeDefined()
    await expect.poll(() => server.storedOf('heartbeat').at(-1)?.policyVersion).toBe(4)
    expect((await refusalOf(server))?.because).toContain('never allows')
    expect((await receiptOf(server))?.because).toContain('never allows')
  })

  test('a zone that the device does not know: the stricter answer holds', async () => {
    const now = Date.now()
    const policy = openBetween(now - 60 * minute, now + 60 * minute).map((one) => ({ ...one, zone: 'Mars/Olympus' }))
    const { server } = await aRunningAgent({ options: { policy } })
    expect((await refusalOf(server))?.because).toContain('never allows')
  })
})
