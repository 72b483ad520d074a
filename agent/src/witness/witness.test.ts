import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type LogNews, PublicKey, signedTypes } from '@gatehouse/shared/agent/messages'
import * as fc from 'fast-check'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import pino from 'pino'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createReadSigned } from '../consent/signed.ts'
import { files, type Home } from '../home.ts'
import { openOutbox } from '../journal/outbox.ts'
import { aLog } from '../testing/a-log.ts'
import { startProgram } from '../testing/program.ts'
import { aRunningAgent, emptyHome, startIn } from '../testing/test-agent.ts'
import { defaultTimings } from '../timings.ts'
import { openWitness } from './witness.ts'

const deviceId = randomUUID()
let server: Awaited<ReturnType<typeof generateKeyPair>>
let stranger: typeof server
let log: ReturnType<typeof aLog>
beforeAll(async () => {
  const make = () => generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  ;[server, stranger, log] = [await make(), await make(), aLog()]
})

const order = (of: { key?: string; iat?: number; aud?: string; by?: typeof server; typ?: string } = {}) =>
  new SignJWT({ aud: deviceId, iat: Math.floor(Date.now() / 1_000), key: log.key, ...of })
    .setProtectedHeader({ alg: 'EdDSA', typ: of.typ ?? signedTypes.log })
    .sign((of.by ?? server).privateKey)

/** The witness of a home, with everything it said into its log. */
const witnessIn = async (home: Home, now: () => number = Date.now, timings = defaultTimings) => {
  const lines: string[] = []
  const logger = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) })
  const pinned = { ...PublicKey.parse(await exportJWK(server.publicKey)), kid: 'one' }
  const outbox = openOutbox(home, logger)
  onTestFinished(() => outbox.close())
  const readSigned = createReadSigned({ deviceId, serverKeys: [pinned] })
  const witness = await openWitness({ home, readSigned, outbox, log: logger, timings, now })
  return { witness, outbox, said: () => lines.join('') }
}

/** A home whose device holds the checkpoint of the first `size` events. */
const holding = async (size: number) => {
  const home = emptyHome()
  const opened = await witnessIn(home)
  await opened.witness.take({ order: await order() })
  if (size > 0) await opened.witness.take({ checkpoint: await log.offer(size) })
  expect(opened.witness.status()).toMatchObject({ size: size || null, refused: null, trouble: null })
  return { home, ...opened }
}

const folder = (home: Home) => home.path(files.witness)
const stored = (home: Home, ending: string): string => {
  const name = readdirSync(folder(home)).find((one) => one.endsWith(ending)) ?? ''
  return readFileSync(join(folder(home), name), 'utf8')
}
const offerOf = async (size: number, from: number): Promise<LogNews> => ({ checkpoint: await log.offer(size, from) })

