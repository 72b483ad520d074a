import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readCheckpointText, signCheckpoint } from '@gatehouse/shared/audit/checkpoint'
import { restoreLine, restoresIn } from '@gatehouse/shared/audit/epoch'
import { asc, eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { demoPeople } from '../../demo/people.ts'
import { seedDemo } from '../../demo/seed.ts'
import { readSettings } from '../../env.ts'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { sha256 } from '../../kernel/audit/platform.ts'
import { auditCheckpoint, auditLine, auditPending, auditTree } from '../../kernel/audit/tables.ts'
import { newId } from '../../kernel/ids.ts'
import { type OpenHouse, openHouse } from '../../main.ts'
import { type AgentProgram, agentProgram } from '../../testing/agent-program.ts'
import { temporaryFolder, testSecret } from '../../testing/cluster.ts'
import { commandIn } from '../../testing/command.ts'
import { codeFor } from '../../testing/devices.ts'
import { mailsTo } from '../../testing/mailed.ts'
import { signTrees } from '../audit/checkpoints.ts'
import { newestCheckpoint, openSigner } from '../audit/door.ts'
import { sequence } from '../audit/sequencer.ts'
import { runChecks } from './checks.ts'
import { restoresOf } from './restores.ts'
import { auditCheck, auditExplanation, auditFault } from './tables.ts'

const run = promisify(execFile)

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let opened: OpenHouse | undefined
let agent: AgentProgram
/** The agent knows the server by its address: it is the same each time it opens. */
let port: string
let tree: string
/** Sizes of the customer's log: in the copy, and when it was signed last before the copy was put back. */
let [copied, signed] = [0, 0]
/** What the device held of it then. */
let held = 0

const open = async () => {
  opened = await openHouse(
    readSettings({
      PORT: port,
      GATEHOUSE_DATA: folder.path,
      GATEHOUSE_SECRET: testSecret,
      GATEHOUSE_DEMO: '0',
      LOG_LEVEL: 'silent',
    }),
  )
  return opened.house
}
const shut = async () => {
  await opened?.close()
  opened = undefined
}
const house = () => {
  if (!opened) throw new Error('the house is shut')
  return opened.house
}

const gatehouse = async (...words: string[]) => {
  const { code, said } = await commandIn({ GATEHOUSE_DATA: folder.path, GATEHOUSE_DEMO: '0' }, ...words)
  return { code, output: said }
}
const freePort = async (): Promise<string> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return String(typeof address === 'object' ? address?.port : '')
}

const until = (holds: () => Promise<boolean>) =>
  vi.waitFor(
    async () => {
      if (!(await holds())) throw new Error('not yet')
    },
    { timeout: 40_000, interval: 100 },
  )

const happen = async (times: number) => {
  await house().db.transaction((tx) =>
    append(
      tx,
      house().clock.now(),
      Array.from({ length: times }, () =>
        entry({ by: bySystem, event: 'customer.added', fields: { customer: 'one' }, about: { customerId: tree } }),
      ),
    ),
  )
}
const sizeNow = async () => (await house().db.select().from(auditTree).where(eq(auditTree.tree, tree)))[0]?.size ?? 0
const newestSigned = async () => (await newestCheckpoint(house().db, tree))?.size ?? 0
const newestNote = async () => (await newestCheckpoint(house().db, tree))?.note ?? ''
const settle = async () => {
  await until(async () => {
    await sequence(house())
    return (await house().db.select().from(auditPending)).length === 0
  })
}
const remembered = async () => {
  const note = await readFile(join(folder.path, 'log', `${tree}.checkpoint`), 'utf8')
  return readCheckpointText(note.slice(0, note.indexOf('\n\n') + 1)).size
}
const faultRows = async () =>
  (await house().db.select().from(auditFault).where(eq(auditFault.tree, tree)).orderBy(asc(auditFault.firstAt))).map(
    ({ id, says }) => [id, says] as const,
  )
const says = async () => (await faultRows()).map(([, one]) => one)
const events = (event: string) =>
  house().db.select().from(auditLine).where(eq(auditLine.event, event)).orderBy(asc(auditLine.id))
