import { createHash, randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { ReceiptProof, receiptText, signedTypes } from '@gatehouse/shared/agent/messages'
import { type CryptoKey, generateKeyPair, importJWK, jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { enrol } from '../enrol.ts'
import { files } from '../home.ts'
import { type LittleServer, policies } from '../testing/little-server.ts'
import { aRunningAgent, aServer, emptyHome, quietEnv, startIn } from '../testing/test-agent.ts'

/** Sends a command and returns what came of it. */
const receiptOf = async (
  server: LittleServer,
  change: Record<string, unknown>,
  how?: { key?: CryptoKey; typ?: string },
) => {
  const jti = randomUUID()
  server.say({ commands: [await server.command({ jti, ...change }, how)] })
  const receipt = () => server.storedOf('receipt').find(({ actionId }) => actionId === jti)
  await expect.poll(receipt).toBeDefined()
  return receipt()
}
const changeFilter = (value: unknown) => ({ action: 'set_setting', input: { key: 'filter.strength', value } })
const ago = (seconds: number) => Math.floor(Date.now() / 1_000) - seconds

test('a setting is changed, and stays changed over a restart', async () => {
  const { server, home, agent } = await aRunningAgent()
  const first = await receiptOf(server, changeFilter(4))
  expect(first).toMatchObject({ outcome: 'succeeded', result: { before: 3, after: 4 } })
  await agent.stop()
  await startIn(home)
  expect(await receiptOf(server, changeFilter(5))).toMatchObject({ result: { before: 4, after: 5 } })
})

test('a receipt is signed by the device over what it says', async () => {
  const { server } = await aRunningAgent()
  const receipt = await receiptOf(server, changeFilter(2))
  const key = (await importJWK({ ...server.state.deviceKey }, 'EdDSA')) as CryptoKey
  const { payload } = await jwtVerify(receipt?.proof ?? '', key, { typ: signedTypes.receipt, algorithms: ['EdDSA'] })
  const { actionId, outcome, at } = receipt ?? {}
  const digest = createHash('sha256')
    .update(receiptText(receipt ?? {}))
    .digest('base64url')
  expect(ReceiptProof.parse(payload)).toEqual({ iss: server.deviceId, actionId, outcome, at, digest })
})

test('the last lines of a declared log are handed over', async () => {
  const server = await aServer()
  const home = emptyHome()
  await enrol(home, quietEnv(), { server: server.url, code: server.code, replace: false })
  const log = home.path('big.txt')
  writeFileSync(log, Array.from({ length: 40_000 }, (_, i) => `line ${i} with some words in it`).join('\n'))
  writeFileSync(home.path(files.settings), JSON.stringify({ logs: { big: log } }))
  await startIn(home)
  const few = await receiptOf(server, { action: 'fetch_log', input: { name: 'big', lines: 2 } })
  expect(few?.result).toEqual({
    text: 'line 39998 with some words in it\nline 39999 with some words in it',
    truncated: true,
  })
  // More than fits into a frame of the control channel: it is posted.
  const many = await receiptOf(server, { action: 'fetch_log', input: { name: 'big', lines: 5_000 } })
  expect((many?.result as { text: string } | undefined)?.text.split('\n')).toHaveLength(5_000)
  expect(server.state.checkIns).toContain('https')
  // And the control channel goes on as if nothing had been.
  expect(await receiptOf(server, changeFilter(1))).toMatchObject({ outcome: 'succeeded' })
  expect(server.state.checkIns.at(-1)).toBe('websocket')
})

test('AG06 a command delivered three times, and once more after a restart, is done once', async () => {
  const { server, home, agent } = await aRunningAgent()
  const command = await server.command(changeFilter(4))
  server.say({ commands: [command, command] })
  server.say({ commands: [command] })
  await expect.poll(() => server.storedOf('receipt').length).toBe(1)
  await receiptOf(server, changeFilter(2))
  await agent.stop()
  await startIn(home)
  server.say({ commands: [command] })
  // Had it been done again, the filter would stand at 4.
  expect(await receiptOf(server, changeFilter(5))).toMatchObject({ result: { before: 2 } })
  expect(server.storedOf('receipt')).toHaveLength(3)
})

const refused: Record<string, [Record<string, unknown>, string]> = {
  'that has expired': [{ ...changeFilter(4), iat: ago(900), exp: ago(300) }, 'expired'],
  'that this device does not know': [{ action: 'open_door' }, 'knows no action'],
  'without the approval the policy asks for': [{ ...changeFilter(4), approvalId: undefined }, 'approval'],
  'with another input': [{ action: 'fetch_log', input: { name: '../../etc/passwd' } }, 'input'],
  'for a log that is not declared': [{ action: 'fetch_log', input: { name: 'shadow' } }, 'declared'],
  'for a setting that is not declared': [{ action: 'set_setting', input: { key: 'a.b', value: 1 } }, 'declared'],
  'with a value beyond the limits': [changeFilter(6), 'between 1 and 5'],
  'with a value of another type': [changeFilter('4'), 'takes a number'],
}

test.each(Object.entries(refused))('AP02 a command %s is refused, with the reason', async (_, [change, because]) => {
  const { server } = await aRunningAgent()
  const receipt = await receiptOf(server, change)
  expect(receipt).toMatchObject({ outcome: 'refused', because: expect.stringContaining(because) })
})

test("AP02 what the device's own policy never allows, no signature does", async () => {
  const { server } = await aRunningAgent({ options: { policy: policies.never } })
  for (const change of [
    changeFilter(4),
    { action: 'fetch_log', input: { name: 'agent' } },
    { action: 'restart_agent' },
  ]) {
    expect(await receiptOf(server, change)).toMatchObject({
      outcome: 'refused',
      because: expect.stringContaining('never'),
    })
  }
})

test('AP02 what the server did not sign for this device is neither done nor answered', async () => {
  const { server } = await aRunningAgent()
  const { privateKey: key } = await generateKeyPair('EdDSA', { crv: 'Ed25519' })
  server.say({
    commands: [
      await server.command(changeFilter(4), { key }),
      await server.command(changeFilter(4), { typ: signedTypes.grant }),
      await server.command({ ...changeFilter(4), aud: randomUUID() }),
    ],
  })
  expect(await receiptOf(server, changeFilter(5))).toMatchObject({ result: { before: 3 } })
  expect(server.storedOf('receipt')).toHaveLength(1)
})

test('what the driver cannot do has failed, and a log that is nowhere, too', async () => {
  const { server } = await aRunningAgent()
  const unit = { action: 'set_setting', input: { key: 'display.unit', value: 'stone' } }
  expect(await receiptOf(server, unit)).toMatchObject({ outcome: 'failed', because: expect.stringContaining('stone') })
  const log = { action: 'fetch_log', input: { name: 'big' } }
  expect(await receiptOf(server, log)).toMatchObject({
    outcome: 'failed',
    because: expect.stringContaining('agent.json'),
  })
})
