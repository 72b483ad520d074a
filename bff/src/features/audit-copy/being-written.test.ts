import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { auditPending } from '../../kernel/audit/tables.ts'
import { temporaryFolder } from '../../testing/cluster.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { signAll } from '../../testing/signing.ts'
import { copyName, signerOf } from '../audit/door.ts'
import { sequence } from '../audit/sequencer.ts'
import { compareCopy } from './compare.ts'
import { copyLogs } from './job.ts'
import { segmentsIn } from './segments.ts'

let h: TestHouse
let folder: string
let removeFolder: () => Promise<void>
beforeAll(async () => {
  const { path, remove } = await temporaryFolder('being-written')
  ;[folder, removeFolder] = [join(path, 'mount'), remove]
  await mkdir(folder)
  h = await openTestHouse({ GATEHOUSE_AUDIT_COPY: folder })
  await vi.waitFor(
    async () => {
      await sequence(h.house)
      expect(await h.house.db.select().from(auditPending)).toEqual([])
      await signAll(h.house)
      await copyLogs.run(h.house)
      const { logs } = await compareCopy(h.house.db, await signerOf(h.house), folder)
      expect(logs.filter(({ size, copied }) => size !== copied)).toEqual([])
    },
    { timeout: 20_000 },
  )
}, 60_000)
afterAll(async () => {
  await h.close()
  await removeFolder()
})

test('AL14 AL21 a file that is just being written while it is compared is not called cut off', async () => {
  const signer = await signerOf(h.house)
  const [tree = '', ...others] = (await compareCopy(h.house.db, signer, folder)).trees
  expect(others).not.toEqual([])
  const last = (await segmentsIn(folder)).findLast((one) => one.tree === copyName(tree, 1))
  const path = join(folder, last?.file ?? '')
  const text = await readFile(path, 'utf8')
  await chmod(path, 0o640)
  await writeFile(path, text.slice(0, text.length / 2))
  const says = `from here on the copy was changed or cut off, in ${last?.file}`
  expect((await compareCopy(h.house.db, signer, folder)).differences).toMatchObject([{ says }])
  // Whoever writes it comes to the end once this log was read, and others are.
  const epochsOf = async (one: string) => {
    if (one === others.at(-1)) await writeFile(path, text)
    return signer.epochsOf(one)
  }
  const { logs, differences } = await compareCopy(h.house.db, { ...signer, epochsOf }, folder)
  expect(differences).toEqual([])
  expect(logs.filter(({ size, copied }) => size !== copied)).toEqual([])
})
