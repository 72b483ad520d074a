import { execFile } from 'node:child_process'
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LimitsView } from '@gatehouse/shared/views/limits'
import type { PgTable } from 'drizzle-orm/pg-core'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readSettings } from '../../env.ts'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { auditPending, auditTree } from '../../kernel/audit/tables.ts'
import { seconds } from '../../kernel/clock.ts'
import type { Db } from '../../kernel/database/connect.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import type { House } from '../../kernel/house.ts'
import { temporaryFolder } from '../../testing/cluster.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { signAll } from '../../testing/signing.ts'
import { copyName, signerOf } from '../audit/door.ts'
import { sequence } from '../audit/sequencer.ts'
import { watchLimits } from '../limits/job.ts'
import { stateOf } from '../limits/state.ts'
import { type ComparedLog, compareCopy } from './compare.ts'
import { copyLogs } from './job.ts'
import { type Copied, fullSegment, readSegment, segmentsIn, segmentText } from './segments.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })
const patience = { timeout: 20_000 }

let h: TestHouse
let folder: string
let removeFolder: () => Promise<void>
beforeAll(async () => {
  const { path, remove } = await temporaryFolder('copy')
  ;[folder, removeFolder] = [join(path, 'mount'), remove]
  await mkdir(folder)
  h = await openTestHouse({ GATEHOUSE_AUDIT_COPY: folder })
  h.house.settings.lag = readSettings({}).lag
})
afterAll(async () => {
  await h.close()
  await removeFolder()
})

const settle = () =>
  vi.waitFor(async () => {
    await sequence(h.house)
    expect(await h.house.db.select().from(auditPending)).toEqual([])
    await signAll(h.house)
    await copyLogs.run(h.house)
    const { logs } = await compared()
    expect(logs.filter(({ size, copied }) => size !== copied)).toEqual([])
  }, patience)
const compared = async () => compareCopy(h.house.db, await signerOf(h.house), folder)
const happen = () => h.nobody.post('/api/sign-in', { email: 'nobody@nowhere.example', password: 'x' })

test('AL21 every event is in the copy once it is signed, in files that nobody writes to, without a word of a person', async () => {
  const ines = await h.as('reader')
  await ines.get('/api/me')
  await settle()
  await happen()
  await settle()
  const { logs, differences } = await compared()
  expect(differences).toEqual([])
  expect(logs.length).toBeGreaterThan(1)
  const files = await readdir(folder)
  for (const file of files) expect((await stat(join(folder, file))).mode & 0o222).toBe(0)
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  const events = texts
    .join('')
    .split('\n')
    .flatMap((line) => (line.includes('"event"') ? [Buffer.from(JSON.parse(line).event, 'base64url').toString()] : []))
  expect(events.length).toBeGreaterThan(3)
  expect(events.join('\n')).not.toMatch(/Ines Frei|ines@helvetia|nobody@nowhere/)
})

test('AL21 what was cut off by a crash is written again beside it, and nothing is written over', async () => {
  await happen()
  const before = await readdir(folder)
  await settle()
  const [written] = (await readdir(folder)).filter((file) => !before.includes(file))
  if (!written) throw new Error('nothing was copied')
  const path = join(folder, written)
  const text = await readFile(path, 'utf8')
  await chmod(path, 0o640)
  await writeFile(path, text.slice(0, text.length / 2))
  // Another process would not know it from before.
  h.house.bus = { ...h.house.bus }
  await settle()
  expect(await readFile(path, 'utf8')).toBe(text.slice(0, text.length / 2))
  expect(await readdir(folder)).toContain(written.replace('.1.segment', '.2.segment'))
  expect((await compared()).differences).toEqual([])
})

