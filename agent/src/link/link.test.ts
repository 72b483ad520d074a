import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { files } from '../home.ts'
import { someDeclaration } from '../testing/little-server.ts'
import { aRunningAgent, quietEnv, startIn } from '../testing/test-agent.ts'
import { defaultTimings } from '../timings.ts'

const fast = { ...someDeclaration, items: someDeclaration.items.map((item) => ({ ...item, everySeconds: 1 })) }

test('a heartbeat and the declared values come over the control channel', async () => {
  const { server } = await aRunningAgent()
  await expect.poll(() => server.storedOf('heartbeat').length).toBeGreaterThan(2)
  await expect.poll(() => server.storedOf('values').length).toBeGreaterThan(1)
  expect(new Set(server.state.checkIns)).toEqual(new Set(['websocket']))
  expect(server.storedOf('heartbeat')[0]).toMatchObject({ policyVersion: 1, agentVersion: '0.1.0' })
})

test('AG10 nothing leaves the machine that is not declared', async () => {
  const { server } = await aRunningAgent()
  await expect.poll(() => server.storedOf('values').length, { timeout: 5_000 }).toBeGreaterThan(2)
  const keys = server.storedOf('values').flatMap(({ values }) => values.map(({ key }) => key))
  expect(new Set(keys)).toEqual(new Set(['weight', 'stability']))
  const codes = server.storedOf('alarm').map(({ code }) => code)
  expect(codes.filter((code) => code !== 'overload')).toEqual([])
})

test('AG05 what was not acknowledged is sent again, in order, and has one effect', async () => {
  const { server } = await aRunningAgent({ options: { declaration: fast }, timings: { acknowledge: 60_000 } })
  await expect.poll(() => server.storedOf('values').length).toBeGreaterThan(0)
  server.state.acknowledge = false
  const before = server.state.arrived.length
  await expect
    .poll(() => server.state.arrived.slice(before).some(({ type }) => type === 'values'), { timeout: 5_000 })
    .toBe(true)
  server.hangUp()
  server.state.acknowledge = true
  const repeated = () => server.state.arrived.length - new Set(server.state.arrived.map(({ seq }) => seq)).size
  await expect.poll(repeated, { timeout: 5_000 }).toBeGreaterThan(0)
  const numbers = server.state.stored.map(({ seq }) => seq)
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
  // Everything that was kept arrived: only numbers of heartbeats may be missing.
  const kept = server.state.arrived.filter(({ type }) => type !== 'heartbeat').map(({ seq }) => seq)
  expect(numbers).toEqual(expect.arrayContaining(kept))
})

test('AG12 what happened while the server was away arrives when it is back, and once', async () => {
  const { server, home } = await aRunningAgent({ options: { declaration: fast } })
  await expect.poll(() => server.storedOf('values').length).toBeGreaterThan(0)
  await server.leave()
  const waiting = () =>
    readFile(home.path(files.journal))
      .split('\n')
      .filter((line) => line.includes('"values"')).length
  const before = waiting()
  await expect.poll(waiting, { timeout: 8_000 }).toBeGreaterThan(before + 2)
  const missed =
    readFile(home.path(files.journal))
      .match(/"seq":\d+/g)
      ?.map((text) => Number(text.slice(6))) ?? []
  await server.comeBack()
  const arrived = () => server.storedOf('values').map(({ seq }) => seq)
  await expect.poll(arrived, { timeout: 5_000 }).toEqual(expect.arrayContaining(missed))
  expect(new Set(arrived()).size).toBe(arrived().length)
})

test('where WebSockets do not pass, HTTPS carries the same, and WebSocket is tried again', async () => {
  const { server } = await aRunningAgent({ env: quietEnv({ GATEHOUSE_CHECK_IN_SECONDS: '1' }) })
  server.state.webSockets = false
  server.hangUp()
  await expect
    .poll(() => server.state.checkIns.filter((by) => by === 'https').length, { timeout: 8_000 })
    .toBeGreaterThan(1)
  const upgrades = server.state.upgrades
  await expect.poll(() => server.state.upgrades, { timeout: 8_000 }).toBeGreaterThan(upgrades)
  server.state.webSockets = true
  await expect.poll(() => server.state.checkIns.at(-1), { timeout: 8_000 }).toBe('websocket')
})

