import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { base64, utf8 } from '@gatehouse/shared/audit/bytes'
import { openCheckpoint } from '@gatehouse/shared/audit/checkpoint'
import { emptyTree, type Frontier, append as grow, rootOf, treeHasher } from '@gatehouse/shared/audit/tree'
import { proveConsistency, verifyConsistency } from '@gatehouse/shared/audit/tree-proofs'
import { asc, eq } from 'drizzle-orm'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { primitives, sha256 } from '../../kernel/audit/platform.ts'
import { auditCheckpoint, auditPending, auditTree } from '../../kernel/audit/tables.ts'
import { inProcessBus } from '../../kernel/bus.ts'
import type { House } from '../../kernel/house.ts'
import { newId } from '../../kernel/ids.ts'
import { openKeys } from '../../kernel/keys.ts'
import { temporaryFolder } from '../../testing/cluster.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { checkTree } from '../integrity/check.ts'
import { auditFault } from '../integrity/tables.ts'
import { checkpointTree, restsFor, signCheckpoints, signTrees } from './checkpoints.ts'
import { sequence } from './sequencer.ts'
import { openSigner, type Signed } from './signer.ts'
import { nodesIn } from './trees.ts'

let h: TestHouse
let owner: Sql
let tree: string
beforeAll(async () => {
  h = await openTestHouse()
  tree = h.seeded.customers['Helvetia Pharma']
  owner = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
})
afterAll(async () => {
  await owner.end()
  await h.close()
})

const { leaf } = treeHasher(sha256)

const shown = (signed: Signed | undefined) => signed && { size: signed.size, root: base64(signed.root) }

/** Trees in memory, for the signer alone. */
const treesOf = (words: readonly string[]) => {
  const nodes = new Map<string, Uint8Array>()
  let frontier: Frontier = emptyTree
  for (const word of words) {
    const done = grow(sha256, frontier, [leaf(utf8(word))])
    frontier = done.frontier
    for (const { level, index, hash } of done.nodes) nodes.set(`${level} ${index}`, hash)
  }
  return {
    signed: { size: frontier.size, root: rootOf(sha256, frontier) },
    proofFrom: (earlier: number) =>
      proveConsistency(
        sha256,
        async (wanted) => wanted.map(({ level, index }) => nodes.get(`${level} ${index}`) as Uint8Array),
        earlier,
        frontier.size,
      ),
  }
}

describe('AL12 the signer', () => {
  const words = (count: number, from = 'event') => Array.from({ length: count }, (_, n) => `${from} ${n}`)

  test('signs what continues what it signed, and opens under its key and name', async () => {
    const [signer, of] = [await openSigner(h.house), newId()]
    const [small, large] = [treesOf(words(5)), treesOf(words(12))]
    const first = await signer.sign(of, small.signed, [])
    expect(shown(openCheckpoint(primitives, first, signer.keyOf(of)).checkpoint)).toEqual(shown(small.signed))
    expect(() => openCheckpoint(primitives, first, signer.keyOf(newId()))).toThrow('it is a checkpoint of')
    await signer.sign(of, large.signed, await large.proofFrom(5))
    expect(shown(await signer.last(of))).toEqual(shown(large.signed))
    // The same once more is no other tree.
    await signer.sign(of, large.signed, [])
  })

  test('signs no smaller tree, no other one of the same size, and none with another beginning', async () => {
    const of = newId()
    const large = treesOf(words(12))
    await (await openSigner(h.house)).sign(of, large.signed, [])
    // Its memory is on the disk, not in the process.
    const signer = await openSigner(h.house)
    const forked = treesOf([...words(11), 'another'])
    const longer = treesOf([...words(3), 'another', ...words(20, 'more')])
    const refused = { name: 'Error', signedSize: 12 }
    await expect(signer.sign(of, treesOf(words(11)).signed, [])).rejects.toMatchObject(refused)
    await expect(signer.sign(of, forked.signed, [])).rejects.toMatchObject(refused)
    await expect(signer.sign(of, longer.signed, await longer.proofFrom(12))).rejects.toMatchObject(refused)
    await expect(signer.sign(of, treesOf(words(13)).signed, [])).rejects.toMatchObject(refused)
    expect(shown(await signer.last(of))).toEqual(shown(large.signed))
  })

  test('believes no memory that it did not sign', async () => {
    const of = newId()
    await (await openSigner(h.house)).sign(of, treesOf(words(12)).signed, [])
    const path = join(h.house.settings.dataDir, 'log', `${of}.checkpoint`)
    await writeFile(path, (await readFile(path, 'utf8')).replace('\n12\n', '\n3\n'))
    await expect((await openSigner(h.house)).last(of)).rejects.toThrow()
  })
})