const night = async () => {
  await house().db.insert(auditCheck).values({ id: newId(), tree, askedAt: house().clock.now() }).onConflictDoNothing()
  await expect
    .poll(async () => {
      await runChecks.run(house())
      return (await house().db.select().from(auditCheck)).filter(({ endedAt }) => endedAt === null)
    })
    .toEqual([])
}
/** The size under what the agent holds in a file of this ending. */
const heldBy = async (ending: string) => {
  const path = join(agent.home, 'witness')
  const file = (await readdir(path).catch(() => [])).find((one) => one.endsWith(`.${tree}.${ending}`))
  const note = file ? await readFile(join(path, file), 'utf8') : ''
  return note ? readCheckpointText(note.slice(0, note.indexOf('\n\n') + 1)).size : 0
}

const cluster = () => join(folder.path, 'postgres', 'cluster')
const copy = () => join(folder.path, 'yesterday')

beforeAll(async () => {
  folder = await temporaryFolder('restore')
  port = await freePort()
  agent = await agentProgram({ GATEHOUSE_TRANSPORT: 'https', GATEHOUSE_CHECK_IN_SECONDS: '1' })
  const { customers, devices } = await seedDemo(await open())
  tree = customers['Helvetia Pharma']
  const code = await codeFor({ house: house() }, devices['Balance 7'] ?? '')
  const enrolled = await agent.command('enrol', '--server', `http://127.0.0.1:${port}`, '--code', code)
  expect(enrolled).toContain('Enrolled as')
  await happen(5)
  await settle()
  await until(async () => (await newestSigned()) === (await sizeNow()))
  await shut()
  // With its owners and modes: PostgreSQL wants them so.
  await run('cp', ['-a', cluster(), copy()])
  await open()
  copied = await sizeNow()
  await happen(8)
  await settle()
  await until(async () => (await newestSigned()) === (await sizeNow()))
  agent.run()
  await until(async () => (await heldBy('checkpoint')) > copied)
  await agent.stop()
  held = await heldBy('checkpoint')
  await settle()
  await until(async () => (await newestSigned()) === (await sizeNow()))
  await shut()
  signed = await remembered()
  await rm(cluster(), { recursive: true })
  await run('cp', ['-a', copy(), cluster()])
  await open()
}, 240_000)
afterAll(async () => {
  await agent.remove()
  await shut()
  await folder.remove()
})

