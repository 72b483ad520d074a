import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { type MailServer, startMailServer } from '../../testing/mail-server.ts'
import { minutes } from '../clock.ts'
import { asHtml } from './letter.ts'
import { queueMail } from './queue.ts'
import { sendMails } from './send.ts'
import { outboxMail } from './tables.ts'

let mails: MailServer
let h: TestHouse
beforeAll(async () => {
  mails = await startMailServer()
  h = await openTestHouse({ SMTP_URL: mails.url })
})
afterAll(async () => {
  await h.close()
  await mails.close()
})

const queue = (subject: string, text = 'Words.') =>
  h.house.db.transaction((tx) => queueMail(tx, { to: 'clara@helvetia.example', subject, text }, h.clock.now()))
const waiting = async () => (await h.house.db.select().from(outboxMail)).filter((mail) => mail.sentAt === null)

describe('the outbox', () => {
  test('a mail goes out as text and as HTML, once', async () => {
    await queue('Somebody asks', 'Who: <b>Anna</b>\n\nhttp://localhost/nowhere')
    await Promise.all([sendMails.run(h.house), sendMails.run(h.house)])
    await sendMails.run(h.house)
    // The house may have it in hand itself.
    await expect.poll(waiting).toEqual([])
    expect(mails.received).toHaveLength(1)
    const [raw = ''] = mails.received
    expect(raw).toMatch(/^Subject: Somebody asks\r$/m)
    expect(raw).toContain('text/plain')
    expect(raw).toContain('&lt;b&gt;Anna&lt;/b&gt;')
  })

  test('RE20 an outage of the mail server loses nothing', async () => {
    const before = mails.received.length
    await mails.close()
    await queue('Written while nobody listened')
    await sendMails.run(h.house)
    await expect
      .poll(waiting)
      .toMatchObject([
        { subject: 'Written while nobody listened', tries: 1, lastError: expect.stringMatching(/ECONNREFUSED/) },
      ])
    mails = { ...(await startMailServer(mails.port)), port: mails.port }
    await sendMails.run(h.house)
    expect(mails.received, 'not before its time').toHaveLength(0)
    h.clock.advance(minutes(1))
    await expect
      .poll(async () => {
        await sendMails.run(h.house)
        h.clock.advance(minutes(31))
        return mails.received.length
      })
      .toBe(1)
    expect(before).toBe(1)
    await expect.poll(waiting).toEqual([])
  })

  test('a subject cannot add a header', async () => {
    await queue('Hello\r\nBcc: everybody@example.com')
    await sendMails.run(h.house)
    await expect.poll(waiting).toEqual([])
    expect(mails.received.at(-1)).not.toMatch(/^Bcc:/im)
  })

  test('only addresses of ours become links', () => {
    const html = asHtml('https://evil.example/x\nhttps://ours.example/requests/1\n<script>', 'https://ours.example')
    expect(html.match(/<a /g)).toHaveLength(1)
    expect(html).toContain('<a href="https://ours.example/requests/1">')
    expect(html).toContain('&lt;script&gt;')
  })
})