describe('AL18 an agent as witness', () => {
  test('keeps the first that is signed and then each that continues it, over restarts', async () => {
    const { home, witness } = await holding(5)
    for (const [from, size] of [
      [5, 6],
      [6, 64],
      [64, 1_000],
    ] as const) {
      await witness.take(await offerOf(size, from))
      expect(stored(home, '.checkpoint')).toBe((await log.offer(size)).note)
    }
    const again = (await witnessIn(home)).witness
    expect(again.status()).toMatchObject({ of: 'server-1/audit/customer-1', size: 1_000 })
    await again.take(await offerOf(1_001, 1_000))
    expect(again.status().size).toBe(1_001)
  })

  test('tells what it holds when it begins, after a change, and asks again after ten minutes or so', async () => {
    const { witness } = await holding(5)
    const { note } = await log.offer(5)
    // The answer was taken: nothing is asked, but what changed is said, once.
    expect(witness.says()).toEqual({ asks: false, key: log.key, note })
    expect(witness.says()).toBeUndefined()
    witness.disconnected()
    expect(witness.says()).toEqual({ asks: true, key: log.key, note })
    expect(witness.says()).toBeUndefined()
  })

  test('asks again in a moment as long as it holds nothing, and not until its turn once it does', async () => {
    const turns = { ...defaultTimings, witness: { every: 600_000, unanswered: 1 } }
    const { witness } = await witnessIn(emptyHome(), Date.now, turns)
    const asks = () => expect.poll(() => witness.says()?.asks)
    await witness.take({ order: await order() })
    for (let time = 0; time < 2; time++) {
      await asks().toBe(true)
      // A restart of the server, or a restore: the log is known, and nothing of it is signed yet.
      await witness.take({})
    }
    await witness.take(await offerOf(5, 0))
    expect(witness.says()?.asks).toBe(false)
    expect(witness.says()).toBeUndefined()
  })

  const forks: Record<string, () => Promise<NonNullable<LogNews['checkpoint']>>> = {
    'of a fork that grew past it': async () =>
      aLog({ words: (n) => (n === 3 ? 'another' : `event ${n}`) }).offer(40, 20),
    'of a fork of the same size': async () => aLog({ words: () => 'another' }).offer(20),
    'that is smaller': () => log.offer(19),
    'that is an old one once more': () => log.offer(1),
    'without a proof': async () => ({ ...(await log.offer(40)), proof: [] }),
    'with the proof from another size': () => log.offer(40, 16),
    'with a proof that is no base64': async () => ({ ...(await log.offer(40, 20)), proof: ['!'.repeat(44)] }),
    'signed by another key': () => aLog({ seed: 'somebody else' }).offer(40, 20),
    'of another customer': () => aLog({ customer: 'customer-2' }).offer(40, 20),
    'that is garbage': async () => ({ note: 'not a note', proof: [] }),
    'whose size was changed': async () => {
      const { note, proof } = await log.offer(40, 20)
      return { note: note.replace('\n40\n', '\n9007199254740991\n'), proof }
    },
  }
  test.each(Object.entries(forks))('refuses a checkpoint %s, and keeps both sides', async (_, fork) => {
    const { home, witness, outbox, said } = await holding(20)
    const [held, offered] = [(await log.offer(20)).note, await fork()]
    for (let i = 0; i < 3; i++) await witness.take({ checkpoint: offered })
    expect(witness.status()).toMatchObject({ size: 20, refused: { times: 3 } })
    expect(stored(home, '.checkpoint')).toBe(held)
    expect(JSON.parse(stored(home, '.refused.json'))).toMatchObject({ held, offered: offered.note, times: 3 })
    // Told once, kept until the server has stored it; and the local log says it each time.
    const told = outbox.next(1_000_000)
    expect(told).toMatchObject([{ type: 'log_refused', held, offered: offered.note }])
    expect(said().match(/a checkpoint of the audit log was refused/g)).toHaveLength(3)
    // It keeps refusing after a restart, and does not tell the same again.
    const again = await witnessIn(home)
    await again.witness.take({ checkpoint: offered })
    expect(again.witness.status()).toMatchObject({ size: 20, refused: { times: 4 } })
    expect(again.outbox.waiting()).toBe(1)
    // What does continue it is taken all the same.
    await again.witness.take(await offerOf(41, 20))
    expect(again.witness.status()).toMatchObject({ size: 41, refused: { times: 4 } })
  })

  test('tells a refusal again after a day', async () => {
    let at = Date.now()
    const { home } = await holding(20)
    const { witness, outbox } = await witnessIn(home, () => at)
    const fork = { checkpoint: await log.offer(3) }
    await witness.take(fork)
    at += 23 * 3_600_000
    await witness.take(fork)
    expect(outbox.waiting()).toBe(1)
    at += 3_600_000
    await witness.take(fork)
    expect(outbox.waiting()).toBe(2)
  })

  test.each(['', 'torn', 'a'.repeat(10)])('what is damaged on its disk (“%s”) is set aside and said', async (text) => {
    const { home } = await holding(20)
    const name = readdirSync(folder(home)).find((one) => one.endsWith('.checkpoint')) ?? ''
    writeFileSync(join(folder(home), name), text)
    const { witness, said } = await witnessIn(home)
    expect(witness.status()).toMatchObject({ size: null, trouble: expect.stringContaining('damaged') })
    expect(said()).toContain('damaged')
    expect(stored(home, '.damaged')).toBe(text)
    await witness.take(await offerOf(30, 0))
    expect(witness.status()).toMatchObject({ size: 30, trouble: null })
  })

  test('a disk that takes nothing is said; it goes on with what it has and takes more when it can', async () => {
    const { home, witness, said } = await holding(0)
    writeFileSync(folder(home), 'in the way')
    await witness.take(await offerOf(20, 0))
    expect(witness.status()).toMatchObject({ size: null, trouble: expect.stringContaining('cannot be kept') })
    expect(said()).toContain('a checkpoint of the audit log cannot be kept')
    await witness.take({ checkpoint: { note: 'garbage', proof: [] } })
    expect(witness.status()).toMatchObject({ refused: { times: 1 } })
    rmSync(folder(home))
    await witness.take(await offerOf(20, 0))
    expect(witness.status()).toMatchObject({ size: 20, trouble: null })
  })

  test('what stands where the checkpoint should, and cannot be moved, is not taken for nothing', async () => {
    const { home } = await holding(20)
    const name = readdirSync(folder(home)).find((one) => one.endsWith('.checkpoint')) ?? ''
    rmSync(join(folder(home), name))
    mkdirSync(join(folder(home), name))
    const { witness } = await witnessIn(home)
    await witness.take(await offerOf(30, 0))
    expect(witness.status()).toMatchObject({ size: null, trouble: expect.stringContaining('cannot be read') })
  })

  const badOrders: Record<string, () => Promise<string>> = {
    'signed by another key': () => order({ by: stranger, key: aLog({ customer: 'customer-2' }).key }),
    'for another device': () => order({ aud: randomUUID(), key: aLog({ customer: 'customer-2' }).key }),
    'that is a command': () => order({ typ: signedTypes.command, key: aLog({ customer: 'customer-2' }).key }),
    'that is older': () => order({ iat: 1_700_000_000, key: aLog({ customer: 'customer-2' }).key }),
    'with a key that is none': () => order({ key: 'x' }),
    'that names a file': () => order({ key: aLog({ customer: '..' }).key }),
  }
  test.each(Object.entries(badOrders))('an order %s changes nothing', async (_, bad) => {
    const { home, witness } = await holding(20)
    await witness.take({ order: await bad() }).catch(() => undefined)
    expect(witness.status()).toMatchObject({ of: 'server-1/audit/customer-1', size: 20 })
    expect((await witnessIn(home)).witness.status()).toMatchObject({ of: 'server-1/audit/customer-1', size: 20 })
  })

  test('a device that goes to another customer begins anew there, and forgets nothing of the first', async () => {
    const { home, witness } = await holding(20)
    const other = aLog({ customer: 'customer-2' })
    await witness.take({ order: await order({ key: other.key }), checkpoint: await other.offer(7) })
    expect(witness.status()).toMatchObject({ of: 'server-1/audit/customer-2', size: 7, refused: null })
    await witness.take({ order: await order() })
    await witness.take({ checkpoint: await log.offer(5) })
    expect(witness.status()).toMatchObject({ of: 'server-1/audit/customer-1', size: 20, refused: { times: 1 } })
    expect((await witnessIn(home)).witness.status()).toMatchObject({ size: 20, refused: { times: 1 } })
  })

  test('another key for the same log changes nothing of what must be continued', async () => {
    const { home, witness } = await holding(20)
    const rotated = aLog({ seed: 'the next key' })
    await witness.take({ order: await order({ key: rotated.key }) })
    await witness.take({ checkpoint: await aLog({ seed: 'the next key', words: () => 'x' }).offer(30, 20) })
    expect(witness.status()).toMatchObject({ size: 20, refused: { times: 1 } })
    const again = (await witnessIn(home)).witness
    expect(again.status()).toMatchObject({ size: 20 })
    await again.take({ checkpoint: await rotated.offer(30, 20) })
    expect(again.status()).toMatchObject({ size: 30 })
    // And the former key signs nothing any more.
    await again.take(await offerOf(40, 30))
    expect(again.status()).toMatchObject({ size: 30, refused: { times: 1 } })
  })

  test('after a restore it follows into the new epoch by the server’s order alone, and keeps what it held before', async () => {
    const restoreOf = async (kept: number, signed: number) => ({
      ...{ epoch: 2, at: 1_763_800_000 },
      kept: { size: kept, root: await log.rootAt(kept) },
      signed: { size: signed, root: await log.rootAt(signed) },
    })
    const words = (n: number) => (n < 12 ? `event ${n}` : `after the restore ${n}`)
    const next = aLog({ words, restores: [await restoreOf(12, 20)] })
    const { home, witness, outbox, said } = await holding(20)
    const { note } = await log.offer(20)
    // Without the order it is a fork as any other.
    await witness.take({ checkpoint: await next.offer(30) })
    expect(witness.status()).toMatchObject({ of: 'server-1/audit/customer-1', size: 20, refused: { times: 1 } })
    await witness.take({ order: await order({ key: next.key }) })
    expect(witness.says()).toMatchObject({ key: next.key, note })
    expect(said()).toContain('goes on in another epoch, after a restore')
    // A restore that does not account for what is held is refused, with what is held as evidence.
    const silent = aLog({ words, restores: [await restoreOf(12, 19)] })
    await witness.take({ checkpoint: await silent.offer(30) })
    expect(witness.status()).toMatchObject({
      size: null,
      refused: { because: expect.stringContaining('tells of 19 only') },
    })
    expect(outbox.next(1_000_000).at(-1)).toMatchObject({ type: 'log_refused', held: note })
    await witness.take({ checkpoint: await next.offer(30) })
    expect(witness.status()).toMatchObject({ of: 'server-1/audit/customer-1/2', size: 30 })
    expect(stored(home, 'customer-1.checkpoint')).toBe(note)
    // From there only what continues it is taken, also after a restart; and no order leads back.
    const again = (await witnessIn(home)).witness
    await again.take({
      checkpoint: await aLog({ words: (n) => `forked ${n}`, restores: [await restoreOf(12, 20)] }).offer(40, 30),
    })
    expect(again.status()).toMatchObject({ size: 30 })
    await again.take({ order: await order({ iat: Math.floor(Date.now() / 1_000) + 5 }) })
    expect(again.status()).toMatchObject({
      ...{ of: 'server-1/audit/customer-1/2', size: 30 },
      trouble: expect.stringContaining('leads back from epoch 2'),
    })
    await again.take({ checkpoint: await next.offer(31, 30) })
    expect(again.status()).toMatchObject({ size: 31 })
  })

  test('of any walk over sizes and forks it never holds what does not continue what it held', async () => {
    const step = fc.record({
      size: fc.integer({ min: 1, max: 40 }),
      from: fc.integer({ min: 0, max: 40 }),
      fork: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const { witness } = await holding(10)
        const fork = aLog({ words: (n) => (n < 5 ? `event ${n}` : `other ${n}`) })
        let size = 10
        for (const one of steps) {
          await witness.take({
            checkpoint: await (one.fork ? fork : log).offer(one.size, Math.min(one.from, one.size)),
          })
          const now = witness.status().size ?? 0
          const continues = !one.fork && one.from === size && one.size > size
          expect(now).toBe(continues ? one.size : size)
          size = now
        }
      }),
      { numRuns: 25 },
    )
  })
})

