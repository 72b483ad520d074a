import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { files } from '../home.ts'
import { askLocally } from '../local-switch.ts'
import { policies, relay, type StreamEnd } from '../testing/little-server.ts'
import { isAlive } from '../testing/processes.ts'
import { aRunningAgent, quietEnv } from '../testing/test-agent.ts'

/** A running agent with one open terminal. */
const anOpenTerminal = async (more: Parameters<typeof aRunningAgent>[0] & { exp?: number } = {}) => {
  const { exp, ...how } = more
  const running = await aRunningAgent(how)
  const sessionId = randomUUID()
  const { server } = running
  server.say({ grants: [await server.grant({ sessionId, ...(exp && { exp }) })] })
  await expect.poll(() => server.state.streams.length).toBe(1)
  const stream = server.state.streams[0] as StreamEnd
  await expect.poll(() => stream.text()).toMatch(/[$#] $/)
  return { ...running, sessionId, stream }
}

/** The process id of the shell, as the shell itself tells it. */
const shellOf = async (stream: StreamEnd): Promise<number> => {
  relay.type(stream, 'echo pid=$$.\n')
  await expect.poll(() => /pid=(\d+)\./.exec(stream.text())?.[1]).toBeDefined()
  return Number(/pid=(\d+)\./.exec(stream.text())?.[1])
}

/** Passes when the stream and the shell were gone within `ms` after `deed`. */
const expectCut = async (stream: StreamEnd, deed: () => unknown, ms = 1_000) => {
  const pid = await shellOf(stream)
  const since = Date.now()
  await deed()
  await expect.poll(() => stream.closedAt, { timeout: 5_000, interval: 10 }).toBeDefined()
  expect((stream.closedAt ?? 0) - since).toBeLessThan(ms)
  await expect.poll(() => isAlive(pid), { timeout: 2_000 }).toBe(false)
  expect(Date.now() - since).toBeLessThan(ms + 1_000)
}

test('a real shell computes echo $((6*7))', async () => {
  const { stream } = await anOpenTerminal()
  relay.type(stream, 'echo $((6*7))\n')
  await expect.poll(() => stream.text()).toContain('\r\n42\r\n')
  expect(stream.frames[0]).toEqual(Buffer.from([5, 0, 0, 0, 1]))
})

test('the terminal has the size that was asked for', async () => {
  const { stream } = await anOpenTerminal()
  relay.frame(stream, 1, Buffer.from([0, 132, 0, 43]))
  relay.frame(stream, 1, Buffer.from([0, 0, 0, 43]))
  relay.type(stream, 'stty size\n')
  await expect.poll(() => stream.text()).toContain('43 132')
})

test('the end of the shell is told with its exit code', async () => {
  const { stream } = await anOpenTerminal()
  relay.type(stream, 'exit 7\n')
  await expect.poll(() => stream.closedAt).toBeDefined()
  expect(stream.frames.at(-1)).toEqual(Buffer.from([3, 0, 0, 0, 7]))
})

test("the shell's environment holds nothing of the agent's", async () => {
  const env = quietEnv({
    HTTPS_PROXY: 'http://name:secret@proxy.example',
    GATEHOUSE_AGENT_HOME: '/home-of-agent',
    NODE_OPTIONS: '',
  })
  const { stream } = await anOpenTerminal({ env })
  relay.type(stream, 'env; echo "done=$TERM"\n')
  await expect.poll(() => stream.text()).toContain('done=xterm-256color')
  expect(stream.text()).not.toMatch(/^(GATEHOUSE|HTTPS?_PROXY|NODE_)|secret/im)
})

test.runIf(process.getuid?.() === 0)(
  'a shell may run as another user, who cannot read the key of the device',
  async () => {
    const shell = { user: { uid: 65_534, gid: 65_534 }, folder: '/' }
    const { home, stream } = await anOpenTerminal({ settings: { shell } })
    relay.type(stream, `id; cat ${home.path(files.identity)}; echo done $((6*7))\n`)
    await expect.poll(() => stream.text()).toContain('done 42')
    expect(stream.text()).toMatch(/uid=65534\S* gid=65534\S* groups=65534\S*\r/)
    expect(stream.text()).toContain('Permission denied')
  },
)

test('a lease that is not renewed ends the shell', async () => {
  const { stream } = await anOpenTerminal()
  await expectCut(stream, () => relay.lease(stream, 1), 2_000)
})

test('a lease that is renewed does not end the shell', async () => {
  const { stream } = await anOpenTerminal()
  relay.lease(stream, 1)
  relay.lease(stream, 30)
  relay.type(stream, 'sleep 1.5; echo still $((40+2))\n')
  await expect.poll(() => stream.text(), { timeout: 5_000 }).toContain('still 42')
})

test('the server ends a session by name', async () => {
  const { server, sessionId, stream } = await anOpenTerminal()
  server.say({
    ended: [
      { sessionId: randomUUID(), epoch: 9 },
      { sessionId, epoch: 0 },
    ],
  })
  await expectCut(stream, () => server.say({ ended: [{ sessionId, epoch: 1 }] }))
})

test('orders that forbid the terminal end it', async () => {
  const { server, stream } = await anOpenTerminal()
  await expectCut(stream, async () =>
    server.say({ orders: await server.orders({ version: 2, policy: policies.never }) }),
  )
})

test("the grant's expiry ends it", async () => {
  const exp = Math.floor(Date.now() / 1_000) + 3
  const { stream } = await anOpenTerminal({ exp })
  await expectCut(stream, () => undefined, 4_000)
  expect(Math.abs((stream.closedAt ?? 0) - exp * 1_000)).toBeLessThan(1_000)
})

test('the end of the agent ends it', async () => {
  const { agent, stream } = await anOpenTerminal()
  await expectCut(stream, () => agent.stop(), 1_500)
})

test('the loss of the stream ends the shell', async () => {
  const { stream } = await anOpenTerminal()
  await expectCut(stream, () => stream.socket.terminate())
})

test('AP09 the person at the machine ends everything with the server out of reach', async () => {
  const { server, home, stream, sessionId } = await anOpenTerminal()
  server.state.known = false
  server.state.control?.terminate()
  await expectCut(stream, async () => expect(await askLocally(home, 'stop-sessions')).toEqual({ ended: 1 }), 1_500)
  server.state.known = true
  const report = () => server.storedOf('session').find((one) => one.sessionId === sessionId)
  await expect.poll(report, { timeout: 5_000 }).toMatchObject({ outcome: 'ended_at_machine', epoch: 1 })
  server.say({ grants: [await server.grant({ sessionId, epoch: 2 })] })
  await expect.poll(() => server.storedOf('session').at(-1)).toMatchObject({ outcome: 'refused', epoch: 2 })
})

test('what was started in the shell and ignores the polite signal ends with it', async () => {
  const { server, sessionId, stream } = await anOpenTerminal()
  relay.type(stream, 'sh -c \'trap "" HUP TERM; echo deaf=$$.; while :; do sleep 1; done\' &\n')
  await expect.poll(() => /deaf=(\d+)\./.exec(stream.text())?.[1]).toBeDefined()
  const deaf = Number(/deaf=(\d+)\./.exec(stream.text())?.[1])
  await expectCut(stream, () => server.say({ ended: [{ sessionId, epoch: 1 }] }))
  await expect.poll(() => isAlive(deaf), { timeout: 2_000 }).toBe(false)
})

test('AP13 frames of other channels reach nothing, and too many of them end the session', async () => {
  const { stream } = await anOpenTerminal()
  for (const kind of [0x03, 0x04, 0x05, 0x42, 0xff]) relay.frame(stream, kind, Buffer.from('RFB 003.008\n'))
  relay.frame(stream, 0, Buffer.alloc(16_385, 'x'))
  stream.socket.send('text')
  relay.type(stream, 'echo $((6*7))\n')
  await expect.poll(() => stream.text()).toContain('\r\n42\r\n')
  expect(stream.text()).not.toContain('RFB')
  await expectCut(stream, () => {
    for (let i = 0; i < 100; i++) relay.frame(stream, 0x42, Buffer.alloc(0))
  })
})

test('a program that does not read its input stops neither the lease nor the agent', async () => {
  const { server, stream } = await anOpenTerminal()
  relay.type(stream, 'stty raw -echo; echo ready; sleep 1000\n')
  await expect.poll(() => stream.text()).toContain('ready')
  for (let i = 0; i < 100; i++) relay.frame(stream, 0, Buffer.alloc(16_384, 'x'))
  const heard = server.storedOf('heartbeat').length
  await expect.poll(() => server.storedOf('heartbeat').length).toBeGreaterThan(heard + 3)
  relay.lease(stream, 1)
  await expect.poll(() => stream.closedAt, { timeout: 3_000 }).toBeDefined()
})

test('a long paste arrives whole', async () => {
  const { stream } = await anOpenTerminal()
  relay.type(stream, 'stty raw -echo; echo ready; head -c 400000 | cksum; stty sane\n')
  await expect.poll(() => stream.text()).toContain('ready')
  for (let i = 0; i < 40; i++) relay.frame(stream, 0, Buffer.alloc(10_000, 'abcdefgh'))
  // cksum of 40 times the 10,000 letters above.
  await expect.poll(() => stream.text(), { timeout: 10_000 }).toMatch(/\d+ 400000/)
})

test('a relay that does not read pauses the shell instead of filling memory', async () => {
  const { home, stream } = await anOpenTerminal()
  const file = home.path('megabytes')
  const megabytes = () => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0)
  stream.socket.pause()
  relay.type(stream, `i=0; while :; do head -c 1000000 /dev/zero | tr '\\0' y; i=$((i+1)); echo $i > ${file}; done\n`)
  await expect.poll(megabytes).toBeGreaterThan(0)
  let last = 0
  const stalled = () => {
    const before = last
    last = megabytes()
    return last === before
  }
  await expect.poll(stalled, { interval: 400, timeout: 10_000 }).toBe(true)
  // What the sockets of both sides hold, and the quarter of a megabyte that may wait in the agent.
  expect(last).toBeLessThan(20)
  stream.socket.resume()
  await expect.poll(megabytes).toBeGreaterThan(last + 20)
})
