import type { Page } from '@gatehouse/shared/views/basics'
import type { PersonView } from '@gatehouse/shared/views/people'
import { and, eq } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { demoPeople } from '../../demo/people.ts'
import { auditLine } from '../../kernel/audit/tables.ts'
import { cloneDatabase, temporaryFolder } from '../../testing/cluster.ts'
import { command, commandIn } from '../../testing/command.ts'
import { regrant } from '../../testing/grants.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { mailsTo } from '../../testing/mailed.ts'
import { groupMember } from '../groups/tables.ts'
import { hasAdministrators } from './door.ts'
import { person } from './tables.ts'

let h: TestHouse
let ruth: Visitor
let theirs: string
let luis: string
const beyond = { status: 403, body: { error: { code: 'beyond_own' } } }
const refused = { status: 409, body: { error: { code: 'last_administrator' } } }

/** Luis looks after the people of Great Lakes Foods, with rights that the maker's administrator has as well. */
const lookAfterPeople = () =>
  regrant(h, 'otherApprover', [{ activities: ['person.view', 'person.edit'], scope: { kind: 'all' } }])

beforeAll(async () => {
  h = await openTestHouse()
  ruth = await h.as('administrator')
  theirs = h.seeded.customers['Great Lakes Foods']
  luis = h.seeded.people.otherApprover
  await lookAfterPeople()
})
afterAll(() => h.close())

test('AU23 the first administrator is added by the command on the server, where there is nobody; the log says it', async () => {
  const [database, folder] = await Promise.all([cloneDatabase(inject('testCluster')), temporaryFolder('first')])
  const sql = postgres(database.ownerUrl, { max: 1, onnotice: () => undefined })
  try {
    const empty = { DATABASE_URL: database.ownerUrl, GATEHOUSE_DATA: folder.path }
    const who = ['--name', 'Ada First', '--email', 'ada@alpenwerk.example']
    const said = await commandIn(empty, 'add-administrator', ...who)
    expect(said).toEqual({ code: 0, said: expect.stringContaining('ada@alpenwerk.example') })
    const [password] = /[\w-]{20}(?=\s*$)/.exec(said.said) ?? []
    const added = await sql`select actor_kind, fields, person_id from audit_line where event = 'person.added'`
    const [ada] = await sql`select id, password_due from person`
    expect(ada?.password_due).toBe(true)
    expect(added).toEqual([{ actor_kind: 'system', fields: { name: 'Ada First' }, person_id: ada?.id }])
    expect(password && JSON.stringify(await sql`select * from audit_line`)).not.toContain(password)
    expect(await commandIn(empty, 'add-administrator', ...who)).toMatchObject({ code: 1 })
    expect(await sql`select 1 from audit_line where event = 'person.added'`).toHaveLength(1)
  } finally {
    await sql.end()
    await database.drop()
    await folder.remove()
  }
}, 60_000)

describe("AZ08 a customer's last administrator", () => {
  const path = () => `/api/customers/${theirs}/people/${luis}`

  test('is neither disabled nor removed by the maker, and his row says why', async () => {
    expect(await ruth.post(`${path()}/disable`)).toMatchObject(refused)
    expect(await ruth.send('DELETE', path())).toMatchObject(refused)
    const { body } = await ruth.get<Page<PersonView>>(`/api/customers/${theirs}/people`)
    const shut = { ok: false, because: 'last_administrator' }
    expect(body.rows.find(({ id }) => id === luis)?.may).toMatchObject({ disable: shut, remove: shut })
    expect(await hasAdministrators(h.house.db, theirs)).toBe(true)
  })

  test('is not taken out of the group that makes him one', async () => {
    const [member] = await h.house.db.select().from(groupMember).where(eq(groupMember.personId, luis))
    expect(await ruth.post(`${path()}/groups`, { add: [], remove: [member?.groupId] })).toMatchObject(beyond)
    expect(await h.house.db.select().from(groupMember).where(eq(groupMember.personId, luis))).toHaveLength(1)
  })

  test('keeps his group: it is neither emptied of what makes him one nor removed', async () => {
    const [member] = await h.house.db.select().from(groupMember).where(eq(groupMember.personId, luis))
    const group = `/api/customers/${theirs}/groups/${member?.groupId}`
    const grants = [{ activities: ['person.view'], scope: { kind: 'all' } }]
    expect(await ruth.send('PUT', group, { name: 'Readers', grants, version: 1 })).toMatchObject(beyond)
    expect(await ruth.send('DELETE', group, { version: 1 })).toMatchObject(beyond)
    expect(await hasAdministrators(h.house.db, theirs)).toBe(true)
  })

  test("and whatever the maker's people hold, they appoint nobody beside him", async () => {
    const grants = [{ activities: ['person.view', 'person.edit'] as const, scope: { kind: 'all' } as const }]
    await regrant(h, 'outsider', grants)
    const tom = await h.as('outsider')
    const [member] = await h.house.db.select().from(groupMember).where(eq(groupMember.personId, luis))
    for (const somebody of [ruth, tom]) {
      const puppet = { name: 'Puppet', email: 'puppet@greatlakes.example', groups: [member?.groupId] }
      expect(await somebody.post(`/api/customers/${theirs}/people`, puppet)).toMatchObject(beyond)
      const group = { name: 'Administrators of ours', grants }
      expect(await somebody.post(`/api/customers/${theirs}/groups`, group)).toMatchObject(beyond)
    }
  })

  test('one of two may go, by either; of two who shut each other out one stays', async () => {
    const helvetia = h.seeded.customers['Helvetia Pharma']
    const { approver, colleague } = h.seeded.people
    for (let round = 0; round < 10; round++) {
      const [clara, marc] = [await h.as('approver'), await h.as('colleague')]
      const answers = await Promise.all([
        clara.post(`/api/customers/${helvetia}/people/${colleague}/disable`),
        marc.post(`/api/customers/${helvetia}/people/${approver}/disable`),
      ])
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(await hasAdministrators(h.house.db, helvetia)).toBe(true)
      await h.house.db.update(person).set({ disabledAt: null })
      h.clock.advance(60_000)
    }
    // Twenty people sign in, and each password is meant to be slow.
  }, 60_000)

  test('goes by the command on the server; the others are told, and the log says it', async () => {
    const said = await command(h, 'retire-administrator', '--email', demoPeople.colleague.email)
    expect(said).toEqual({ code: 0, said: expect.stringContaining('Marc Aubry is disabled') })
    expect(await command(h, 'retire-administrator', '--email', 'nobody@helvetia.example')).toMatchObject({ code: 1 })
    expect(await command(h, 'retire-administrator', '--email', demoPeople.administrator.email)).toMatchObject({
      code: 1,
    })
    const subject = 'The account of Marc Aubry was disabled'
    for (const one of ['approver', 'reader'] as const)
      expect(await mailsTo(h.house, demoPeople[one].email)).toContainEqual(expect.objectContaining({ subject }))
    const helvetia = h.seeded.customers['Helvetia Pharma']
    const [event] = await h.house.db
      .select()
      .from(auditLine)
      .where(and(eq(auditLine.event, 'person.disabled'), eq(auditLine.actorKind, 'system')))
    expect(event).toMatchObject({ customerId: helvetia, fields: { name: 'Marc Aubry' } })
    // Each command is a process of its own.
  }, 60_000)
})
