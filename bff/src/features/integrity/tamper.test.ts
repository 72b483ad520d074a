import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { signCheckpoint } from '@gatehouse/shared/audit/checkpoint'
import { entryNumber } from '@gatehouse/shared/audit-faults'
import type { AuditEventView, AuditPage } from '@gatehouse/shared/views/audit'
import type { Page } from '@gatehouse/shared/views/basics'
import type { LogFaultView, LogView, OpenFaultsView } from '@gatehouse/shared/views/integrity'
import { eq } from 'drizzle-orm'
import postgres, { type Sql } from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { demoPeople, type Persona } from '../../demo/people.ts'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { primitives, sha256 } from '../../kernel/audit/platform.ts'
import { auditPending } from '../../kernel/audit/tables.ts'
import { days } from '../../kernel/clock.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import { newIdAt } from '../../kernel/ids.ts'
import { outboxMail } from '../../kernel/outbox/tables.ts'
import { eventsOf } from '../../testing/events.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { copyLogs, putLogsBack } from '../../testing/put-back.ts'
import { signAll } from '../../testing/signing.ts'
import { seedStories } from '../../testing/stories.ts'
import { checkpointTree, signerLock, signerOf } from '../audit/checkpoints.ts'
import { sequence, sequencerLock } from '../audit/sequencer.ts'
import { noteText } from '../audit/signer.ts'
import { checkTree } from './check.ts'
import { orderNightlyChecks, runChecks } from './checks.ts'
import { auditCheck, auditFault } from './tables.ts'

let h: TestHouse
/** Somebody who owns the whole database, and goes past triggers. */
let superuser: Sql
let tree: string
let size: number
/** What the signer remembers, by file. */
let memory: Map<string, Buffer>

const folder = () => join(h.house.settings.dataDir, 'log')

const remembered = async () => {
  const names = (await readdir(folder())).filter((name) => name.endsWith('.checkpoint'))
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(folder(), name))] as const)))
}

/** Everything as it was, while neither sequencer nor signer is at work. */
const putBack = () =>
  putLogsBack(superuser, 'kept', async () => {
    for (const name of (await remembered()).keys()) await rm(join(folder(), name))
    for (const [name, bytes] of memory) await writeFile(join(folder(), name), bytes)
  })

/** Keeps everything as it is at one moment at which nothing waits and all is signed; throws where it is not so. */
const keep = async () => {
  await sequence(h.house)
  await signAll(h.house)
  const locks = [sequencerLock, signerLock]
  await superuser`select pg_advisory_lock(one::bigint) from unnest(${locks}::text[]) one`
  try {
    await superuser.begin('isolation level repeatable read', async (tx) => {
      const [row] = await tx<{ waiting: number; unsigned: number }[]>`
        select (select count(*) from audit_pending)::int as waiting,
          (select count(*) from audit_tree where not exists (select from audit_checkpoint one
            where one.tree = audit_tree.tree and one.size = audit_tree.size))::int as unsigned`
      expect(row).toEqual({ waiting: 0, unsigned: 0 })
      await copyLogs(tx, 'kept')
      const [kept] = await tx<{ size: number }[]>`select size::int from audit_tree where tree = ${tree}`
      size = kept?.size ?? 0
    })
    memory = await remembered()
  } finally {
    await superuser`select pg_advisory_unlock_all()`
  }
}

beforeAll(async () => {
  h = await openTestHouse()
  tree = h.seeded.customers['Helvetia Pharma']
  await seedStories(h)
  const clara = await h.as('approver')
  for (const note of ['one', 'two', 'three'])
    await clara.post(`/api/alarms/${h.seeded.devices['Balance 7']}/acknowledge`, { note })
  superuser = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
  await superuser.unsafe('set session_replication_role = replica')
  await vi.waitFor(keep, { timeout: 20_000 })
  await putBack()
})
afterEach(putBack)
afterAll(async () => {
  await superuser.end()
  await h.close()
})

