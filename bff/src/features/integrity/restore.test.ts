import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { readCheckpointText, signCheckpoint } from '@gatehouse/shared/audit/checkpoint'
import { restoreLine, restoresIn } from '@gatehouse/shared/audit/epoch'
import type { AuditEventView } from '@gatehouse/shared/views/audit'
import type { Page } from '@gatehouse/shared/views/basics'
import type { ExportView } from '@gatehouse/shared/views/exports'
import { asc, eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { demoPeople } from '../../demo/people.ts'
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
import { seedForTests } from '../../testing/seed.ts'
import { signedInAt, type Visitor } from '../../testing/visitor.ts'
import { signTrees } from '../audit/checkpoints.ts'
import { newestCheckpoint, openSigner } from '../audit/door.ts'
import { sequence } from '../audit/sequencer.ts'
import { fetchFile, pinnedKey } from '../exports/testing/reading.ts'
import { forgetShared } from '../witnesses/held.ts'
import { runChecks } from './checks.ts'
import { restoresOf } from './restores.ts'
import { auditCheck, auditExplanation, auditFault } from './tables.ts'

const run = promisify(execFile)

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let opened: OpenHouse | undefined
let agent: AgentProgram
/** Two more of its devices, which are not connected between the first epoch and the third. */
let early: AgentProgram
let lost: AgentProgram
/** The agent knows the server by its address: it is the same each time it opens. */
let port: string
let tree: string
/** The log's key as it was noted down in its first epoch. */
let firstKey: string
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
/** The size under what an agent holds in a file of this ending. */
const heldBy = async (ending: string, by = agent) => {
  const path = join(by.home, 'witness')
  const file = (await readdir(path).catch(() => [])).find((one) => one.endsWith(`.${tree}.${ending}`))
  const note = file ? await readFile(join(path, file), 'utf8') : ''
  return note ? readCheckpointText(note.slice(0, note.indexOf('\n\n') + 1)).size : 0
}

const cluster = () => join(folder.path, 'postgres', 'cluster')
const copy = (name = 'yesterday') => join(folder.path, name)
/** The copy in the place of the database, of a house that is shut. */
const putBack = async (name?: string) => {
  await rm(cluster(), { recursive: true })
  await run('cp', ['-a', copy(name), cluster()])
}
/** Runs an agent, which asks for what is signed by now: two seconds ago another one may have been answered with less. */
const runAfresh = (by: AgentProgram) => {
  forgetShared(house())
  by.run()
}
/** Runs an agent until it holds a checkpoint of more than `than` events. */
const follow = async (by: AgentProgram, ending: string, than: number): Promise<number> => {
  runAfresh(by)
  await until(async () => (await heldBy(ending, by)) > than)
  await by.stop()
  return heldBy(ending, by)
}
const signedWhole = () =>
  until(async () => {
    await settle()
    await signTrees(house(), [tree])
    return (await newestSigned()) === (await sizeNow())
  })

beforeAll(async () => {
  folder = await temporaryFolder('restore')
  port = await freePort()
  const anAgent = () => agentProgram({ GATEHOUSE_TRANSPORT: 'https', GATEHOUSE_CHECK_IN_SECONDS: '1' })
  ;[agent, early, lost] = [await anAgent(), await anAgent(), await anAgent()]
  const { customers, devices } = await seedForTests(await open())
  tree = customers['Helvetia Pharma']
  firstKey = await pinnedKey(house(), tree)
  const enrol = async (one: AgentProgram, device: string) => {
    const code = await codeFor({ house: house() }, devices[device] ?? '')
    const enrolled = await one.command('enrol', '--server', `http://127.0.0.1:${port}`, '--code', code)
    expect(enrolled).toContain('Enrolled as')
  }
  await Promise.all([enrol(agent, 'Balance 7'), enrol(early, 'Balance 11'), enrol(lost, 'Weighing line 3')])
  await happen(5)
  await signedWhole()
  await follow(early, 'checkpoint', 0)
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
  held = (await Promise.all([follow(agent, 'checkpoint', copied), follow(lost, 'checkpoint', copied)]))[0]
  await settle()
  await until(async () => (await newestSigned()) === (await sizeNow()))
  await shut()
  signed = await remembered()
  await putBack()
  await open()
}, 240_000)
afterAll(async () => {
  for (const one of [agent, early, lost]) await one.remove()
  await shut()
  await folder.remove()
})

const inFolder = (name: string) => join(folder.path, name)
/** The proof bundle of all that one may see, as a file beside the data. */
const bundleOf = async (who: Visitor, name: string, since = 'none'): Promise<void> => {
  const body = { format: 'bundle', filter: '', zone: 'UTC', reason: 'to keep it', since }
  const { id } = (await who.post<{ id: string }>('/api/me/exports', body)).body
  const one = async () => (await who.get<Page<ExportView>>('/api/me/exports')).body.rows.find((row) => row.id === id)
  await expect.poll(async () => (await one())?.state, { timeout: 30_000 }).not.toMatch(/queued|running/)
  expect(await one()).toMatchObject({ state: 'done', error: null })
  await writeFile(inFolder(name), (await fetchFile(opened?.url ?? '', who, id)).bytes)
}
const verifier = fileURLToPath(new URL('../../../../verify/src/command/main.ts', import.meta.url))
/** What `gatehouse-verify` says of a bundle, with the key of the log's first epoch. */
const verified = async (bundle: string, ...words: string[]): Promise<{ code: number; said: string }> => {
  const args = ['--import', 'tsx', verifier, inFolder(bundle), '--key', firstKey, ...words]
  // Its lines are as wide as a terminal.
  const inOne = (text: string) => text.replace(/\s+/g, ' ')
  return run(process.execPath, args).then(
    ({ stdout }) => ({ code: 0, said: inOne(stdout) }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      said: inOne(error.stdout + error.stderr),
    }),
  )
}

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
    runAfresh(agent)
    await expect.poll(() => heldBy('2.checkpoint'), { timeout: 60_000 }).toBeGreaterThan(copied)
    expect(await heldBy('checkpoint')).toBe(held)
    await expect.poll(async () => (await events('witness.began')).length, { timeout: 60_000 }).toBe(1)
    expect(await events('witness.refused')).toEqual([])
    const shown = await agent.command('log')
    expect(shown).toContain(`/audit/${tree}/2\n`)
    expect(shown).toContain(`Of before the log was restored it holds a checkpoint of ${held} events`)
    await agent.stop()
  }, 120_000)

  test('restored once more: epochs 1, 2 and 3 are followed, checked and proven, each for what it is', async () => {
    const clara = () => signedInAt(opened?.url ?? '', 'approver')
    // What was kept of both epochs by somebody outside: a bundle, and the newest checkpoint.
    await happen(3)
    await signedWhole()
    await shut()
    await run('cp', ['-a', cluster(), copy('between')])
    await open()
    const between = await newestSigned()
    await happen(9)
    await signedWhole()
    const followed = await follow(agent, '2.checkpoint', between)
    await bundleOf(await clara(), 'second.zip')
    await signedWhole()
    await writeFile(inFolder('second.txt'), await newestNote())
    await shut()
    await putBack('between')
    const { code, output } = await gatehouse('restored', '--all', '--by', 'Ruth Vogel', '--reason', 'it failed again')
    expect([code, output]).toEqual([0, expect.stringMatching(/Helvetia Pharma: .*\n.*\n {2}It goes on as epoch 3\./)])
    await open()
    const kept = (await restoresOf(house(), tree))[0]?.kept ?? 0
    expect([kept > copied, kept <= between]).toEqual([true, true])
    await happen(12)
    await signedWhole()
    // Devices that hold a checkpoint of epoch 1 that is kept, one of epoch 1 and one of epoch 2 that are lost.
    await Promise.all([early, lost, agent].map((one) => follow(one, '3.checkpoint', between)))
    expect([await heldBy('2.checkpoint'), await heldBy('checkpoint', lost)]).toEqual([followed, expect.any(Number)])
    expect(await heldBy('2.checkpoint', early)).toBe(0)
    // And one of epoch 3.
    const third = await heldBy('3.checkpoint')
    await happen(4)
    await signedWhole()
    await follow(agent, '3.checkpoint', third)
    expect(await events('witness.refused')).toEqual([])
    // "Verify now" recomputes it, and an entry is proven under the newest.
    const who = await clara()
    await signedWhole()
    expect((await who.post(`/api/logs/${tree}/checks`)).status).toBe(202)
    const asked = async () => (await house().db.select().from(auditCheck)).find(({ askedBy }) => askedBy !== null)
    await expect.poll(async () => (await asked())?.endedAt, { timeout: 30_000 }).toEqual(expect.any(Number))
    expect(await asked()).toMatchObject({ tree, faults: 0, failed: null })
    expect((await restoresOf(house(), tree)).map(({ epoch, kept, by }) => [epoch, kept, by])).toEqual([
      [3, kept, 'Ruth Vogel'],
      [2, copied, 'Ruth Vogel'],
    ])
    const told = (await events('log.restored')).filter(({ customerId }) => customerId === tree)
    for (const { id } of told) {
      const { proven } = (await who.get<AuditEventView>(`/api/audit/${id}`)).body
      expect(proven).toMatchObject({ altered: null, signed: { size: expect.any(Number) } })
    }
    // The verifier, as it is handed out, with the key that was noted down in the first epoch.
    await bundleOf(who, 'third.zip', 'first')
    await writeFile(inFolder('third.txt'), await newestNote())
    const good = await verified('third.zip')
    expect([good.code, good.said]).toEqual([0, expect.stringContaining('This is epoch 3 of the log')])
    expect(good.said).toContain(`what had been signed as entries ${copied + 1} to ${signed} is lost`)
    expect((await verified('second.zip')).code).toBe(0)
    for (const [bundle, kept, title] of [
      ['second.zip', 'third.txt', 'This bundle is of BEFORE a restore'],
      ['third.zip', 'second.txt', 'Entries that you have a checkpoint of were LOST by a restore'],
    ] as const) {
      const { code, said } = await verified(bundle, '--earlier', inFolder(kept))
      expect([code, said]).toEqual([1, expect.stringContaining(title)])
    }
  }, 240_000)

  test('a fault of later is a new alarm, however like the old one it is; and a fork of the new epoch is refused by all', async () => {
    const own = (await faultRows()).length
    const followed = await heldBy('3.checkpoint')
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
    runAfresh(agent)
    await expect.poll(async () => (await events('witness.refused')).length, { timeout: 60_000 }).toBe(1)
    expect(await heldBy('3.checkpoint')).toBe(followed)
    await agent.stop()
    await signTrees(house(), [tree])
    await expect.poll(async () => (await faultRows()).length).toBeGreaterThan(own)
    expect((await says()).at(-1)).toMatch(/among its first|another root/)
  }, 120_000)
})