const settled = (witness: () => unknown) => expect.poll(witness)

describe('a running agent', () => {
  test.each(['websocket', 'https'])(
    'over %s says what it holds, takes what is newer, and prints it',
    async (transport) => {
      const { quietEnv } = await import('../testing/test-agent.ts')
      const env = quietEnv({ GATEHOUSE_TRANSPORT: transport })
      const { server: little, home, agent } = await aRunningAgent({ env })
      const heldBy = () => little.storedOf('heartbeat').flatMap((one) => one.log ?? [])
      await settled(heldBy).toEqual([{ asks: true }])
      const signed = await little.sign('log', {
        ...{ aud: little.deviceId, iat: Math.floor(Date.now() / 1_000), key: log.key },
      })
      little.say({ log: { order: signed, checkpoint: await log.offer(20) } })
      const { note } = await log.offer(20)
      await settled(() => heldBy().at(-1)).toEqual({ asks: false, key: log.key, note })
      const shown = startProgram(['log', '--home', home.folder])
      expect(await shown.ended).toBe(0)
      expect(shown.output()).toContain(note)
      expect(shown.output()).toContain(`Key: ${log.key}`)
      const status = startProgram(['status', '--home', home.folder])
      await status.ended
      expect(JSON.parse(status.output()).running.log).toMatchObject({ of: 'server-1/audit/customer-1', size: 20 })
      await agent.stop()
      const before = heldBy().length
      await startIn(home, { env })
      await settled(() => heldBy()[before]).toEqual({ asks: true, key: log.key, note })
      little.say({ log: { checkpoint: await log.offer(3) } })
      await settled(() => little.storedOf('log_refused')).toMatchObject([{ held: note }])
      const told = startProgram(['log', '--home', home.folder])
      await told.ended
      expect(told.output()).toMatch(/REFUSED 1 time\(s\).*20 were there before/)
      // And it does everything else as before.
      const beats = little.storedOf('heartbeat').length
      await settled(() => little.storedOf('heartbeat').length).toBeGreaterThan(beats + 1)
      expect(existsSync(home.path(files.logOrder))).toBe(true)
    },
  )
})
