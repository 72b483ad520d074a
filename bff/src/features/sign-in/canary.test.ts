import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { CodeSetUpView } from '@gatehouse/shared/views/factors'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoPeople } from '../../demo/people.ts'
import { days } from '../../kernel/clock.ts'
import { testSecret } from '../../testing/cluster.ts'
import { codeOf } from '../../testing/codes.ts'
import { openTestHouse, type TestHouse, visitorOf } from '../../testing/house.ts'
import { everythingIn, formsOf } from '../../testing/sinks.ts'
import { proveAt } from '../../testing/visitor.ts'
import { person } from '../people/tables.ts'
import { hashPassword } from './passwords.ts'

const program = fileURLToPath(new URL('../../testing/serve.ts', import.meta.url))

let h: TestHouse
beforeAll(async () => {
  h = await openTestHouse()
})
afterAll(() => h.close())

test('AU12 SE06 no password, code, key or cookie is in the log, the audit, the mails, the database or an answer', async () => {
  const secrets = {
    present: 'kanarie "ä/+=& wade seven',
    next: 'yellow \\kanarie\\ <b> ?&=# sings',
    wrong: 'wrong kanarie <i> "quoted" %20',
    inTheWrongField: 'misplaced.kanarie&sings@wrong.field',
  }
  await h.house.db.update(person).set({
    passwordHash: await hashPassword(h.house.keys, secrets.present),
    passwordChangedAt: Date.now() - days(2),
  })
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      DATABASE_URL: h.ownerUrl,
      GATEHOUSE_DATA: h.house.settings.dataDir,
      GATEHOUSE_SECRET: testSecret,
      LOG_LEVEL: 'debug',
    },
  })
  if (!child.stdout || !child.stderr) throw new Error('no output')
  let sink = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => {
      sink += bytes.toString('utf8')
    })
  try {
    const [line] = await once(createInterface(child.stdout), 'line')
    const visitor = visitorOf(String(line))
    const { email } = demoPeople.reader
    const answers = [
      await visitor.post('/api/sign-in', { email, password: secrets.wrong }),
      await visitor.post('/api/sign-in', { email: secrets.inTheWrongField, password: secrets.present }),
      await visitor.post('/api/sign-in', `{"email":"${email}","password":"${secrets.wrong}`),
      await visitor.post('/api/sign-in', { email, password: { $ne: secrets.wrong } }),
      await visitor.get(`/api/sign-in?password=${encodeURIComponent(secrets.wrong)}`),
      await visitor.post('/api/sign-in', { email, password: secrets.present }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 400, 422, 404, 200])
    const half = visitor.cookie().split('=')[1] ?? ''
    answers.push(await proveAt(String(line), visitor, 'reader'))
    const first = visitor.cookie().split('=')[1] ?? ''
    answers.push(
      await visitor.get('/api/me'),
      await visitor.get('/api/me/sign-ins'),
      await visitor.post('/api/me/password', { present: secrets.wrong, next: secrets.next }),
      await visitor.post('/api/me/password', { present: secrets.present, next: secrets.present }),
      await visitor.post('/api/me/password', { present: secrets.present, next: secrets.next }),
    )
    expect(answers.slice(-3).map(({ status }) => status)).toEqual([422, 422, 200])
    const second = visitor.cookie().split('=')[1] ?? ''
    // What may stand in one answer only, the one it is shown in.
    const offer = (await visitor.post<CodeSetUpView>('/api/me/factors/code/options')).body
    const app = (code: string) => visitor.post('/api/me/factors/code', { code })
    answers.push(await app(secrets.wrong), await app(codeOf(offer.secret, Date.now())))
    const third = visitor.cookie().split('=')[1] ?? ''
    const [recovery = '', unused = ''] = (
      await visitor.post<{ recoveryCodes: string[] }>('/api/me/factors/recovery-codes')
    ).body.recoveryCodes
    const show = (code: string) => visitor.post('/api/me/proof', { shown: { way: 'code', code } })
    answers.push(await show(secrets.wrong), await show(recovery), await show(recovery))
    expect(answers.slice(-5).map(({ status }) => status)).toEqual([422, 200, 422, 200, 422])
    const codes = { secret: offer.secret, recovery, unused, typed: recovery.replace('-', '') }
    answers.push(await visitor.get('/api/me/factors'), await visitor.post('/api/sign-out'))
    const told = answers.map(({ body }) => JSON.stringify(body)).join('\n')
    const where = { database: await everythingIn(h.ownerUrl), log: sink, answers: told }
    for (const [place, text] of Object.entries(where))
      for (const [name, secret] of Object.entries({ ...secrets, ...codes, half, first, second, third }))
        for (const form of formsOf(secret)) expect(text.includes(form), `${name} in ${place}`).toBe(false)
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}, 60_000)
