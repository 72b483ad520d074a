import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { signCheckpoint } from '@gatehouse/shared/audit/checkpoint'
import { keyOfEpoch, restoresIn } from '@gatehouse/shared/audit/epoch'
import { verify } from '@gatehouse/shared/audit/verify'
import type { AuditEventView } from '@gatehouse/shared/views/audit'
import type { Page } from '@gatehouse/shared/views/basics'
import type { ExportView } from '@gatehouse/shared/views/exports'
import { and, eq, isNull } from 'drizzle-orm'
import postgres, { type Sql, type TransactionSql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { demoPeople } from '../../demo/people.ts'
import { bySystem } from '../../kernel/actor.ts'
import { entry } from '../../kernel/audit/append.ts'
import { primitives, sha256 } from '../../kernel/audit/platform.ts'
import { auditLeaf, auditLine, auditPending, auditTree } from '../../kernel/audit/tables.ts'
import { note } from '../../kernel/change.ts'
import { temporaryFolder } from '../../testing/cluster.ts'
import { command, commandIn, commandKilled } from '../../testing/command.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { mailsTo } from '../../testing/mailed.ts'
import { copyLogs as copyDatabase, putLogsBack } from '../../testing/put-back.ts'
import { signAll } from '../../testing/signing.ts'
import { signerLock, signTrees } from '../audit/checkpoints.ts'
import { newestCheckpoint, signerOf } from '../audit/door.ts'
import { sequence } from '../audit/sequencer.ts'
import { compareCopy } from '../audit-copy/compare.ts'
import { copyLogs } from '../audit-copy/job.ts'
import { saidOfCopy } from '../audit-copy/said.ts'
import { fetchFile, pinnedKey, unzipped } from '../exports/testing/reading.ts'
import { checkTree } from './check.ts'
import { auditFault } from './tables.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })
const patience = { timeout: 20_000 }

let h: TestHouse
let superuser: Sql
let copyFolder: Awaited<ReturnType<typeof temporaryFolder>>
let tree: string
/** How many entries were signed, and of which epoch, when each copy of the database was taken. */
const at: Record<string, number> = {}
/** What was signed of the log in its first epoch, when the second copy was taken. */
let tuesdaysNote = ''

const happen = (times: number) =>
  note(
    h.house,
    Array.from({ length: times }, () => [
      entry({ by: bySystem, event: 'customer.added', fields: { customer: 'one' }, about: { customerId: tree } }),
      entry({ by: bySystem, event: 'model.added', fields: { model: 'one' } }),
    ]).flat(),
  )
const sizeNow = async () => (await h.house.db.select().from(auditTree).where(eq(auditTree.tree, tree)))[0]?.size ?? 0
const last = async () => (await signerOf(h.house)).last(tree)
/** Until all has its place and the signer, memory and database, is as far as the log; how many entries that is. */
const signedWhole = async (): Promise<number> => {
  await vi.waitFor(async () => {
    await sequence(h.house)
    expect(await h.house.db.select().from(auditPending)).toEqual([])
    await signAll(h.house)
    const newest = await newestCheckpoint(h.house.db, tree)
    expect(newest?.note.split('\n', 1)[0]).toBe((await signerOf(h.house)).keyOf(tree).name)
    expect([newest?.size, (await last())?.size]).toEqual([await sizeNow(), await sizeNow()])
  }, patience)
  return sizeNow()
}
const copy = async (name: string) => {
  at[name] = await signedWhole()
  await superuser.begin('isolation level repeatable read', (tx) => copyDatabase(tx, name))
}
const restored = async (reason?: string, by = 'Ruth Vogel') =>
  command(h, 'restored', ...(reason ? ['--all', '--by', by, '--reason', reason] : []))
const epoch = async () => (await (await signerOf(h.house)).epochsOf(tree)).length + 1
const told = (of: string | null) =>
  h.house.db
    .select({ id: auditLine.id, fields: auditLine.fields })
    .from(auditLine)
    .where(
      and(
        eq(auditLine.event, 'log.restored'),
        of === null ? isNull(auditLine.customerId) : eq(auditLine.customerId, of),
      ),
    )
const faults = async () =>
  (await h.house.db.select().from(auditFault).where(eq(auditFault.tree, tree))).map(({ says }) => says)
const logFolder = () => join(h.house.settings.dataDir, 'log')
/** Keeps what the signer remembers of the log now, under a name; and puts that in the place of what it remembers. */
const keepMemory = async (name: string) => {
  await mkdir(join(copyFolder.path, name), { recursive: true })
  for (const one of await inLog(/./)) await copyFile(join(logFolder(), one), join(copyFolder.path, name, one))
}
const putMemoryBack = async (name: string) => {
  for (const one of await inLog(/./)) await rm(join(logFolder(), one))
  for (const one of await readdir(join(copyFolder.path, name)))
    await copyFile(join(copyFolder.path, name, one), join(logFolder(), one))
}
const inLog = async (ending: RegExp) =>
  (await readdir(logFolder())).filter((name) => name.startsWith(tree) && ending.test(name))
/** Puts a copy back while nobody signs, so that whatever `work` begins is not signed before it is over. */
const unsigned = async (work: () => Promise<unknown>) => {
  try {
    await superuser`select pg_advisory_lock(${signerLock}::bigint)`
    await work()
  } finally {
    await superuser`select pg_advisory_unlock(${signerLock}::bigint)`
  }
}

beforeAll(async () => {
  copyFolder = await temporaryFolder('restored')
  const outside = join(copyFolder.path, 'outside')
  await mkdir(outside)
  h = await openTestHouse({ GATEHOUSE_AUDIT_COPY: outside })
  superuser = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
  await superuser`set session_replication_role = replica`
  tree = h.seeded.customers['Helvetia Pharma']
  await happen(5)
  await copy('monday')
  await keepMemory('of monday')
  await happen(6)
  await copy('tuesday')
  tuesdaysNote = (await newestCheckpoint(h.house.db, tree))?.note ?? ''
  await happen(7)
  at.signed = await signedWhole()
  await keepMemory('of the first epoch')
  await copyLogs.run(h.house)
})
afterAll(async () => {
  await superuser.end()
  await h.close()
  await copyFolder.remove()
})

describe('AL13 AL14 `gatehouse restored`', () => {
  const altered: [string, (string | undefined)[], (sql: TransactionSql) => Promise<unknown>][] = [
    [
      'its tree is another',
      ['I say so'],
      (sql) => sql`update audit_node set hash = sha256('x') where tree = ${tree} and level > 0`,
    ],
    [
      'its newest checkpoint says more than was signed',
      [undefined, 'I say so'],
      (sql) => sql`update audit_checkpoint set note = replace(note, ${`\n${at.monday}\n`}, ${`\n${at.signed}\n`})
        where tree = ${tree} and size = ${at.monday ?? 0}`,
    ],
  ]
  test.each(altered)(
    'says ALTERED of what is no older copy, and lets it go on for no reason: %s',
    async (_, reasons, alter) => {
      await putLogsBack(superuser, 'monday', alter)
      for (const reason of reasons) {
        const { code, said } = await restored(reason)
        expect(code).toBe(1)
        expect(said).toMatch(
          /Helvetia Pharma: signed at \d+ .*\n {2}It is no older copy of what was signed: it was ALTERED/,
        )
        expect(said).not.toMatch(/Helvetia Pharma: .*\n {2}(The first|It goes on)/)
      }
      expect(await told(tree)).toEqual([])
      expect([await epoch(), (await last())?.size]).toEqual([1, at.signed])
      await signTrees(h.house, [tree])
      expect((await last())?.size).toBe(at.signed)
    },
  )

  test('says ALTERED of single entries whose tree is what was signed: it goes on, and they stay faults', async () => {
    await putLogsBack(
      superuser,
      'monday',
      (sql) => sql`update audit_event set outcome = 'failed', canonical = convert_to(replace(
          convert_from(canonical, 'UTF8'), '"outcome":"done"', '"outcome":"failed"'), 'UTF8')
        where id = (select event_id from audit_leaf where tree = ${tree} and seq = 2)`,
    )
    const { code, said } = await restored()
    expect([code, said]).toEqual([0, expect.stringContaining(`The first ${at.monday} are as they were signed`)])
    expect(said).toMatch(
      /Helvetia Pharma: .*\n.*\n {2}But 1 of them is ALTERED since: the check of the log names each\./,
    )
    expect(said.match(/ALTERED/g)).toHaveLength(1)
  })

  test('killed between the event and the epoch it goes on where it stopped: one event, one epoch, one mail to each', async () => {
    await putLogsBack(superuser, 'monday')
    // Whoever writes into a pipe that nobody reads waits: it is killed there and nowhere else.
    const pipe = join(h.house.settings.dataDir, 'log', `${tree}.2.epoch.new`)
    await promisify(execFile)('mkfifo', [pipe])
    const begins = ['restored', '--all', '--by', 'Ruth Vogel', '--reason', 'the disk failed']
    const written = () => vi.waitFor(async () => expect(await told(tree)).toHaveLength(1), patience)
    await commandKilled(h, written, ...begins)
    await rm(pipe)
    expect([await epoch(), await inLog(/epoch$/)]).toEqual([1, []])
    const mailed = async () =>
      (await mailsTo(h.house, demoPeople.approver.email)).filter(({ subject }) =>
        /goes on after a restore/.test(subject),
      )
    expect(await mailed()).toHaveLength(1)
    const before = await told(tree)
    const { code, said } = await restored('another reason', 'Somebody else')
    expect([code, said]).toEqual([0, expect.stringContaining('It goes on as epoch 2.')])
    expect(said).toContain('It was begun before, and cut off: what Ruth Vogel said then stays, “the disk failed”.')
    expect(await told(tree)).toEqual(before)
    expect((await told(null)).filter(({ fields }) => fields.customer === 'Helvetia Pharma')).toHaveLength(1)
    expect(await mailed()).toHaveLength(1)
    expect([await epoch(), await inLog(/epoch$/)]).toEqual([2, [`${tree}.2.epoch`]])
    await happen(8)
    at.second = await signedWhole()
    expect((await restored('once more')).said).toContain('Every audit log is what was signed.')
    expect(await told(tree)).toHaveLength(1)
    await copyLogs.run(h.house)
  })

  test('a second restore that loses the event of the first, before anything of its epoch was signed, is found, told and gone on from', async () => {
    await unsigned(async () => {
      await putLogsBack(superuser, 'monday')
      expect((await restored('the disk failed again')).said).toMatch(
        /Helvetia Pharma: .*\n.*\n {2}It goes on as epoch 3/,
      )
    })
    // What was put back holds all that was signed of epoch 3, which is what was kept; and nothing tells of it.
    await putLogsBack(superuser, 'monday')
    await happen(1)
    await vi.waitFor(async () => {
      await sequence(h.house)
      await signTrees(h.house, [tree])
      expect(await faults()).toEqual(['what was written down of the restore that began epoch 3 is not there any more'])
    }, patience)
    const looked = await restored()
    expect(looked.said).toMatch(
      new RegExp(
        `Helvetia Pharma: .*\\n {2}The first ${at.monday} are as they were signed; 0 signed ones are lost.\\n {2}What was written down of the restore before is not in it any more`,
      ),
    )
    expect((await restored('put back twice')).said).toMatch(/It goes on as epoch 4/)
    at.fourth = await signedWhole()
    const signer = await signerOf(h.house)
    const newest = signer.open(tree, Buffer.from((await newestCheckpoint(h.house.db, tree))?.note ?? ''))
    expect(restoresIn(newest).map((one) => [one.epoch, one.kept.size, one.signed.size])).toEqual([
      [2, at.monday, at.signed],
      [3, at.monday, at.second],
      [4, at.monday, at.monday],
    ])
    expect((await checkTree(h.house, tree)).faults).toEqual([])
  })

  test('a newer copy of an earlier epoch keeps only what all epochs have in common', async () => {
    await happen(30)
    at.fourth = await signedWhole()
    await copyLogs.run(h.house)
    await putLogsBack(superuser, 'tuesday')
    const { said } = await restored('another backup')
    expect(said).toMatch(
      new RegExp(
        `Helvetia Pharma: signed at ${at.fourth} .* ${at.tuesday} are there.\\n {2}The first ${at.monday} are as they were signed; ${at.fourth - (at.monday ?? 0)} signed ones are lost.\\n {2}It goes on as epoch 5`,
      ),
    )
    await signedWhole()
    expect((await checkTree(h.house, tree)).faults).toEqual([])
    expect(await faults()).not.toContainEqual(expect.stringContaining('epoch'))
  })

  test('after all of them an entry, a bundle and the copy outside say what is right', async () => {
    const clara = await h.as('approver')
    const size = await signedWhole()
    // An entry from before, one that came back with the newer copy, and the one that tells of the last restore.
    const [event] = (await told(tree)).filter(({ fields }) => fields.epoch === 5)
    const seqs = [1, (at.monday ?? 0) + 1]
    const leaves = await h.house.db.select().from(auditLeaf).where(eq(auditLeaf.tree, tree))
    for (const id of [...seqs.map((seq) => leaves.find((one) => one.seq === seq)?.eventId), event?.id]) {
      const { body } = await clara.get<AuditEventView>(`/api/audit/${id}`)
      expect(body.proven).toEqual({ altered: null, signed: { size: expect.any(Number), at: expect.any(Number) } })
      expect(body.proven?.signed?.size).toBeGreaterThanOrEqual(size)
    }
    await vi.waitFor(async () => {
      await signedWhole()
      await copyLogs.run(h.house)
      const signer = await signerOf(h.house)
      const { logs, differences } = await compareCopy(h.house.db, signer, h.house.settings.auditCopy ?? '')
      expect(differences).toEqual([])
      expect(
        logs.filter((one) => one.tree.startsWith(tree)).map((one) => [one.tree.slice(tree.length), one.lost]),
      ).toEqual([
        ['', (at.signed ?? 0) - (at.monday ?? 0)],
        [expect.stringMatching(/2$/), (at.second ?? 0) - (at.monday ?? 0)],
        [expect.stringMatching(/3$/), 0],
        [expect.stringMatching(/4$/), (at.fourth ?? 0) - (at.monday ?? 0)],
        [expect.stringMatching(/5$/), 0],
      ])
    }, patience)
    const key = await pinnedKey(h.house, tree)
    const bundle = await made(clara, 'first')
    expect(verify(primitives, bundle, { pinnedKey: key }).checks.filter(({ result }) => result === 'failed')).toEqual(
      [],
    )
    // Of the checkpoint that the newer copy had, only what is kept can be proven, and that is said.
    const refused = await ended(clara, await askFor(clara, { note: tuesdaysNote }))
    expect(refused.error).toMatch(
      new RegExp(
        `is of before the restore of .* UTC: of these the first ${at.monday} are kept, and the others are lost`,
      ),
    )
    const against = verify(primitives, bundle, { pinnedKey: key, earlierCheckpoint: Buffer.from(tuesdaysNote) })
    expect(against.checks.filter(({ result }) => result === 'failed')).toMatchObject([
      {
        name: 'earlier',
        failures: [
          { because: expect.stringContaining(`entries ${(at.monday ?? 0) + 1} to ${at.tuesday} of it were lost`) },
        ],
      },
    ])
  })

  test('`gatehouse compare-copy` over all epochs names each, and what was changed in the copy of one that is over', async () => {
    const outside = h.house.settings.auditCopy ?? ''
    const compare = () =>
      commandIn(
        { DATABASE_URL: h.ownerUrl, GATEHOUSE_DATA: h.house.settings.dataDir, GATEHOUSE_AUDIT_COPY: outside },
        'compare-copy',
      )
    /** The same without a process of its own. */
    const inProcess = async () =>
      saidOfCopy(h.house.db, 'Alpenwerk', await compareCopy(h.house.db, await signerOf(h.house), outside))
    const { code, said } = await compare()
    const [kept = 0, first = 0, second = 0] = [at.monday, at.signed, at.second]
    expect([code, said]).toEqual([
      0,
      expect.stringContaining('\nWhat is in the copy is what was signed, and what the database has.\n'),
    ])
    const ours = said.split('\n').filter((line) => line.startsWith('Helvetia Pharma'))
    expect(ours).toEqual([
      `Helvetia Pharma (epoch 1, ended by a restore): ${first} of ${first} entries that were signed in the copy: ${kept} as in the database, ${first - kept} in the copy alone.`,
      `Helvetia Pharma (epoch 2, ended by a restore): ${second} of ${second} entries that were signed in the copy: ${kept} as in the database, ${second - kept} in the copy alone.`,
      `Helvetia Pharma (epoch 3, ended by a restore): 0 of ${kept} entries that were signed in the copy.`,
      expect.stringMatching(/^Helvetia Pharma \(epoch 4, ended by a restore\): \d+ of \d+ entries that were signed/),
      expect.stringMatching(/^Helvetia Pharma \(epoch 5\): \d+ entries in the database, \d+ in the copy/),
    ])

    // As whoever may write there would: a file of the second epoch, with a hash that fits it or without.
    const [file = ''] = (await readdir(outside)).filter((one) => one.startsWith(`${tree}-epoch-2.`))
    const path = join(outside, file)
    const text = await readFile(path, 'utf8')
    await chmod(path, 0o640)
    const lines = text.split('\n').slice(0, -2)
    const entryAt = (seq: number) => lines.findIndex((line) => line.startsWith(`{"seq":${seq},`))
    const changed = async (seq: number, hashed: boolean) => {
      const other = Buffer.from('{"event":"customer.removed"}').toString('base64url')
      const body = `${lines.with(entryAt(seq), JSON.stringify({ seq, deviceSeq: null, event: other })).join('\n')}\n`
      const hash = createHash('sha256')
        .update(hashed ? body : text)
        .digest('hex')
      await writeFile(path, `${body}{"sha256":"${hash}"}\n`)
      const { lines: all, differs } = await inProcess()
      expect([differs, all]).toEqual([
        true,
        expect.not.arrayContaining([expect.stringMatching(/^What is in the copy/)]),
      ])
      return all.filter((line) => line.startsWith('DIFFERENT'))
    }
    const called = 'DIFFERENT  Helvetia Pharma (epoch 2, ended by a restore)'
    const notSigned = expect.stringMatching(/: the copy is not what was signed: one of entries 1 to \d+ is another\.$/)
    // One that only the copy has: what was signed of that epoch tells.
    expect(await changed(second - 1, true)).toEqual([notSigned])
    // One that was kept: the database says as well which it is.
    expect(await changed(2, true)).toEqual([
      `${called}, entry 3: the database has another event than the copy.`,
      notSigned,
    ])
    const wrong = await compare()
    expect([wrong.code, wrong.said]).toEqual([
      1,
      expect.stringContaining(`${called}, entry 3: the database has another event than the copy.\n`),
    ])
    expect(await changed(second - 1, false)).toEqual([
      expect.stringMatching(new RegExp(`, entry \\d+: from here on the copy was changed or cut off, in ${file}\\.$`)),
    ])
    await writeFile(path, text)
    // With an older folder of the signer nobody can say what was kept: that is said, and no log called altered.
    await unsigned(async () => {
      await keepMemory('of now')
      await putMemoryBack('of monday')
      const older = await compare()
      expect([older.code, older.said.split('\n').filter((line) => line.startsWith('DIFFERENT'))]).toEqual([
        1,
        [
          expect.stringMatching(
            /^DIFFERENT {2}Helvetia Pharma: the signer's folder is an older one: it knows of epoch 1/,
          ),
        ],
      ])
      await putMemoryBack('of now')
    })
    expect((await inProcess()).differs).toBe(false)
  })

  test.each([
    // What it remembers is among what is kept: nothing but the epoch shows that it is old.
    'of monday',
    'of the first epoch',
  ])(
    'an older folder of the signer, %s, under the database of a later epoch is named as that, and signs nothing',
    async (older) => {
      await keepMemory('of now')
      const { size } = (await newestCheckpoint(h.house.db, tree)) ?? expect.fail('it is signed')
      await unsigned(() => putMemoryBack(older))
      const before = (await last())?.size
      await happen(2)
      await vi.waitFor(async () => {
        await sequence(h.house)
        expect(await sizeNow()).toBeGreaterThan(size)
      }, patience)
      await signTrees(h.house, [tree])
      const says =
        "the signer's folder is an older one: it knows of epoch 1 of this log, and epoch 5 has been signed; the newest folder has to be put back"
      expect(await faults()).toContain(says)
      // Nothing is signed, neither in the old epoch nor in the new one, and nothing else is said of the log.
      expect([(await newestCheckpoint(h.house.db, tree))?.size, (await last())?.size]).toEqual([size, before])
      expect((await checkTree(h.house, tree)).faults).toEqual([{ seq: null, says }])
      const [event] = (await told(tree)).filter(({ fields }) => fields.epoch === 5)
      const { body } = await (await h.as('approver')).get<AuditEventView>(`/api/audit/${event?.id}`)
      expect(body.proven?.altered).toBe(null)
      const { code, said } = await restored('the log folder was put back')
      expect(code).toBe(1)
      expect(said).toMatch(
        /Helvetia Pharma: .*\n {2}The signer's folder is an older one: it knows of epoch 1, and epoch 5 has been signed with this key\.\n {2}That alone alters nothing/,
      )
      expect(said).toContain(`take the files ${tree}.* out of it`)
      expect(said).not.toMatch(/Helvetia Pharma: .*\n {2}(The first|It is no older copy)/)
      expect(await epoch()).toBe(1)
      // The newest one put back: it goes on as if nothing had been.
      await unsigned(() => putMemoryBack('of now'))
      expect(await signedWhole()).toBeGreaterThan(size)
      expect([await epoch(), (await checkTree(h.house, tree)).faults]).toEqual([5, []])
    },
  )

  test('an older folder that remembers what no later epoch accounts for is evidence, and said so', async () => {
    await keepMemory('of now')
    // As the key alone could make it: more was signed in the first epoch than its restore tells of.
    const root = new Uint8Array(32).fill(7)
    const { key, sign } = { key: (await signerOf(h.house)).keyOf(tree), sign: h.house.keys.log.sign }
    const first = keyOfEpoch(key, 1)
    const size = (at.signed ?? 0) + 1
    const more = await signCheckpoint(sha256, { origin: first.name, size, root }, first, sign)
    await unsigned(async () => {
      await putMemoryBack('of the first epoch')
      await writeFile(join(logFolder(), `${tree}.checkpoint`), more)
    })
    const says = `the signer remembers what epoch 5 of this log does not account for: ${size} entries had been signed before the restore, and it tells of ${at.signed} only`
    expect((await checkTree(h.house, tree)).faults).toEqual([{ seq: null, says }])
    const { code, said } = await restored('the log folder was put back')
    expect([code, said]).toEqual([1, expect.stringMatching(/does not account for: .* One of them was ALTERED/)])
    await unsigned(() => putMemoryBack('of now'))
    await signedWhole()
  })

  test('with the signer’s folder lost it is in the fifth epoch all the same', async () => {
    const before = (await (await signerOf(h.house)).epochsOf(tree)).map(({ kept, signed }) => [kept, signed])
    await unsigned(async () => {
      for (const name of await inLog(/./)) await rm(join(h.house.settings.dataDir, 'log', name))
    })
    await happen(1)
    await signedWhole()
    const signer = await signerOf(h.house)
    expect(signer.keyOf(tree).name).toMatch(/\/5$/)
    expect((await signer.epochsOf(tree)).map(({ kept, signed }) => [kept, signed])).toEqual(before)
    expect(await faults()).toContain(
      "the signer's memory of it is gone; it went on from the newest checkpoint in the database",
    )
  })
})

const askFor = async (who: Visitor, since: 'first' | { note: string }): Promise<string> => {
  const body = { format: 'bundle', filter: '', zone: 'UTC', reason: 'after the restores', since }
  return (await who.post<{ id: string }>('/api/me/exports', body)).body.id
}
const ended = async (who: Visitor, id: string): Promise<ExportView> => {
  const one = async () => (await who.get<Page<ExportView>>('/api/me/exports')).body.rows.find((row) => row.id === id)
  await expect.poll(async () => (await one())?.state, patience).not.toMatch(/queued|running/)
  return (await one()) as ExportView
}
const made = async (who: Visitor, since: 'first') => {
  const { id, state, error } = await ended(who, await askFor(who, since))
  expect([state, error]).toEqual(['done', null])
  return (await unzipped((await fetchFile(h.url, who, id)).bytes)).files
}
