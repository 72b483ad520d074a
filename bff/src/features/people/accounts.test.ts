import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { MeView } from '@gatehouse/shared/views/sign-in'
import { asc, eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { demoPeople } from '../../demo/people.ts'
import { auditLine } from '../../kernel/audit/tables.ts'
import { days, minutes } from '../../kernel/clock.ts'
import { cloneDatabase, temporaryFolder, testSecret } from '../../testing/cluster.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { mailsTo, tokenIn } from '../../testing/mailed.ts'
import { person } from './tables.ts'

let h: TestHouse
beforeAll(async () => {
  h = await openTestHouse()
})
afterAll(() => h.close())

const password = 'four herons wade at dawn'

test('AU01 a person who comes after another of the same name and address has an id of his own, and a log of his own', async () => {
  const clara = await h.as('approver')
  const theirs = `/api/customers/${h.seeded.customers['Helvetia Pharma']}/people`
  const one = { name: 'Urs Amsler', email: 'urs@helvetia.example', groups: [h.seeded.groups['Helvetia readers']] }
  const come = async (): Promise<string> => {
    const { body } = await clara.post<{ id: string }>(theirs, one)
    const token = tokenIn((await mailsTo(h.house, one.email))[0]?.text, 'invitation')
    expect((await h.nobody.post('/api/invitations/accept', { token, password })).status).toBe(200)
    h.clock.advance(minutes(1))
    return body.id
  }
  const doneBy = async (id: string) =>
    h.house.db.select().from(auditLine).where(eq(auditLine.actorId, id)).orderBy(asc(auditLine.id))

  const first = await come()
  const before = await doneBy(first)
  expect(before.map(({ event }) => event)).toEqual(['person.joined'])
  expect((await clara.send('DELETE', `${theirs}/${first}`)).status).toBe(200)
  const second = await come()
  expect(second).not.toBe(first)
  // The first one's events are as they were; who came after is nowhere in them.
  expect((await doneBy(first)).slice(0, 1)).toEqual(before)
  expect((await doneBy(second)).map(({ event }) => event)).toEqual(['person.joined'])
  const log = (await clara.get<{ rows: { who: string }[] }>('/api/audit?search=Urs%20Amsler')).body
  expect(log.rows.length).toBeGreaterThanOrEqual(3)
  // An id is never given twice: the old one stays taken, and names nobody who can be reached.
  const [gone] = await h.house.db.select().from(person).where(eq(person.id, first))
  expect(gone).toMatchObject({ name: 'Urs Amsler', removedAt: expect.any(Number) })
  await expect(
    h.house.db.insert(person).values({ ...(gone as typeof person.$inferSelect), email: 'x@y.example' }),
  ).rejects.toThrow()
  expect((await clara.post(`${theirs}/${first}/disable`)).status).toBe(404)
})

test('AU08 a password opens everything at 89 days 23:59, and nothing but its change at 90 days 00:01', async () => {
  const changedAt = h.clock.now() - days(90) + minutes(1)
  const { email } = demoPeople.reader
  await h.house.db.update(person).set({ passwordChangedAt: changedAt }).where(eq(person.email, email))
  const ines = await h.as('reader')
  expect((await ines.get<MeView>('/api/me')).body).toMatchObject({
    passwordDue: false,
    passwordDueAt: changedAt + days(90),
  })
  expect((await ines.get('/api/devices')).status).toBe(200)
  h.clock.moveTo(changedAt + days(90) + minutes(1))
  expect((await ines.get<MeView>('/api/me')).body.passwordDue).toBe(true)
  const shut = await ines.get<{ error: { code: string } }>('/api/devices')
  expect([shut.status, shut.body.error.code]).toEqual([403, 'password_due'])
})

describe('AU23 the first administrator', () => {
  const command = fileURLToPath(new URL('../../cli.ts', import.meta.url))

  test('is made by a command on the server, and only where there is nobody yet', async () => {
    const [database, folder] = await Promise.all([cloneDatabase(inject('testCluster')), temporaryFolder('first')])
    const run = async (...words: string[]) => {
      const child = spawn(process.execPath, ['--import', 'tsx', command, ...words], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env.PATH,
          DATABASE_URL: database.ownerUrl,
          GATEHOUSE_DATA: folder.path,
          GATEHOUSE_SECRET: testSecret,
        },
      })
      let said = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (said += String(bytes)))
      const [code] = await once(child, 'exit')
      return { code, said }
    }
    try {
      const first = await run('add-administrator', '--name', 'Ruth Vogel', '--email', 'ruth@alpenwerk.example')
      expect(first.code, first.said).toBe(0)
      expect(first.said).toContain('must then choose another')
      const second = await run('add-administrator', '--name', 'Eve', '--email', 'eve@evil.example')
      expect(second.code).toBe(1)
      expect(second.said).toContain('There are people already')
      expect((await run('add-administrator', '--name', 'Eve')).code).toBe(2)
    } finally {
      await database.drop()
      await folder.remove()
    }
  }, 120_000)
})
