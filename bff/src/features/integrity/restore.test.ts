import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readCheckpointText } from '@gatehouse/shared/audit/checkpoint'
import { desc, eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { demoPeople } from '../../demo/people.ts'
import { seedDemo } from '../../demo/seed.ts'
import { readSettings } from '../../env.ts'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { auditCheckpoint, auditLine, auditPending, auditTree } from '../../kernel/audit/tables.ts'
import { type OpenHouse, openHouse } from '../../main.ts'
import { temporaryFolder, testSecret } from '../../testing/cluster.ts'
import { mailsTo } from '../../testing/mailed.ts'
import { signTrees } from '../audit/checkpoints.ts'
import { openSigner } from '../audit/door.ts'
import { sequence } from '../audit/sequencer.ts'
import { orderNightlyChecks, runChecks } from './checks.ts'
import { noteRestore } from './restored.ts'
import { auditCheck, auditFault } from './tables.ts'

const run = promisify(execFile)

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let opened: OpenHouse | undefined
let tree: string
/** Sizes of the customer's log: in the copy, and when it was signed last before the copy was put back. */
let [copied, signed] = [0, 0]

const open = async () => {
  opened = await openHouse(
    readSettings({
      PORT: '0',
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

const until = (holds: () => Promise<boolean>) =>
  vi.waitFor(
    async () => {
      if (!(await holds())) throw new Error('not yet')
    },
    { timeout: 15_000, interval: 100 },
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
const newestSigned = async () => {
  const [row] = await house()
    .db.select()
    .from(auditCheckpoint)
    .where(eq(auditCheckpoint.tree, tree))
    .orderBy(desc(auditCheckpoint.size))
    .limit(1)
  return row?.size ?? 0
}
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
const says = async () =>
  (await house().db.select().from(auditFault).where(eq(auditFault.tree, tree))).map((one) => one.says)

const cluster = () => join(folder.path, 'postgres', 'cluster')
const copy = () => join(folder.path, 'yesterday')

beforeAll(async () => {
  folder = await temporaryFolder('restore')
  const { customers } = await seedDemo(await open())
  tree = customers['Helvetia Pharma']
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
  signed = await remembered()
  await shut()
  await rm(cluster(), { recursive: true })
  await run('cp', ['-a', copy(), cluster()])
  await open()
})
afterAll(async () => {
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
    await orderNightlyChecks.run(house())
    await expect
      .poll(async () => {
        await runChecks.run(house())
        return (await house().db.select().from(auditCheck)).filter(({ endedAt }) => endedAt === null)
      })
      .toEqual([])
    const found = await house().db.select().from(auditFault).where(eq(auditFault.foundBy, 'nightly_check'))
    expect(found.find((one) => one.tree === tree)).toMatchObject({
      seq: copied,
      says: `from here on something changed: the signer remembers another root for the first ${signed} entries`,
    })
  })

  test('stands in the logs with what was signed, once whoever runs the server says so; and it is not signed again', async () => {
    const signer = await openSigner(house())
    const lost = await noteRestore(house().db, signer, house().settings.maker, house().clock.now())
    const mine = lost.find(({ name }) => name === 'Helvetia Pharma')
    expect(mine).toMatchObject({ signedSize: signed, signedRoot: expect.stringMatching(/^[\w+/]{43}=$/) })
    const events = await house().db.select().from(auditLine).where(eq(auditLine.event, 'log.restored'))
    expect(events.filter(({ fields }) => fields.customer === 'Helvetia Pharma').map((one) => one.customerId)).toEqual([
      tree,
      null,
    ])
    await settle()
    await signTrees(house(), [tree])
    expect(await newestSigned()).toBe(copied)
  })
})
