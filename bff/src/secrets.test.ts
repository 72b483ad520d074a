import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { readSettings } from './env.ts'
import { type OpenHouse, openHouse } from './main.ts'
import { cloneDatabase, type TestDatabase, temporaryFolder } from './testing/cluster.ts'
import { visitorOf } from './testing/house.ts'

const start = fileURLToPath(new URL('../../scripts/start.ts', import.meta.url))
const good = 'kUyW3tq9TJ4nXc7mBz0vRfL2sHdPgA6e'
const production = { NODE_ENV: 'production', GATEHOUSE_SECRET: good }

const bad: Record<string, { value: string; settings: Record<string, string> }> = {
  'a placeholder': { value: 'changeme-changeme-changeme-changeme', settings: {} },
  'the secret of an example': { value: 'your-secret-goes-here-0123456789abcdef', settings: {} },
  'the secret of our tests': { value: 'a secret of tests only, long enough to be taken', settings: {} },
  'a short one': { value: 'kUyW3tq9TJ4nXc7m', settings: {} },
  'one of few characters': { value: 'abababababababababababababababababab', settings: {} },
  'a database password that everybody has': {
    value: 'postgres',
    settings: { DATABASE_URL: 'postgres://owner:postgres@db.internal/gatehouse' },
  },
  'a database password that is short': {
    value: 'kUyW3tq',
    settings: { DATABASE_URL: 'postgres://owner:kUyW3tq@db.internal/gatehouse' },
  },
  'the secret as database password': {
    value: good,
    settings: { DATABASE_URL: `postgres://owner:${good}@db.internal/gatehouse` },
  },
  'one password for database and mail': {
    value: 'Zr8wQm2nVx5tLk9p',
    settings: {
      DATABASE_URL: 'postgres://owner:Zr8wQm2nVx5tLk9p@db.internal/gatehouse',
      SMTP_URL: 'smtp://mail:Zr8wQm2nVx5tLk9p@mail.internal',
    },
  },
}
const settingsFor = ({ value, settings }: { value: string; settings: Record<string, string> }) => ({
  ...production,
  ...(Object.keys(settings).length === 0 ? { GATEHOUSE_SECRET: value } : settings),
})

describe('AU24 with NODE_ENV=production', () => {
  test.each(Object.entries(bad))('%s is refused by a sentence without the value', (_, one) => {
    let message = ''
    try {
      readSettings(settingsFor(one))
    } catch (error) {
      message = (error as Error).message
    }
    expect(message).toMatch(/GATEHOUSE_SECRET|DATABASE_URL|SMTP_URL/)
    expect(message).not.toContain(one.value)
  })

  test('secrets of its own each are taken', () => {
    const settings = {
      ...production,
      DATABASE_URL: 'postgres://owner:Zr8wQm2nVx5tLk9p@db.internal/gatehouse',
      SMTP_URL: 'smtp://mail:hT4cYb7uJq1e@mail.internal',
    }
    expect(readSettings(settings)).toMatchObject({ production: true, demo: false })
  })

  test('the start ends with exit code 1 and never says the value', async () => {
    const value = bad['a placeholder']?.value ?? ''
    const child = spawn(process.execPath, ['--import', 'tsx', start], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, ...production, GATEHOUSE_SECRET: value, PORT: '0' },
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (said += bytes.toString()))
    const [code] = await once(child, 'exit')
    expect(code).toBe(1)
    expect(said).toContain('GATEHOUSE_SECRET')
    expect(said).not.toContain(value)
  }, 60_000)
})

describe('AU23 a Gatehouse in production with nobody in it', () => {
  let database: TestDatabase
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let opened: OpenHouse
  beforeAll(async () => {
    database = await cloneDatabase(inject('testCluster'))
    folder = await temporaryFolder('empty')
    const settings = readSettings({ PORT: '0', ...production, GATEHOUSE_DATA: folder.path, LOG_LEVEL: 'silent' })
    // The test cluster's own password is none for production.
    opened = await openHouse({ ...settings, databaseUrl: database.ownerUrl })
  })
  afterAll(async () => {
    await opened?.close()
    await database?.drop()
    await folder?.remove()
  })
  const people = async () =>
    (await opened.house.db.execute<{ n: number }>(sql`select count(*)::int as n from person`))[0]?.n

  test.each([
    '/api/setup',
    '/api/setup/',
    '/api/people',
    '/api/staff',
    '/api/sign-up',
    '/api/register',
    '/api/sign-in/setup',
    '/setup',
    '/SetupWizard.aspx/x',
    '/agent/v1/setup',
  ])('makes none over HTTP at %s', async (path) => {
    const body = { name: 'Eve', email: 'eve@evil.example', password: 'seven slow herons wade' }
    const { status } = await visitorOf(opened.url).post(path, body)
    expect([401, 404]).toContain(status)
    expect(await people()).toBe(0)
  })

  test.each([
    ['admin', 'admin'],
    ['admin@localhost', 'password'],
    ['anna@alpenwerk.example', 'copper lantern anna'],
  ])('knows no default account: %s', async (email, password) => {
    expect((await visitorOf(opened.url).post('/api/sign-in', { email, password })).status).toBe(401)
  })
})
