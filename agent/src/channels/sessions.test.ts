import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { generateKeyPair } from 'jose'
import { expect, test } from 'vitest'
import { files } from '../home.ts'
import { askLocally } from '../local-switch.ts'
import { type LittleServer, policies } from '../testing/little-server.ts'
import { aRunningAgent, startIn } from '../testing/test-agent.ts'

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds

/** Sends a grant that must not be let in, and returns what the device said of it. */
const refusalOf = async (server: LittleServer, sessionId: string, grant: string) => {
  server.say({ grants: [grant] })
  await expect.poll(() => server.storedOf('session').find((report) => report.sessionId === sessionId)).toBeDefined()
  return server.storedOf('session').find((report) => report.sessionId === sessionId)
}

const wrongGrants: Record<string, (server: LittleServer, sessionId: string) => Promise<string>> = {
  'that another key signed': async (server, sessionId) =>
    server.grant({ sessionId }, { key: (await generateKeyPair('EdDSA', { crv: 'Ed25519' })).privateKey }),
  'that was edited on the way': async (server, sessionId) => {
    const [head, claims = '', signature] = (await server.grant({ sessionId, exp: inSeconds(60) })).split('.')
    const edited = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), exp: inSeconds(9_999) }
    return [head, Buffer.from(JSON.stringify(edited)).toString('base64url'), signature].join('.')
  },
  'that nobody signed': async (server, sessionId) => {
    const [, claims] = (await server.grant({ sessionId })).split('.')
    const head = Buffer.from(JSON.stringify({ alg: 'none', typ: 'gatehouse-grant+jwt' })).toString('base64url')
    return `${head}.${claims}.`
  },
  'of another type': (server, sessionId) => server.grant({ sessionId }, { typ: 'gatehouse-command+jwt' }),
  'for another device': (server, sessionId) => server.grant({ sessionId, aud: randomUUID() }),
  'that has expired': (server, sessionId) => server.grant({ sessionId, iat: inSeconds(-900), exp: inSeconds(-300) }),
  'that was signed in the future': (server, sessionId) => server.grant({ sessionId, iat: inSeconds(300) }),
  'for an activity that is no channel': (server, sessionId) => server.grant({ sessionId, activities: ['device.view'] }),
}

test.each(Object.entries(wrongGrants))('AP02 a grant %s opens nothing', async (_, make) => {
  const { server } = await aRunningAgent()
  const sessionId = randomUUID()
  expect(await refusalOf(server, sessionId, await make(server, sessionId))).toMatchObject({ outcome: 'refused' })
  // The next, honest grant opens the first stream there ever was.
  server.say({ grants: [await server.grant({ epoch: 1 })] })
  await expect.poll(() => server.state.streams.length).toBe(1)
})

test('AP21 a grant of an epoch that is over opens nothing, even after a restart', async () => {
  const { server, home, agent } = await aRunningAgent()
  server.say({ grants: [await server.grant({ epoch: 5 })] })
  await expect.poll(() => server.state.streams.length).toBe(1)
  expect(JSON.parse(readFileSync(home.path(files.epoch), 'utf8'))).toEqual({ highest: 5 })
  await agent.stop()
  await startIn(home)
  for (const epoch of [4, 5]) {
    const sessionId = randomUUID()
    const report = await refusalOf(server, sessionId, await server.grant({ sessionId, epoch }))
    expect(report).toMatchObject({ outcome: 'refused', epoch, because: expect.stringContaining('is over') })
  }
  expect(server.state.streams).toHaveLength(1)
})

test('a session that ends while its shell is being opened leaves nothing behind', async () => {
  const { server, home } = await aRunningAgent()
  for (let epoch = 1; epoch <= 20; epoch++) {
    const sessionId = randomUUID()
    server.say({ grants: [await server.grant({ sessionId, epoch })] })
    await expect.poll(() => server.state.streams.length, { interval: 1 }).toBe(epoch)
    server.say({ ended: [{ sessionId, epoch }] })
    await expect.poll(() => server.state.streams.at(-1)?.closedAt).toBeDefined()
    // A session counts as live until nothing of its shell is left.
    await expect.poll(() => askLocally(home, 'status')).toMatchObject({ sessions: [] })
  }
})

test('AP21 a newer epoch takes the place of the older one', async () => {
  const { server } = await aRunningAgent()
  const sessionId = randomUUID()
  server.say({ grants: [await server.grant({ sessionId, epoch: 1 })] })
  await expect.poll(() => server.state.streams.length).toBe(1)
  server.say({ grants: [await server.grant({ sessionId, epoch: 2 })] })
  await expect.poll(() => server.state.streams[0]?.closedAt).toBeDefined()
  await expect.poll(() => server.state.streams.length).toBe(2)
  const opening = Buffer.from([5, 0, 0, 0, 2])
  await expect.poll(() => server.state.streams[1]?.frames[0]).toEqual(opening)
})

test('the same grant delivered three times opens one stream', async () => {
  const { server } = await aRunningAgent()
  const grant = await server.grant()
  server.say({ grants: [grant, grant] })
  await expect.poll(() => server.state.streams[0]?.text()).toMatch(/[$#] $/)
  server.say({ grants: [grant] })
  const heard = server.storedOf('heartbeat').length
  await expect.poll(() => server.storedOf('heartbeat').length).toBeGreaterThan(heard + 1)
  expect(server.state.streams).toHaveLength(1)
  expect(server.storedOf('session')).toEqual([])
})

test("AP02 what the device's own policy never allows, no signature opens", async () => {
  const { server } = await aRunningAgent({ options: { policy: policies.never } })
  const sessionId = randomUUID()
  const report = await refusalOf(server, sessionId, await server.grant({ sessionId }))
  expect(report?.because).toContain('never allows session.terminal')
  expect(server.state.streams).toHaveLength(0)
})

test('AP02 older orders never come back', async () => {
  const { server } = await aRunningAgent()
  server.say({ orders: await server.orders({ version: 7, policy: policies.never }) })
  await expect.poll(() => server.storedOf('heartbeat').at(-1)?.policyVersion).toBe(7)
  server.say({ orders: await server.orders({ version: 6, policy: policies.always }) })
  server.say({ orders: await server.orders({ version: 8, policy: policies.always, aud: randomUUID() }) })
  const sessionId = randomUUID()
  expect((await refusalOf(server, sessionId, await server.grant({ sessionId })))?.because).toContain('never allows')
  expect(server.storedOf('heartbeat').at(-1)?.policyVersion).toBe(7)
})

test('a session whose end was told before its grant came is not opened', async () => {
  const { server } = await aRunningAgent()
  const sessionId = randomUUID()
  server.say({ grants: [await server.grant({ sessionId })], ended: [{ sessionId, epoch: 1 }] })
  const heard = server.storedOf('heartbeat').length
  await expect.poll(() => server.storedOf('heartbeat').length).toBeGreaterThan(heard + 2)
  expect(server.state.streams).toHaveLength(0)
})

test('a relay that does not take the stream is told so', async () => {
  const { server } = await aRunningAgent()
  server.state.streamStatus = 409
  const sessionId = randomUUID()
  const report = await refusalOf(server, sessionId, await server.grant({ sessionId }))
  expect(report?.because).toContain('the relay answered 409')
})