/** What the next night finds: the check is ordered, done, and ended. */
const night = async () => {
  h.clock.advance(days(1))
  await orderNightlyChecks.run(h.house)
  await expect
    .poll(async () => {
      await runChecks.run(h.house)
      return (await h.house.db.select().from(auditCheck)).filter(({ endedAt }) => endedAt === null)
    })
    .toEqual([])
}

const kindOfEvent = async () =>
  (
    await superuser<{ event: string }[]>`select event from audit_event where id = (
    select event_id from audit_leaf where tree = ${tree} and seq = 3)`
  )[0]?.event

const faultsNow = () => h.house.db.select().from(auditFault).where(eq(auditFault.tree, tree))

const bannerOf = async (who: Persona) =>
  (await (await h.as(who)).get<OpenFaultsView>('/api/log-faults')).body.logs.map(({ name }) => name)

test('AL11 a tree that nobody touched is what its events make: the night finds nothing', async () => {
  expect(size).toBeGreaterThan(8)
  expect((await checkTree(h.house, tree)).faults).toEqual([])
  await night()
  expect(await h.house.db.select().from(auditFault)).toEqual([])
  const mails = await h.house.db.select().from(outboxMail)
  expect(mails.filter(({ subject }) => subject.includes('audit log'))).toEqual([])
  expect(await bannerOf('administrator')).toEqual([])
  const [check] = await h.house.db.select().from(auditCheck).where(eq(auditCheck.tree, tree))
  expect(check).toMatchObject({ faults: 0, askedBy: null, failed: null })
  expect(check?.comparedSize).toBe(check?.size)
})