test('over HTTPS a receipt does not wait for the next check-in', async () => {
  const env = quietEnv({ GATEHOUSE_TRANSPORT: 'https', GATEHOUSE_CHECK_IN_SECONDS: '2' })
  const { server } = await aRunningAgent({ env })
  server.say({ commands: [await server.command({ action: 'fetch_log', input: { name: 'agent' } })] })
  await expect.poll(() => server.storedOf('receipt').length, { timeout: 5_000 }).toBe(1)
  const checkIns = server.state.checkIns.length
  expect(server.state.checkIns).not.toContain('websocket')
  // The command came with one check-in, its receipt followed with the very next.
  expect(checkIns).toBeLessThanOrEqual(3)
})

test('AG11 a device that the server does not know comes back slowly', async () => {
  const { server } = await aRunningAgent({ timings: { refused: { first: 1_200, longest: 1_200 } } })
  await expect.poll(() => server.state.stored.length).toBeGreaterThan(0)
  server.state.known = false
  server.hangUp()
  await expect.poll(() => server.state.refusedAt.length, { timeout: 8_000 }).toBeGreaterThan(2)
  const gaps = server.state.refusedAt.slice(1).map((at, i) => at - (server.state.refusedAt[i] ?? 0))
  expect(Math.min(...gaps)).toBeGreaterThan(550)
  const stored = server.state.stored.length
  server.state.known = true
  await expect.poll(() => server.state.stored.length, { timeout: 5_000 }).toBeGreaterThan(stored)
})

test('a server that says nothing any more is left', async () => {
  const { server } = await aRunningAgent({ timings: { silence: 800, acknowledge: 400 } })
  await expect.poll(() => server.state.stored.length).toBeGreaterThan(0)
  const upgrades = server.state.upgrades
  server.state.acknowledge = false
  await expect.poll(() => server.state.upgrades, { timeout: 8_000 }).toBeGreaterThan(upgrades)
})

test('one message that the server never takes does not hold up the others', async () => {
  const { server, home } = await aRunningAgent({ options: { declaration: fast } })
  server.state.dislikes = (message) =>
    message.type === 'values' && message.values.some(({ key }) => key === 'stability')
  await expect.poll(() => readFile(home.path(files.setAside)), { timeout: 8_000 }).toContain('stability')
  const stored = server.state.stored.length
  await expect.poll(() => server.state.stored.length, { timeout: 8_000 }).toBeGreaterThan(stored)
})

const readFile = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

test('AG09 whatever the server says, the agent goes on', async () => {
  const { server } = await aRunningAgent({ timings: { heartbeat: 50 } })
  await expect.poll(() => server.state.control?.readyState).toBe(1)
  const shaped = fc.record(
    {
      ack: fc.oneof(fc.integer(), fc.anything()),
      commands: fc.oneof(fc.array(fc.string()), fc.anything()),
      orders: fc.oneof(fc.string(), fc.anything()),
      grants: fc.oneof(fc.array(fc.string()), fc.anything()),
      ended: fc.anything(),
    },
    { requiredKeys: [] },
  )
  const frames = fc.oneof(
    fc.string(),
    fc.json(),
    shaped.map((message) => JSON.stringify(message) ?? 'null'),
  )
  for (const text of fc.sample(frames, 3_000)) server.state.control?.send(text)
  server.state.control?.send(Buffer.from([1, 2, 3]))
  const heard = server.storedOf('heartbeat').length
  await expect.poll(() => server.storedOf('heartbeat').length, { timeout: 8_000 }).toBeGreaterThan(heard + 3)
  expect(server.state.control?.readyState).toBe(1)
})

test('the acknowledgement of a number that cannot be changes nothing', async () => {
  const { server } = await aRunningAgent()
  await expect.poll(() => server.state.control?.readyState).toBe(1)
  server.say({ ack: Number.MAX_SAFE_INTEGER })
  const heard = server.storedOf('heartbeat').length
  await expect.poll(() => server.storedOf('heartbeat').length).toBeGreaterThan(heard)
})

test('a dead line is noticed within 45 seconds', () => {
  expect(defaultTimings.silence * (1 + 1 / 8)).toBeLessThanOrEqual(45_000)
})

test('an agent started again goes on where it stopped', async () => {
  const { server, home, agent } = await aRunningAgent()
  await expect.poll(() => server.storedOf('heartbeat').length).toBeGreaterThan(0)
  const boot = server.storedOf('heartbeat')[0]?.bootId
  await agent.stop()
  const highest = server.state.arrived.at(-1)?.seq ?? 0
  await startIn(home)
  await expect.poll(() => server.storedOf('heartbeat').at(-1)?.bootId).not.toBe(boot)
  expect(server.storedOf('heartbeat').at(-1)?.seq).toBeGreaterThan(highest)
})