describe('AL13 the copy of yesterday in the place of the database', () => {
  test('is found at the start, before anything grows, and mailed', async () => {
    expect(signed - copied).toBeGreaterThanOrEqual(8)
    await expect.poll(says).toEqual([`${signed} entries were signed, and only ${copied} are there`])
    for (const { email } of [demoPeople.administrator, demoPeople.approver]) {
      const [mail] = await mailsTo(house(), email)
      expect(mail?.subject).toMatch(/^Alarm: .*not as written$/)
      expect(mail?.text).toContain(`${signed} entries were signed, and only ${copied} are there (found by the signer`)
    }
    expect(await mailsTo(house(), demoPeople.otherApprover.email)).toEqual([])
  })

  test('is signed at no size, also not beyond its old one; the night says from which entry on', async () => {
    await happen(20)
    await settle()
    expect(await sizeNow()).toBeGreaterThan(signed)
    await signTrees(house(), [tree])
    expect(await newestSigned()).toBe(copied)
    expect(await remembered()).toBe(signed)
    await expect.poll(says).toContainEqual(`among its first ${signed} entries something is not what was signed`)
    await night()
    const found = await house().db.select().from(auditFault).where(eq(auditFault.foundBy, 'nightly_check'))
    expect(found.find((one) => one.tree === tree)).toMatchObject({
      seq: copied,
      says: `from here on something changed: the signer remembers another root for the first ${signed} entries`,
    })
  })

  test('goes on in a new epoch once whoever runs the server says so: what is lost stands in log, checkpoint, mail and page', async () => {
    await shut()
    // As long as nobody says which logs go on it only looks.
    const looked = await gatehouse('restored')
    expect(looked.output).toContain(`Helvetia Pharma: signed at ${signed} entries (root `)
    expect(looked.output).toContain(`${copied} are as they were signed; ${signed - copied} signed ones are lost.`)
    expect(looked.output).toContain('Nothing was written.')
    const { code, output } = await gatehouse('restored', '--all', '--by', 'Ruth Vogel', '--reason', 'the disk failed')
    expect([code, output]).toEqual([0, expect.stringContaining('It goes on as epoch 2.')])
    await open()
    expect((await events('log.restored')).filter(({ fields }) => fields.customer === 'Helvetia Pharma')).toMatchObject(
      [tree, null].map((customerId) => ({
        customerId,
        fields: { signed, kept: copied, epoch: 2, by: 'Ruth Vogel', reason: 'the disk failed' },
      })),
    )
    await settle()
    await signTrees(house(), [tree])
    const note = await newestNote()
    const checkpoint = readCheckpointText(note.slice(0, note.indexOf('\n\n') + 1))
    expect(checkpoint.origin).toMatch(new RegExp(`/audit/${tree}/2$`))
    expect(checkpoint.size).toBe(await sizeNow())
    expect(restoresIn(checkpoint)).toMatchObject([{ epoch: 2, kept: { size: copied }, signed: { size: signed } }])
    // What the old epoch was signed at last stays remembered.
    expect(await remembered()).toBe(signed)
    for (const { email } of [demoPeople.administrator, demoPeople.approver])
      expect((await mailsTo(house(), email)).map(({ text }) => text).join()).toContain(
        `What stood in entries ${copied + 1} to ${signed} when they were signed is lost`,
      )
    // The maker has explained what there was; the customer has not, and nobody does it for him.
    const explained = await house().db.select().from(auditExplanation).where(eq(auditExplanation.tree, tree))
    expect(explained.map(({ faultId, side }) => [faultId, side]).sort()).toEqual(
      (await faultRows()).map(([id]) => [id, 'maker']).sort(),
    )
    expect(await restoresOf(house(), tree)).toMatchObject([
      { epoch: 2, kept: copied, signed, by: 'Ruth Vogel', reason: 'the disk failed' },
    ])
    // And nothing is found any more that was so before.
    const before = await faultRows()
    await night()
    expect(await faultRows()).toEqual(before)
  }, 120_000)

  test('AL18 its device, by the agent’s own program, follows the new epoch and keeps what it held', async () => {
    agent.run()
    await expect.poll(() => heldBy('2.checkpoint'), { timeout: 60_000 }).toBeGreaterThan(copied)
    expect(await heldBy('checkpoint')).toBe(held)
    await expect.poll(async () => (await events('witness.began')).length, { timeout: 60_000 }).toBe(1)
    expect(await events('witness.refused')).toEqual([])
    const shown = await agent.command('log')
    expect(shown).toContain(`/audit/${tree}/2\n`)
    expect(shown).toContain(`Of before the log was restored it holds a checkpoint of ${held} events`)
    await agent.stop()
  }, 120_000)

  test('a fault of later is a new alarm, however like the old one it is; and a fork of the new epoch is refused by all', async () => {
    const own = (await faultRows()).length
    const followed = await heldBy('2.checkpoint')
    await happen(3)
    await settle()
    // Somebody with the signing key and the database puts another root under its name.
    const key = (await openSigner(house())).keyOf(tree)
    const root = new Uint8Array(32)
    const size = await sizeNow()
    const lines = restoresIn({
      origin: key.name,
      extensions: (await newestNote()).split('\n\n')[0]?.split('\n').slice(3),
    })
    const forged = { origin: key.name, size, root, extensions: lines.map(restoreLine) }
    const note = Buffer.from(await signCheckpoint(sha256, forged, key, house().keys.log.sign)).toString()
    await house().db.insert(auditCheckpoint).values({ tree, size, note, at: 0 })
    agent.run()
    await expect.poll(async () => (await events('witness.refused')).length, { timeout: 60_000 }).toBe(1)
    expect(await heldBy('2.checkpoint')).toBe(followed)
    await agent.stop()
    await signTrees(house(), [tree])
    await expect.poll(async () => (await faultRows()).length).toBeGreaterThan(own)
    expect((await says()).at(-1)).toMatch(/among its first|another root/)
  }, 120_000)
})