test('AL14 what was changed or cut in the database, or in the copy, is named by log and entry', async () => {
  const tree = h.seeded.customers['Helvetia Pharma']
  const superuser = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
  try {
    await superuser`set session_replication_role = replica`
    const of = superuser`(select event_id from audit_leaf where tree = ${tree} and seq = 2)`
    await superuser`update audit_event set canonical = canonical || ' ' where id = ${of}`
    expect((await compared()).differences).toEqual([
      { tree, seq: 2, says: 'the database has another event than the copy' },
    ])
    await superuser`update audit_event set canonical = substr(canonical, 1, length(canonical) - 1) where id = ${of}`
    const [last] = await superuser`delete from audit_leaf where (tree, seq) in
      (select tree, max(seq) from audit_leaf where tree = ${tree} group by tree) returning *`
    expect((await compared()).differences).toEqual([
      { tree, seq: Number(last?.seq), says: 'the copy has it, and the database does not' },
    ])
    await superuser`insert into audit_leaf ${superuser(last ?? {})}`
    expect((await compared()).differences).toEqual([])
  } finally {
    await superuser.end()
  }
  const [file] = (await readdir(folder)).filter((one) => one.startsWith(tree))
  const path = join(folder, file ?? '')
  const text = await readFile(path, 'utf8')
  await chmod(path, 0o640)
  await writeFile(path, text.replace('"deviceSeq":null', '"deviceSeq":7'))
  expect((await compared()).differences[0]).toMatchObject({
    tree,
    says: `from here on the copy was changed or cut off, in ${file}`,
  })
  await writeFile(path, text)
})

test('AL14 AL21 a checkpoint taken out of the copy is named, also where the hash of its file was made to fit', async () => {
  const tree = copyName(theMakerItself, 1)
  await happen()
  await settle()
  const ofTree = async () => (await segmentsIn(folder)).filter((one) => one.tree === tree)
  const found = await ofTree()
  // Those that were cut off above have been written again beside themselves.
  const whole = await Promise.all(found.map((one) => readSegment(folder, one)))
  const [first, last] = [found.find((_, at) => whole[at]), found.at(-1)]
  if (!first || !last || first === last) throw new Error('the log has one file alone')
  for (const { file, first: from } of [first, last])
    for (const hash of ['as it was', 'that fits']) {
      const path = join(folder, file)
      const text = await readFile(path, 'utf8')
      const lines = text.split('\n').filter((line) => !line.startsWith('{"checkpoint":'))
      const entries = lines.filter((line) => line.includes('"event"')).map((line): Copied => JSON.parse(line))
      await chmod(path, 0o640)
      await writeFile(path, hash === 'that fits' ? segmentText(entries, undefined) : lines.join('\n'))
      expect((await compared()).differences, `${file}, a hash ${hash}`).toEqual([
        { tree, seq: from, says: `from here on the copy was changed or cut off, in ${file}` },
      ])
      await writeFile(path, text)
    }
  // Another process writes beside it what it lacks.
  const path = join(folder, last.file)
  const text = await readFile(path, 'utf8')
  const lines = text.split('\n').filter((line) => line.includes('"event"'))
  const entries = lines.map((line): Copied => JSON.parse(line))
  await writeFile(path, segmentText(entries, undefined))
  h.house.bus = { ...h.house.bus }
  await settle()
  expect((await compared()).differences).toEqual([])
  expect((await ofTree()).length).toBeGreaterThan(found.length)
})

test('AL14 AL21 a full file at the end of the copy whose checkpoint was taken out is named', async () => {
  await settle()
  const tree = copyName(theMakerItself, 1)
  await h.house.db.transaction((tx) =>
    append(
      tx,
      h.house.clock.now(),
      Array.from({ length: fullSegment }, () =>
        entry({ by: bySystem, event: 'customer.added', fields: { customer: 'one' }, about: { customerId: null } }),
      ),
    ),
  )
  await vi.waitFor(async () => {
    await sequence(h.house)
    expect(await h.house.db.select().from(auditPending)).toEqual([])
  }, patience)
  await signAll(h.house)
  await copyLogs.run(h.house)
  const last = (await segmentsIn(folder)).findLast((one) => one.tree === tree)
  const read = last && (await readSegment(folder, last))
  if (!last || read?.entries.length !== fullSegment) throw new Error('it was copied otherwise')
  expect((await compared()).differences).toEqual([])
  const path = join(folder, last.file)
  const text = await readFile(path, 'utf8')
  await chmod(path, 0o640)
  await writeFile(path, segmentText(read.entries, undefined))
  expect((await compared()).differences).toEqual([
    { tree, seq: last.first, says: 'from here on no signed checkpoint says that the copy is right' },
  ])
  await writeFile(path, text)
})