const happen = async (times: number): Promise<void> => {
  await h.house.db.transaction((tx) =>
    append(
      tx,
      h.clock.now(),
      Array.from({ length: times }, () =>
        entry({ by: bySystem, event: 'customer.added', fields: { customer: 'one' }, about: { customerId: tree } }),
      ),
    ),
  )
  await expect
    .poll(async () => {
      await sequence(h.house)
      return h.house.db.select().from(auditPending)
    })
    .toEqual([])
}

/** As `checkpointTree`, when the house itself is not at it in this moment. */
const checkpointNow = async (...of: Parameters<typeof checkpointTree>) => {
  for (;;) {
    const done = await checkpointTree(...of)
    if (done.outcome === 'signed') return done
  }
}

const checkpoints = () =>
  h.house.db.select().from(auditCheckpoint).where(eq(auditCheckpoint.tree, tree)).orderBy(asc(auditCheckpoint.size))

describe('checkpoints of the trees in the database', () => {
  test('follow the trees as they grow, each signed', async () => {
    await happen(7)
    await checkpointNow(h.house, tree)
    await happen(9)
    await checkpointNow(h.house, tree)
    const rows = (await checkpoints()).slice(-2)
    const signer = await openSigner(h.house)
    const sizes = rows.map(({ note }) => openCheckpoint(primitives, utf8(note), signer.keyOf(tree)).checkpoint.size)
    expect(sizes).toEqual(rows.map(({ size }) => size))
    expect((sizes[1] ?? 0) - (sizes[0] ?? 0)).toBe(9)
  })

  test('are made of a tree every ten seconds at most, unless somebody asks for one', async () => {
    const before = (await checkpoints()).length
    await checkpointNow(h.house, tree)
    const at = async () => (await checkpoints()).map((one) => one.at)
    for (let time = 0; time < 5; time++) {
      await happen(1)
      await signCheckpoints.run(h.house)
    }
    const times = (await at()).slice(before)
    for (const [nth, one] of times.entries())
      if (nth > 0) expect(one - (times[nth - 1] ?? 0)).toBeGreaterThanOrEqual(restsFor)
    await signTrees(h.house, [tree])
    const signed = await at()
    h.clock.advance(restsFor)
    await happen(1)
    await expect
      .poll(async () => {
        await signCheckpoints.run(h.house)
        return (await at()).length
      })
      .toBe(signed.length + 1)
  })

  test('AL13 a database from yesterday is found out, also after it has grown beyond what it was', async () => {
    await happen(5)
    await signTrees(h.house, [tree])
    const signed = (await checkpoints()).at(-1)?.size ?? 0
    const cut = signed - 4
    // What a superuser does who puts an older copy in the place of the newest.
    await owner.unsafe(`
      set session_replication_role = replica;
      delete from audit_checkpoint where tree = '${tree}' and size > ${cut};
      delete from audit_leaf where tree = '${tree}' and seq >= ${cut};
      delete from audit_node where tree = '${tree}' and ("index" + 1) * (1 << level) > ${cut};
      update audit_tree set size = ${cut} where tree = '${tree}';
      reset session_replication_role`)
    await expect(checkpointNow(h.house, tree)).rejects.toMatchObject({ signedSize: signed })
    await happen(20)
    await expect(checkpointNow(h.house, tree)).rejects.toMatchObject({ signedSize: signed })
    // The job goes on with the other trees, and signs nothing of this one.
    await signTrees(h.house, [tree])
    expect((await checkpoints()).every(({ size }) => size <= cut)).toBe(true)
  })
})

