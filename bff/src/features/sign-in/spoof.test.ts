import { desc } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoPassword, demoPeople } from '../../demo/people.ts'
import { auditLine } from '../../kernel/audit/tables.ts'
import { openTestHouse, type TestHouse, visitorOf } from '../../testing/house.ts'

let h: TestHouse
beforeAll(async () => {
  h = await openTestHouse()
})
afterAll(() => h.close())

test('AU16 headers that claim another address change neither log nor limits', async () => {
  const tryIn = (password: string, i: number) =>
    visitorOf(h.url).send(
      'POST',
      '/api/sign-in',
      { email: demoPeople.reader.email, password },
      {
        'x-forwarded-for': `203.0.113.${i}`,
        'x-real-ip': `203.0.113.${i}`,
        forwarded: `for=203.0.113.${i}`,
        'cf-connecting-ip': `203.0.113.${i}`,
        'true-client-ip': `203.0.113.${i}`,
      },
    )
  for (let i = 0; i < 5; i++) expect((await tryIn('not the password', i)).status).toBe(401)
  expect((await tryIn(demoPassword('reader'), 9)).status).toBe(401)
  const [event] = await h.house.db.select().from(auditLine).orderBy(desc(auditLine.id)).limit(1)
  expect(event).toMatchObject({ event: 'sign_in.refused', fromAddress: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) })
})