describe('AL14 what a superuser changes is found in the night, named, and told to both sides', () => {
  const slippedWords = (id: string) => `insert into audit_text (event_id, customer_id, actor_name, fields, openings)
    select '${id}', customer_id, actor_name, fields, openings from audit_text where event_id = ${event(3)}`
  const event = (seq: number) => `(select event_id from audit_leaf where tree = '${tree}' and seq = ${seq})`

  const deeds: [string, () => string, number | null | (() => number), RegExp][] = [
    [
      'an event rewritten',
      () => `update audit_event set canonical = convert_to(replace(convert_from(canonical, 'UTF8'), '"done"', '"dome"'), 'UTF8')
        where id = ${event(3)}`,
      3,
      /its outcome|not what its entry/,
    ],
    [
      'a column beside the evidence',
      () => `update audit_event set outcome = 'failed' where id = ${event(4)}`,
      4,
      /outcome/,
    ],
    [
      'the time of an event',
      () => `update audit_event set at = at - 86400000 where id = ${event(5)}`,
      5,
      /its time, as it is shown/,
    ],
    [
      'a name in the words',
      () => `update audit_text set actor_name = 'Nobody' where event_id = ${event(2)}`,
      2,
      /words/,
    ],
    [
      'a field in the words',
      () => `update audit_text set fields = fields || '{"name": "Nobody"}' where event_id = ${event(2)}`,
      2,
      /words/,
    ],
    [
      'a name put in the place of one that is said to be erased',
      () => `update audit_text set openings = openings - 'actorName', actor_name = 'Clara Meier'
        where event_id = (select event_id from audit_leaf join audit_text using (event_id)
          where tree = '${tree}' and openings ? 'actorName' order by seq limit 1)`,
      null,
      /words/,
    ],
    [
      'the words made those of another customer',
      () =>
        `update audit_text set customer_id = '${h.seeded.customers['Great Lakes Foods']}' where event_id = ${event(5)}`,
      5,
      /its words are those of another customer/,
    ],
    [
      'the words made the maker’s',
      () => `update audit_text set customer_id = null where event_id = ${event(5)}`,
      5,
      /its words are those of another customer/,
    ],
    ['the words thrown away', () => `delete from audit_text where event_id = ${event(5)}`, 5, /words are gone/],
    ['an event thrown away', () => `delete from audit_event where id = ${event(6)}`, 6, /event is gone/],
    ['an entry thrown away', () => `delete from audit_leaf where tree = '${tree}' and seq = 7`, 7, /entry is missing/],
    [
      'the tail cut off',
      () => `delete from audit_leaf where tree = '${tree}' and seq >= ${size - 2}`,
      () => size - 2,
      /the tree has \d+ entries/,
    ],
    [
      'two entries swapped',
      () => `update audit_leaf set seq = -1 where tree = '${tree}' and seq = 3;
        update audit_leaf set seq = 3 where tree = '${tree}' and seq = 4;
        update audit_leaf set seq = 4 where tree = '${tree}' and seq = -1`,
      3,
      /not what its entry/,
    ],
    [
      'a leaf',
      () => `update audit_node set hash = sha256('x') where tree = '${tree}' and level = 0 and index = 1`,
      1,
      /not what its entry/,
    ],
    [
      'a node',
      () => `update audit_node set hash = sha256('x') where tree = '${tree}' and level = 1 and index = 1`,
      2,
      /node over entries 3 to 4/,
    ],
    [
      'a node too many',
      () => `insert into audit_node values ('${tree}', 20, -1, sha256('x'))`,
      null,
      /nodes stand in the tree that nothing makes/,
    ],
    [
      'an event slipped in beside the log',
      () => {
        const id = newIdAt(h.clock.now())
        return `insert into audit_event select (jsonb_populate_record(one, jsonb_build_object('id', '${id}'))).*
            from audit_event one where id = ${event(3)};
          ${slippedWords(id)}`
      },
      null,
      /the event has no place in the log: .+ of .+ UTC \([0-9a-f-]{36}\)/,
    ],
    [
      'an event taken out of the queue before it had its place',
      () => {
        const id = newIdAt(h.clock.now())
        return `select pg_advisory_lock(${sequencerLock});
          insert into audit_event select (jsonb_populate_record(one, jsonb_build_object('id', '${id}'))).*
            from audit_event one where id = ${event(3)};
          ${slippedWords(id)};
          insert into audit_pending (event_id, customer_id) values ('${id}', '${tree}');
          delete from audit_pending where event_id = '${id}';
          select pg_advisory_unlock(${sequencerLock})`
      },
      null,
      /the event has no place in the log: .+ of .+ UTC \([0-9a-f-]{36}\)/,
    ],
    [
      'an event thrown away before it had its place',
      () => `insert into audit_pending (event_id, customer_id) values ('${newIdAt(h.clock.now())}', '${tree}')`,
      null,
      /an event that waited for its place is gone/,
    ],
    [
      'a checkpoint',
      () => `update audit_checkpoint set note = replace(note, 'audit', 'audis') where tree = '${tree}'`,
      () => size - 1,
      /not one that was signed/,
    ],
    [
      'the whole tree, made anew without one event',
      () => `delete from audit_leaf where tree = '${tree}' and seq = ${size - 1};
        delete from audit_node where tree = '${tree}' and ("index" + 1) * (1 << level) > ${size - 1};
        delete from audit_checkpoint where tree = '${tree}';
        update audit_tree set size = ${size - 1} where tree = '${tree}'`,
      0,
      /something is gone: the signer remembers/,
    ],
  ]

  test.each(deeds)('%s', async (_, deed, seqOf, says) => {
    const seq = typeof seqOf === 'function' ? seqOf() : seqOf
    const events = await eventsOf(h.house, async () => {
      await superuser.unsafe(deed())
      await night()
    })
    const all = (await faultsNow()).filter((one) => says.test(one.says))
    const fault = all.find((one) => one.seq === seq) ?? all[0]
    expect(fault, 'it is in the table').toBeDefined()
    if (seq !== null) expect(fault?.seq).toBe(seq)
    const told = events.filter(
      (one) =>
        one.event === 'log.altered' &&
        one.fields.finding === fault?.says &&
        one.fields.entry === entryNumber(fault?.seq ?? null),
    )
    expect(told.map((one) => [one.customerId, one.fields.customer, one.fields.entry, one.outcome])).toEqual([
      [tree, 'Helvetia Pharma', entryNumber(fault?.seq ?? null), 'failed'],
      [null, 'Helvetia Pharma', entryNumber(fault?.seq ?? null), 'failed'],
    ])
    // A request of the stories expires as well.
    const mails = (await h.house.db.select().from(outboxMail)).filter(({ subject }) => subject.includes('audit log'))
    expect(new Set(mails.map(({ to }) => to))).toEqual(
      new Set([demoPeople.administrator.email, demoPeople.approver.email, demoPeople.colleague.email]),
    )
    expect(mails.every(({ text }) => text.includes('Helvetia Pharma') && !text.includes('Great Lakes'))).toBe(true)
    expect(mails.some(({ to, text }) => to === demoPeople.approver.email && text.includes(fault?.says ?? '?'))).toBe(
      true,
    )
  })

  test('the customer of an event: both are told, each of his own log, for one misses it and the other is shown it', async () => {
    const [theirs, says] = [h.seeded.customers['Great Lakes Foods'], /^its customer, as it is shown/]
    await superuser.unsafe(`update audit_event set customer_id = '${theirs}' where id = ${event(4)}`)
    await night()
    const faults = await h.house.db.select().from(auditFault)
    expect(faults.map((one) => [one.tree, one.seq, one.says]).sort()).toEqual(
      [
        [tree, 4, expect.stringMatching(says)],
        [theirs, null, expect.stringMatching(/^the event has no place in the log/)],
      ].sort(),
    )
    const mails = (await h.house.db.select().from(outboxMail)).filter(({ subject }) => subject.includes('audit log'))
    const textsTo = (who: Persona) => mails.filter(({ to }) => to === demoPeople[who].email).map(({ text }) => text)
    expect(textsTo('approver')).toEqual([expect.stringMatching(/^(?!.*Great Lakes).*Helvetia/s)])
    expect(textsTo('otherApprover')).toEqual([expect.stringMatching(/^(?!.*Helvetia).*Great Lakes/s)])
  })

  test('an event of a customer who has no log, and words without an event, are found by the night after', async () => {
    const [nobody, id, lone] = [newIdAt(h.clock.now()), newIdAt(h.clock.now()), newIdAt(h.clock.now())]
    const forged = JSON.stringify({ id, customer_id: nobody })
    await superuser.unsafe(`
      insert into audit_event select (jsonb_populate_record(one, '${forged}')).*
        from audit_event one where id = ${event(3)};
      ${slippedWords(id)}; ${slippedWords(lone)}`)
    await night()
    const faults = (await h.house.db.select().from(auditFault)).filter(
      ({ says }) => says.includes(id) || says.includes(lone),
    )
    expect(faults.map((one) => [one.tree, one.says.replace(/ of .* UTC/, '')]).sort()).toEqual(
      [
        [nobody, `the event has no place in the log: ${await kindOfEvent()} (${id})`],
        [theMakerItself, `words stand there that belong to no event (${lone})`],
      ].sort(),
    )
    const mails = (await h.house.db.select().from(outboxMail)).filter(({ text }) => text.includes(id))
    expect(mails.map(({ to }) => to)).toContain(demoPeople.administrator.email)
    expect(mails.every(({ text }) => !text.includes('undefined'))).toBe(true)
  })

  test('the administrators of both sides see a banner, and nobody else; who may see the log sees the fault', async () => {
    await superuser.unsafe(`update audit_event set outcome = 'failed' where id = ${event(4)}`)
    await night()
    expect(await bannerOf('administrator')).toEqual(['Helvetia Pharma'])
    expect(await bannerOf('approver')).toEqual(['Helvetia Pharma'])
    for (const who of ['auditor', 'reader', 'technician', 'otherApprover'] as const)
      expect([who, await bannerOf(who)]).toEqual([who, []])
    const { body } = await (await h.as('reader')).get<LogView>(`/api/logs/${tree}`)
    const { rows } = (await (await h.as('reader')).get<Page<LogFaultView>>(`/api/logs/${tree}/faults`)).body
    const seen = rows.filter(({ seq }) => seq === 4)
    expect(seen).toMatchObject([{ says: expect.stringContaining('outcome'), open: true }])
    expect(body.may.explain).toMatchObject({ ok: false })
    expect((await (await h.as('otherApprover')).get(`/api/logs/${tree}`)).status).toBe(404)
    expect((await (await h.as('technician')).get(`/api/logs/${tree}`)).status).toBe(403)
  })

  test('the next night says the same once more, to nobody', async () => {
    await superuser.unsafe(`update audit_event set outcome = 'failed' where id = ${event(4)}`)
    await night()
    const mailed = async () =>
      (await h.house.db.select().from(outboxMail)).filter(({ subject }) => subject.includes('audit log'))
    const [mails, faults] = [await mailed(), await faultsNow()]
    const events = await eventsOf(h.house, night)
    expect(events.filter((one) => one.event === 'log.altered')).toEqual([])
    expect(await mailed()).toHaveLength(mails.length)
    expect((await faultsNow()).map(({ id, firstAt }) => [id, firstAt])).toEqual(
      faults.map(({ id, firstAt }) => [id, firstAt]),
    )
    expect((await faultsNow())[0]?.lastAt).toBeGreaterThan(faults[0]?.lastAt ?? 0)
  })

  test('a log with many checkpoints is checked while others have their turn, and its faults are told once', async () => {
    const signer = await signerOf(h.house)
    const key = signer.keyOf(tree)
    const { verify } = primitives
    // More than happens by itself meanwhile.
    const beyond = 1_000
    const notes = await Promise.all(
      Array.from({ length: 2_000 }, async (_, n) => {
        const checkpoint = { origin: key.name, size: size + beyond + n, root: new Uint8Array(32) }
        return noteText(await signCheckpoint(sha256, checkpoint, key, h.house.keys.log.sign))
      }),
    )
    await superuser`insert into audit_checkpoint (tree, size, note, at)
      select ${tree}, ${size + beyond - 1} + n, note, 0 from unnest(${notes}::text[]) with ordinality as one(note, n)`
    // How many signatures are looked at before whoever waits for his turn has it.
    let [inOneGo, most, watching] = [0, 0, true]
    const looked = vi.spyOn(primitives, 'verify').mockImplementation((...of) => {
      most = Math.max(most, ++inOneGo)
      return verify(...of)
    })
    const turn = () => {
      inOneGo = 0
      if (watching) setImmediate(turn)
    }
    turn()
    const { faults } = await checkTree(h.house, tree)
    watching = false
    looked.mockRestore()
    const says = `from here on something is gone: a checkpoint says ${size + beyond} entries, and … are there`
    expect(faults.map((one) => one.says.replace(/\d+ are/, '… are'))).toEqual([says])
    expect(most).toBeGreaterThan(0)
    expect(most).toBeLessThan(50)
  })

  test('AL08 whoever has lost a node waits, and keeps nobody else waiting', async () => {
    const other = h.seeded.customers['Great Lakes Foods']
    await superuser.unsafe(`delete from audit_node where tree = '${tree}'`)
    await h.house.db.transaction((tx) =>
      append(
        tx,
        h.clock.now(),
        [tree, other].map((customerId) =>
          entry({ by: bySystem, event: 'customer.added', fields: { customer: 'x' }, about: { customerId } }),
        ),
      ),
    )
    await expect
      .poll(async () => {
        await sequence(h.house)
        // What it says of itself waits as well; the maker's log has told it by then.
        return new Set((await h.house.db.select().from(auditPending)).map(({ customerId }) => customerId))
      })
      .toEqual(new Set([tree]))
    expect(await faultsNow()).toMatchObject([{ foundBy: 'sequencer', seq: expect.any(Number) }])
  })

  test('and the signer signs none of it', async () => {
    await superuser.unsafe(`delete from audit_leaf where tree = '${tree}' and seq = ${size - 1};
      delete from audit_node where tree = '${tree}' and ("index" + 1) * (1 << level) > ${size - 1};
      update audit_tree set size = ${size - 1} where tree = '${tree}'`)
    // The house itself may be at it in this moment.
    const refused = async () => {
      for (;;) if ((await checkpointTree(h.house, tree)).outcome === 'signed') return
    }
    await expect(refused()).rejects.toMatchObject({ signedSize: size })
  })
})