describe('AL12 the memory of the signer', () => {
  const folder = () => join(h.house.settings.dataDir, 'log')
  const file = () => join(folder(), `${tree}.checkpoint`)
  const toldOf = async (of = tree) =>
    (await h.house.db.select().from(auditFault).where(eq(auditFault.tree, of))).map(({ says }) => says)
  const gone = "the signer's memory of it is gone; it went on from the newest checkpoint in the database"

  // The tree above was altered: this is another customer's.
  beforeAll(() => {
    tree = h.seeded.customers['Great Lakes Foods']
  })

  test('is not begun anew in silence: what goes on is what the database says was signed, and it is told', async () => {
    await happen(3)
    await signTrees(h.house, [tree])
    const before = (await checkpoints()).at(-1)?.size ?? 0
    await rm(folder(), { recursive: true })
    await happen(3)
    await expect
      .poll(async () => {
        await signTrees(h.house, [tree])
        return (await checkpoints()).at(-1)?.size ?? 0
      })
      .toBeGreaterThan(before)
    await expect.poll(toldOf).toContain(gone)
    expect((await (await openSigner(h.house)).last(tree))?.size).toBeGreaterThan(before)
  })

  test('where it is gone, no tree is signed that does not continue the newest checkpoint', async () => {
    // Meanwhile nothing is put into a tree.
    await owner.unsafe('select pg_advisory_lock(5530928817340912)')
    await expect.poll(async () => (await checkpointTree(h.house, tree)).outcome).toBe('signed')
    const signed = (await checkpoints()).at(-1)?.size ?? 0
    await owner.unsafe(`
      set session_replication_role = replica;
      create table kept_nodes as table audit_node;
      update audit_node set hash = sha256(hash) where tree = '${tree}';
      reset session_replication_role`)
    await rm(file())
    await expect(checkpointNow(h.house, tree)).rejects.toMatchObject({ signedSize: signed })
    await owner.unsafe(`
      set session_replication_role = replica;
      delete from audit_node; insert into audit_node table kept_nodes; drop table kept_nodes;
      reset session_replication_role`)
    await owner.unsafe('select pg_advisory_unlock(5530928817340912)')
  })

  test('that cannot be read stops the signing of its tree, and of no other', async () => {
    await signTrees(h.house, [tree])
    await expect.poll(async () => (await checkpointTree(h.house, tree)).outcome).toBe('signed')
    const note = await readFile(file(), 'utf8')
    await writeFile(file(), note.slice(0, 40))
    const before = (await checkpoints()).at(-1)?.size ?? 0
    await happen(2)
    await signTrees(h.house, [tree])
    expect((await checkpoints()).at(-1)?.size).toBe(before)
    await expect.poll(toldOf).toContain("the signer's memory of it cannot be read")
    expect((await checkTree(h.house, tree)).faults).toContainEqual({
      seq: null,
      says: "the signer's memory of it cannot be read",
    })
    await writeFile(file(), note)
    await expect
      .poll(async () => {
        await signTrees(h.house, [tree])
        return (await checkpoints()).at(-1)?.size ?? 0
      })
      .toBeGreaterThan(before)
  })

  test('of two folders on one database makes no fork: each goes on from what the other signed', async () => {
    const elsewhere = await temporaryFolder('signer')
    const other: House = {
      ...h.house,
      settings: { ...h.house.settings, dataDir: elsewhere.path },
      bus: inProcessBus(),
    }
    try {
      for (const house of [other, h.house, other, h.house]) {
        await happen(2)
        await expect.poll(async () => (await checkpointTree(house, tree)).outcome).toBe('signed')
      }
      const signer = await openSigner(h.house)
      const opened = (await checkpoints()).map(
        ({ note }) => openCheckpoint(primitives, utf8(note), signer.keyOf(tree)).checkpoint,
      )
      for (const [at, later] of opened.entries()) {
        const earlier = opened[at - 1]
        if (!earlier) continue
        const proof = await proveConsistency(sha256, nodesIn(h.house.db, tree), earlier.size, later.size)
        expect(verifyConsistency(sha256, earlier, later, proof)).toBe(true)
      }
      // A folder with another key signs nothing that this one began.
      const stranger: House = {
        ...other,
        bus: inProcessBus(),
        keys: await openKeys(join(elsewhere.path, 'own'), undefined),
        settings: { ...other.settings, dataDir: join(elsewhere.path, 'own') },
      }
      await happen(1)
      await expect(checkpointNow(stranger, tree)).rejects.toThrow('not one that this signer signed')
    } finally {
      await elsewhere.remove()
    }
  })

  test('is one living process’s: a second one in the same folder signs nothing, and takes over when the first is gone', async () => {
    const first = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', claiming(folder())], {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await rm(join(folder(), 'owner.json'), { force: true })
      await once(first.stdout, 'data')
      await happen(1)
      expect((await checkpointTree(h.house, tree)).outcome).toBe('unsigned')
      const [row] = await h.house.db.select().from(auditTree).where(eq(auditTree.tree, tree))
      expect((await checkpoints()).at(-1)?.size).toBeLessThan(row?.size ?? 0)
    } finally {
      first.kill('SIGKILL')
      await once(first, 'exit')
    }
    await expect.poll(async () => (await checkpointTree(h.house, tree)).outcome).toBe('signed')
  })
})

/** A program that claims a folder, says so, and lives until it is killed. */
const claiming = (path: string): string => `
  import { claim } from './src/kernel/database/embedded-owner.ts'
  import { rm } from 'node:fs/promises'
  for (let done = false; !done; ) {
    await rm(${JSON.stringify(join(path, 'owner.json'))}, { force: true })
    done = await claim(${JSON.stringify(path)}).then(() => true, () => false)
  }
  console.log('mine')
  setInterval(() => {}, 1000)`
