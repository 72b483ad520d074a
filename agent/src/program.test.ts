import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { files, type Home } from './home.ts'
import { certificateFor } from './testing/certificate.ts'
import { type LittleServer, relay } from './testing/little-server.ts'
import { isAlive } from './testing/processes.ts'
import { startProgram } from './testing/program.ts'
import { aProxy } from './testing/proxy.ts'
import { aServer, emptyHome } from './testing/test-agent.ts'

const host = 'gatehouse.test'
/** For what needs a program that starts: it and its worker compile themselves first, which a busy machine gives no time to. */
const starting = { timeout: 25_000 }

/** A TLS server that is known to a proxy by name only, and the environment in which it is trusted. */
const behindProxy = async (home: Home, wish: Partial<Parameters<typeof certificateFor>[0]> = {}) => {
  const tls = certificateFor({ host, ...wish })
  const [server, proxy] = [await aServer({ tls }), await aProxy()]
  const authority = home.path('authority.pem')
  writeFileSync(authority, tls.cert)
  const env = { HTTPS_PROXY: `http://device:pass@${proxy.address}`, NODE_EXTRA_CA_CERTS: authority }
  return { server, proxy, env, url: `https://${host}:${server.port}` }
}

const enrolment = (url: string, { code }: Pick<LittleServer, 'code'>, home: Home) => [
  ...['enrol', '--server', url, '--code', code, '--home', home.folder],
]