describe('AL14 whoever opens an entry is told whether it is as it was written, and need not wait for a check:', () => {
  const eventAt = async (seq: number): Promise<string> =>
    (await superuser<{ id: string }[]>`select event_id as id from audit_leaf where tree = ${tree} and seq = ${seq}`)[0]
      ?.id ?? ''
  const open = async (id: string) =>
    (await (await h.as('approver')).get<AuditEventView>(`/api/audit/${id}`)).body.proven
  const rewritten = (id: string) => `update audit_event set outcome = 'failed',
    canonical = convert_to(replace(convert_from(canonical, 'UTF8'), '"outcome":"done"', '"outcome":"failed"'), 'UTF8')
    where id = '${id}'`

  test('it is, and stands under the newest checkpoint', async () => {
    expect(await open(await eventAt(4))).toEqual({ altered: null, signed: { size, at: expect.any(Number) } })
  })

  const deeds: [string, (id: string) => string, RegExp][] = [
    [
      'its outcome',
      (id) => `update audit_event set outcome = 'failed' where id = '${id}'`,
      /its outcome, as it is shown/,
    ],
    ['its words', (id) => `update audit_text set fields = fields || '{"x": 1}' where event_id = '${id}'`, /its words/],
    ['its evidence as well', rewritten, /not what was signed/],
    ['its words thrown away', (id) => `delete from audit_text where event_id = '${id}'`, /its words are gone/],
    [
      'its device’s count',
      (id) => `update audit_leaf set device_seq = 77 where event_id = '${id}'`,
      /not what was signed/,
    ],
    [
      'the tree beside it',
      () => `update audit_node set hash = sha256('x') where tree = '${tree}' and level = 0`,
      /not what was signed/,
    ],
    [
      'the tree thrown away',
      () => `delete from audit_node where tree = '${tree}' and level > 0`,
      /not what was signed/,
    ],
    [
      'the checkpoint',
      () =>
        `update audit_checkpoint set note = replace(note, E'\n${size}\n', E'\n${size + 1}\n') where tree = '${tree}'`,
      /not what was signed/,
    ],
  ]
  test.each(deeds)('%s', async (_, sql, says) => {
    const id = await eventAt(4)
    await superuser.unsafe(sql(id))
    expect(await open(id)).toEqual({ altered: expect.stringMatching(says), signed: null })
  })

  test('its words made those of another customer: neither of them is shown a thing, and whoever sees both is told whose they are', async () => {
    const id = await eventAt(4)
    const [clara, luis, ruth] = await Promise.all([h.as('approver'), h.as('otherApprover'), h.as('administrator')])
    const all = async () => (await clara.get<AuditPage>('/api/audit?limit=100')).body.rows.map((row) => row.id)
    const before = await all()
    const theirs = h.seeded.customers['Great Lakes Foods']
    await superuser`update audit_text set customer_id = ${theirs} where event_id = ${id}`
    expect(await all()).toEqual(expect.arrayContaining(before))
    const { body } = await clara.get<AuditEventView>(`/api/audit/${id}`)
    expect(body).toMatchObject({
      who: { name: '(gone)' },
      fields: {},
      proven: { altered: 'its words are gone', signed: null },
    })
    expect((await luis.get(`/api/audit/${id}`)).status).toBe(404)
    expect((await ruth.get<AuditEventView>(`/api/audit/${id}`)).body.proven).toEqual({
      altered: 'its words are those of another customer',
      signed: null,
    })
  })

  test('and once a check has found it, every list says so', async () => {
    const id = await eventAt(4)
    await superuser`update audit_event set outcome = 'failed' where id = ${id}`
    await night()
    const { rows } = (await (await h.as('approver')).get<AuditPage>('/api/audit?limit=100')).body
    expect(rows.filter(({ altered }) => altered).map((row) => [row.id, row.altered])).toEqual([
      [id, 'its outcome, as it is shown, is not what was written down'],
    ])
  })
})
