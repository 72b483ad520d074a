import type { ErasuresView } from '@gatehouse/shared/views/erasures'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { demoPeople, type Persona } from '../../demo/people.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { days } from '../../kernel/clock.ts'
import { roleUrlsOf } from '../../kernel/database/migrate.ts'
import { newId } from '../../kernel/ids.ts'
import { deriveFrom } from '../../kernel/keys.ts'
import { testSecret } from '../../testing/cluster.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { mailsTo } from '../../testing/mailed.ts'
import { setDatabaseClock } from '../../testing/superuser.ts'
import { person } from '../people/tables.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 })

let h: TestHouse
let owner: Sql
let helvetia: string
/** The people of the demonstration, and others who are administrators of nothing. */
let ids: Record<Persona | 'founder' | 'between' | 'chief', string>
beforeAll(async () => {
  h = await openTestHouse()
  owner = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
  helvetia = h.seeded.customers['Helvetia Pharma']
  const somebody = async (name: string, customerId: string | null) => {
    const [id, at] = [newId(), h.clock.now() - days(400)]
    await h.house.db.insert(person).values({
      id,
      customerId,
      name,
      email: `${id}@x.example`,
      passwordHash: 'x',
      passwordChangedAt: at,
      createdAt: at,
    })
    return id
  }
  ids = {
    ...h.seeded.people,
    founder: await somebody('Fiona Founder', helvetia),
    between: await somebody('Bruno Between', helvetia),
    chief: await somebody('Chris Chief', null),
  }
  await owner`update person set created_at = ${h.clock.now() - days(400)}`
})
afterAll(async () => {
  await owner.end()
  await h.close()
})

/** That one has invited another, so many days ago. */
const invited = (
  by: keyof typeof ids,
  whom: keyof typeof ids,
  ago: number,
  event: 'person.invited' | 'person.invited_again' = 'person.invited',
) =>
  h.house.db.transaction((tx) =>
    append(tx, h.clock.now() - days(ago), [
      entry({
        by: { kind: 'person', id: ids[by], name: by, company: 'x', from: null },
        event,
        fields: { name: whom, ...(event === 'person.invited' && { groups: 'no group' }) } as never,
        about: { customerId: helvetia, personId: ids[whom] },
      }),
    ]),
  )
const path = () => `/api/customers/${helvetia}`
/** Clara asks; what Marc is told, whether the maker has to, and whether Ruth heard of it. It is stopped afterwards. */
const asked = async (answers: Persona = 'colleague') => {
  const [clara, second] = await Promise.all([h.as('approver'), h.as(answers)])
  const mails = async () =>
    (await mailsTo(h.house, demoPeople.administrator.email)).filter((one) => one.subject.includes('needs you')).length
  const before = await mails()
  const { status, body } = await clara.post<{ id: string }>(`${path()}/people/${ids.reader}/erasure`, {
    reason: 'left',
  })
  expect(status, JSON.stringify(body)).toBe(201)
  const row = (await second.get<ErasuresView>(`${path()}/erasures`)).body.rows.find(({ id }) => id === body.id)
  const said = await second.post<{ error?: { code: string; says: string } }>(`${path()}/erasures/${body.id}/confirm`)
  expect((await clara.post(`${path()}/erasures/${body.id}/stop`)).status).toBe(200)
  return {
    code: said.body.error?.code ?? 'confirmed',
    says: said.body.error?.says,
    may: row?.may.confirm.ok,
    needsMaker: row?.needsMaker,
    heard: (await mails()) - before,
  }
}
const later = async (ms: number) => {
  h.clock.advance(ms)
  await setDatabaseClock(h.ownerUrl, h.clock.now())
}

const confirmed = { code: 'confirmed', may: true, needsMaker: false, heard: 0 }
const refused = { code: 'not_independent', may: false, needsMaker: true, heard: 1 }

describe('AL23 two administrators are two by their invitations as well', () => {
  test('those whom the maker invited are, and those whom somebody of theirs invited long ago', async () => {
    await invited('technician', 'approver', 200)
    await invited('technician', 'founder', 200)
    await invited('technician', 'colleague', 2)
    expect(await asked()).toMatchObject(confirmed)
    await invited('founder', 'approver', 150)
    await invited('founder', 'colleague', 100)
    expect(await asked()).toMatchObject(confirmed)
  })

  test('those whom one of theirs invited lately are not, at whatever remove; the maker hears of it and stands in', async () => {
    await invited('founder', 'between', 120)
    await invited('between', 'colleague', 89, 'person.invited_again')
    const { says, ...found } = await asked()
    expect(found).toEqual(refused)
    expect(says).toMatch(/must not have invited whoever asks.*within 90 days nobody may have invited both/)
    // Ruth stands in, who invited none of them.
    expect(await asked('administrator')).toMatchObject({ code: 'confirmed', may: true, needsMaker: true })
    await later(days(2))
    expect(await asked()).toMatchObject(confirmed)
  })

  test('nor who stands in the other’s chain, however long ago, and in whatever circle they invited each other', async () => {
    await invited('approver', 'between', 300)
    expect(await asked()).toMatchObject(refused)
    await invited('colleague', 'approver', 290, 'person.invited_again')
    expect(await asked()).toMatchObject(refused)
    const of = (one: string, other: string, at = h.clock.now()) =>
      owner`select share_invitations(${one}, ${other}, ${at}) as shared`.then(([row]) => row?.shared)
    expect(await of(ids.colleague, ids.approver)).toBe(true)
    expect(await of(ids.founder, ids.colleague)).toBe(true)
    // Of the maker's own people somebody of the maker's is one of theirs.
    await invited('chief', 'administrator', 30)
    await invited('chief', 'auditor', 60)
    expect(await of(ids.administrator, ids.auditor)).toBe(true)
    expect(await of(ids.administrator, ids.approver)).toBe(false)
    // Whoever says that it was asked in the future gains nothing by it.
    expect(await of(ids.administrator, ids.auditor, h.clock.now() + days(1_000))).toBe(true)
  })

  test('and a program whose roles are taken over cannot write down that they are', async () => {
    const { appUrl, houseUrl } = roleUrlsOf(h.ownerUrl, deriveFrom(testSecret, 'database role').toString('base64url'))
    for (const by of [
      postgres(appUrl, { max: 1, connection: { 'gatehouse.customers': `{${helvetia}}` } }),
      postgres(houseUrl, { max: 1 }),
    ])
      try {
        const id = newId()
        const of = { customer_id: helvetia, person_id: ids.reader, asked_by: ids.approver }
        await expect(
          by.begin(async (sql) => {
            await sql`insert into erasure ${sql({ ...of, id, reason: 'x', state: 'asked', asked_at: 1 })}`
            const [one] = await sql`update erasure set state = 'confirmed', confirmed_by = ${ids.colleague},
              confirmed_at = 1, begins_at = 1 where id = ${id} returning begins_at`
            await sql`insert into audit_erasure ${sql({ ...of, erasure_id: id, confirmed_by: ids.colleague, begins_at: Number(one?.begins_at) })}`
          }),
        ).rejects.toMatchObject({ constraint_name: 'audit_erasure_independent' })
      } finally {
        await by.end()
      }
  })
})
