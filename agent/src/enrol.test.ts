import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { generateKeyPair } from 'jose'
import { expect, test } from 'vitest'
import { enrol } from './enrol.ts'
import { files, openHome } from './home.ts'
import { readIdentity } from './identity.ts'
import { aServer, emptyHome, quietEnv, startIn } from './testing/test-agent.ts'

const wish = (server: { url: string; code: string }, more = {}) => ({
  server: server.url,
  code: server.code,
  replace: false,
  ...more,
})

test('enrolling makes a key that only this machine has, and pins the server', async () => {
  const [server, home] = [await aServer(), emptyHome()]
  await enrol(home, quietEnv(), wish(server))
  const identity = readIdentity(home)
  expect(identity).toMatchObject({ deviceId: server.deviceId, serverId: server.serverId, server: server.url })
  expect(server.state.deviceKey).toEqual({ kty: 'OKP', crv: 'Ed25519', x: identity.key.x })
  expect(statSync(home.path(files.identity)).mode & 0o777).toBe(0o600)
  expect(statSync(home.folder).mode & 0o777).toBe(0o700)
})

test('AG03 a wrong code leaves nothing behind', async () => {
  const [server, home] = [await aServer(), emptyHome()]
  await expect(enrol(home, quietEnv(), wish(server, { code: 'WRONG-CODE' }))).rejects.toThrow(
    'The server refused (401)',
  )
  expect(() => readIdentity(home)).toThrow('not enrolled')
})

test('a machine that is enrolled is not enrolled again by accident', async () => {
  const [server, home] = [await aServer(), emptyHome()]
  await enrol(home, quietEnv(), wish(server))
  const before = readFileSync(home.path(files.identity), 'utf8')
  await expect(enrol(home, quietEnv(), wish(server))).rejects.toThrow('add --replace')
  expect(readFileSync(home.path(files.identity), 'utf8')).toBe(before)
  await enrol(home, quietEnv(), wish(server, { replace: true }))
  expect(readFileSync(home.path(files.identity), 'utf8')).not.toBe(before)
})

test('nothing is enrolled while the agent runs', async () => {
  const [server, home] = [await aServer(), emptyHome()]
  await enrol(home, quietEnv(), wish(server))
  await startIn(home)
  await expect(enrol(home, quietEnv(), wish(server, { replace: true }))).rejects.toThrow('Stop it, then enrol')
  await expect(startIn(home)).rejects.toThrow('Another agent is running')
})

test('AG07 a server in plain text is refused unless it is this machine', async () => {
  const wanted = { server: 'http://gatehouse.example', code: 'ABCD-EFGH', replace: false }
  await expect(enrol(emptyHome(), quietEnv(), wanted)).rejects.toThrow('not encrypted')
})

test('AP02 orders that the pinned keys did not sign are not enrolled', async () => {
  const [server, home] = [await aServer(), emptyHome()]
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' })
  const { sign } = server
  const claims = {
    aud: server.deviceId,
    iat: 1,
    version: 1,
    policy: [],
    declaration: { driver: 'host', items: [], alarms: [], settings: [], logs: [] },
  }
  server.state.enrolmentOrders = await sign('orders', claims, { key: privateKey })
  await expect(enrol(home, quietEnv(), wish(server))).rejects.toThrow('not signed as they should be')
  expect(() => readIdentity(home)).toThrow('not enrolled')
})

test('a key that others could have read is not used', async () => {
  const [server, home] = [await aServer(), emptyHome()]
  await enrol(home, quietEnv(), wish(server))
  chmodSync(home.path(files.identity), 0o644)
  await expect(startIn(home)).rejects.toThrow('Others on this machine can read the key')
})

test('a damaged identity is told in words', async () => {
  const home = emptyHome()
  writeFileSync(home.path(files.identity), '{"half', { mode: 0o600 })
  expect(() => readIdentity(home)).toThrow('is damaged')
})

test("a folder that is not the agent's own is left as it is", async () => {
  const home = emptyHome()
  writeFileSync(home.path('a-letter.txt'), 'Dear')
  chmodSync(home.folder, 0o755)
  expect(() => openHome(home.folder)).toThrow('holds other things')
  expect(statSync(home.folder).mode & 0o777).toBe(0o755)
})