test('D1 everything goes through the proxy, TLS inside, with WebSocket and with HTTPS', async () => {
  const home = emptyHome()
  const { server, proxy, env, url } = await behindProxy(home)
  const enrolled = startProgram(enrolment(url, server, home), env)
  expect([await enrolled.ended, enrolled.output()]).toEqual([0, expect.stringContaining('Enrolled as Balance 7')])
  startProgram(['run', '--home', home.folder], env)
  await expect.poll(() => server.storedOf('heartbeat').length, starting).toBeGreaterThan(0)
  server.say({ grants: [await server.grant()] })
  await expect.poll(() => server.state.streams[0]?.text()).toMatch(/[$#] $/)
  server.state.webSockets = false
  server.state.control?.terminate()
  await expect.poll(() => server.state.checkIns.at(-1), starting).toBe('https')
  const authorization = `Basic ${Buffer.from('device:pass').toString('base64')}`
  expect(proxy.asked.length).toBeGreaterThan(3)
  for (const one of proxy.asked) expect(one).toEqual({ target: `${host}:${server.port}`, authorization })
  expect(readFileSync(home.path(files.log), 'utf8')).not.toContain('device:pass')
})

const badCertificates: Record<
  string,
  { wish?: Partial<Parameters<typeof certificateFor>[0]>; env?: Record<string, string> }
> = {
  'that nobody vouches for': { env: { NODE_EXTRA_CA_CERTS: '' } },
  'that nobody vouches for, even where Node is told not to look': {
    env: { NODE_EXTRA_CA_CERTS: '', NODE_TLS_REJECT_UNAUTHORIZED: '0' },
  },
  'of another host': { wish: { host: 'elsewhere.test' } },
  'that has expired': { wish: { validFrom: new Date(2020, 0), validUntil: new Date(2021, 0) } },
}

test.each(Object.entries(badCertificates))('AG07 a certificate %s is refused', async (_, { wish, env }) => {
  const home = emptyHome()
  const { server, env: trusting, url } = await behindProxy(home, wish)
  const program = startProgram(enrolment(url, server, home), { ...trusting, ...env })
  expect(await program.ended).toBe(78)
  expect(program.output()).toMatch(/self.signed|certificate|altnames/i)
  expect(server.state.deviceKey).toBeUndefined()
})

test('AG07 an enrolled agent says nothing to a server with a foreign certificate', async () => {
  const home = emptyHome()
  const { server, env, url } = await behindProxy(home)
  await startProgram(enrolment(url, server, home), env).ended
  const stranger = await aServer({ tls: certificateFor({ host }) })
  const identity = readFileSync(home.path(files.identity), 'utf8').replace(`:${server.port}`, `:${stranger.port}`)
  writeFileSync(home.path(files.identity), identity)
  const program = startProgram(['run', '--home', home.folder], env)
  await expect.poll(program.output, starting).toMatch(/cannot be reached/)
  expect(stranger.state.arrived).toEqual([])
  expect(stranger.state.refusedAt).toEqual([])
})

test('AG07 old TLS is refused', async () => {
  const home = emptyHome()
  const { proxy, env } = await behindProxy(home)
  const old = createTlsServer({
    ...certificateFor({ host }),
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
    ciphers: 'ALL@SECLEVEL=0',
  })
  await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void old.close())
  const url = `https://${host}:${(old.address() as AddressInfo).port}`
  const program = startProgram(enrolment(url, { code: 'ABCD-EFGH' }, home), env)
  expect(await program.ended).toBe(78)
  expect(program.output()).toMatch(/version|protocol/i)
  expect(proxy.asked).toHaveLength(1)
})

test('restart_agent starts the agent anew, and the new one sends the receipt', async () => {
  const [server, home] = [await aServer(), emptyHome()]
  await startProgram(enrolment(server.url, server, home)).ended
  const program = startProgram(['run', '--home', home.folder])
  await expect.poll(() => server.storedOf('heartbeat').length, starting).toBeGreaterThan(0)
  const [boot, asked] = [server.storedOf('heartbeat')[0]?.bootId, Date.now()]
  const jti = randomUUID()
  const command = await server.command({ jti, action: 'restart_agent' })
  server.say({ commands: [command, command] })
  await expect.poll(() => server.storedOf('receipt').length, starting).toBe(1)
  const [receipt] = server.storedOf('receipt')
  expect(receipt).toMatchObject({ actionId: jti, outcome: 'succeeded' })
  expect((receipt?.result as { startedAt: number } | undefined)?.startedAt).toBeGreaterThan(asked)
  await expect.poll(() => server.storedOf('heartbeat').at(-1)?.bootId).not.toBe(boot)
  program.process.kill('SIGTERM')
  expect(await program.ended).toBe(0)
})

test('a worker that is killed is started again, and its shells are gone with it', async () => {
  const [server, home] = [await aServer(), emptyHome()]
  await startProgram(enrolment(server.url, server, home)).ended
  startProgram(['run', '--home', home.folder])
  await expect.poll(() => server.storedOf('heartbeat').length, starting).toBeGreaterThan(0)
  server.say({ grants: [await server.grant()] })
  await expect.poll(() => server.state.streams[0]?.text()).toMatch(/[$#] $/)
  const stream = server.state.streams[0]
  if (stream) relay.type(stream, 'echo worker=$PPID shell=$$.\n')
  const told = () => /worker=(\d+) shell=(\d+)\./.exec(stream?.text() ?? '')
  await expect.poll(told).not.toBeNull()
  const [, worker, shell] = told() ?? []
  const boot = server.storedOf('heartbeat').at(-1)?.bootId
  process.kill(Number(worker), 'SIGKILL')
  await expect.poll(() => server.storedOf('heartbeat').at(-1)?.bootId, starting).not.toBe(boot)
  await expect.poll(() => isAlive(Number(shell))).toBe(false)
})

test('without its supervisor the worker ends', async () => {
  const [server, home] = [await aServer(), emptyHome()]
  await startProgram(enrolment(server.url, server, home)).ended
  const program = startProgram(['run', '--home', home.folder])
  await expect.poll(() => server.storedOf('heartbeat').length, starting).toBeGreaterThan(0)
  const worker = () => Number(/"pid":(\d+)/.exec(readFileSync(home.path(files.log), 'utf8'))?.[1])
  await expect.poll(() => isAlive(worker())).toBe(true)
  program.process.kill('SIGKILL')
  await expect.poll(() => isAlive(worker())).toBe(false)
})

test('the commands say in words what is missing', async () => {
  const home = emptyHome()
  const run = startProgram(['run', '--home', home.folder])
  expect([await run.ended, run.output()]).toEqual([78, expect.stringContaining('This machine is not enrolled')])
  const enrol = startProgram(['enrol', '--home', home.folder])
  expect([await enrol.ended, enrol.output()]).toEqual([
    78,
    expect.stringContaining('needs --server URL and --code CODE'),
  ])
  const help = startProgram([])
  expect([await help.ended, help.output()]).toEqual([0, expect.stringContaining('stop-sessions')])
})

test('status tells what the agent is and does, and no secret', async () => {
  const [server, home] = [await aServer(), emptyHome()]
  await startProgram(enrolment(server.url, server, home)).ended
  startProgram(['run', '--home', home.folder])
  await expect.poll(() => server.storedOf('heartbeat').length, starting).toBeGreaterThan(0)
  const status = startProgram(['status', '--home', home.folder])
  expect(await status.ended).toBe(0)
  expect(JSON.parse(status.output())).toMatchObject({ name: 'Balance 7', running: { connection: { by: 'websocket' } } })
  const { key } = JSON.parse(readFileSync(home.path(files.identity), 'utf8'))
  expect(status.output()).not.toContain(key.d)
  expect(readFileSync(home.path(files.log), 'utf8')).not.toContain(key.d)
  const stop = startProgram(['stop-sessions', '--home', home.folder])
  expect([await stop.ended, stop.output()]).toEqual([0, '0 session(s) ended.\n'])
})