/** The database, where something happens right after it was asked which logs there are. */
const afterLogs = (happens: () => Promise<unknown>): Db =>
  new Proxy(h.house.db, {
    get: (db, name) => {
      if (name !== 'select') return Reflect.get(db, name)
      const logs = async () => {
        const trees = await db.select().from(auditTree)
        await happens()
        return trees
      }
      return () => ({ from: (table: PgTable) => (table === auditTree ? logs() : db.select().from(table)) })
    },
  })

test('AL14 AL21 what comes into the copy while it is compared is no difference, and is compared the next time', async () => {
  await settle()
  const before = (await segmentsIn(folder)).length
  const signer = await signerOf(h.house)
  const size = (logs: readonly ComparedLog[]) => logs.find(({ of }) => of === theMakerItself)?.copied ?? 0
  const meanwhile = async () => {
    // Another log than any that was there, and more of one that was.
    expect((await (await h.as('administrator')).post('/api/customers', { name: 'Meanwhile' })).status).toBe(201)
    await settle()
    expect((await segmentsIn(folder)).length).toBeGreaterThan(before + 1)
  }
  const first = await compareCopy(afterLogs(meanwhile), signer, folder)
  expect(first.differences).toEqual([])
  const second = await compared()
  expect(second.differences).toEqual([])
  expect(second.logs.length).toBe(first.logs.length + 1)
  expect(size(second.logs)).toBeGreaterThan(size(first.logs))
})

test('AL20 AL21 a copy that falls behind is told to administrators, stops nobody, and catches up by itself', async () => {
  await settle()
  await rename(folder, `${folder}-away`)
  await happen()
  await vi.waitFor(async () => {
    await sequence(h.house)
    expect(await h.house.db.select().from(auditPending)).toEqual([])
  }, patience)
  await signAll(h.house)
  h.clock.advance(seconds(61))
  await watchLimits.run(h.house)
  await watchLimits.run(h.house)
  const ruth = await h.as('administrator')
  const limits = async () => (await ruth.get<LimitsView>('/api/limits')).body.limits
  expect(await limits()).toMatchObject([{ kind: 'copy', stops: false }])
  expect((await ruth.post('/api/customers', { name: 'All the same' })).status).toBe(201)
  await rename(`${folder}-away`, folder)
  await settle()
  await watchLimits.run(h.house)
  expect(await limits()).toEqual([])
})

/** The same house in a process that has only just begun. */
const justBegun = (): House => Object.assign(Object.create(h.house), { bus: { ...h.house.bus } })
const limitsOf = async (house: House) => {
  await watchLimits.run(house)
  await watchLimits.run(house)
  return stateOf(house).reached.map(({ kind }) => kind)
}

test('AL20 how far the log is behind is measured while the copy is still being read, however long that takes', async () => {
  await settle()
  const slow = join(folder, `${copyName(theMakerItself, 1)}.000000000000-999999999999.1.segment`)
  // Whoever reads it waits until somebody writes to it.
  await promisify(execFile)('mkfifo', [slow])
  const house = justBegun()
  const copying = copyLogs.run(house)
  try {
    expect(await limitsOf(house)).toEqual([])
    h.clock.advance(seconds(61))
    expect(await limitsOf(house)).toEqual(['copy'])
  } finally {
    const writer = await open(slow, 'r+')
    await rm(slow)
    await writer.close()
    await copying
  }
  expect(await limitsOf(house)).toEqual([])
}, 10_000)

test('AL21 that the copy is behind stays told until whoever begins anew has looked', async () => {
  await settle()
  await rename(folder, `${folder}-away`)
  const house = justBegun()
  await expect(copyLogs.run(house)).rejects.toThrow('ENOENT')
  expect(await limitsOf(house)).toEqual(['copy'])
  await rename(`${folder}-away`, folder)
  const next = justBegun()
  expect(await limitsOf(next)).toEqual(['copy'])
  await copyLogs.run(next)
  expect(await limitsOf(next)).toEqual([])
})
