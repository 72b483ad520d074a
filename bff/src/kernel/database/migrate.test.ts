import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestCluster, temporaryFolder } from '../../testing/cluster.ts'
import { testDatabase } from '../../testing/database.ts'
import { migrate } from './migrate.ts'

const migrations = [
  'create table deed (id int primary key);\n--> statement-breakpoint\ngrant select, insert on deed to gatehouse_app;',
  'alter table deed add column note text;',
]

// A cluster of its own: roles belong to the cluster, and other tests rely on theirs
let server: Awaited<ReturnType<typeof startTestCluster>>
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let quiet: { appPassword: string; log: () => void }
let made = 0

beforeAll(async () => {
  folder = await temporaryFolder('migrations')
  server = await startTestCluster()
  quiet = { appPassword: server.appPassword, log: () => undefined }
})

afterAll(async () => {
  await server.stop()
  await folder.remove()
})

/** A folder as drizzle-kit writes it, with the first `count` of the migrations above. */
async function migrationsFolder(count: number): Promise<string> {
  const path = join(folder.path, String(count))
  await mkdir(join(path, 'meta'), { recursive: true })
  const entries = migrations
    .slice(0, count)
    .map((_, idx) => ({ idx, version: '7', when: 1_000 + idx, tag: `000${idx}`, breakpoints: true }))
  for (const [idx, text] of migrations.slice(0, count).entries()) await writeFile(join(path, `000${idx}.sql`), text)
  await writeFile(join(path, 'meta', '_journal.json'), JSON.stringify({ version: '7', dialect: 'postgresql', entries }))
  return path
}

async function emptyDatabase(): Promise<string> {
  const name = `empty_${++made}`
  const { ownerUrl } = server
  await ask(ownerUrl, (sql) => sql`create database ${sql(name)}`)
  const url = new URL(ownerUrl)
  url.pathname = `/${name}`
  return url.href
}

async function ask<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

test('the application gets what the migrations grant it, and nothing else', async () => {
  const ownerUrl = await emptyDatabase()
  const { appUrl } = await migrate(ownerUrl, { ...quiet, migrationsFolder: await migrationsFolder(1) })
  await migrate(ownerUrl, { ...quiet, migrationsFolder: await migrationsFolder(2) })
  expect(new URL(appUrl).pathname).toBe(new URL(ownerUrl).pathname)
  await ask(appUrl, async (sql) => {
    expect(await sql`insert into deed values (1, 'new column') returning id`).toEqual([{ id: 1 }])
    await expect(sql`delete from deed`).rejects.toMatchObject({ code: '42501' })
    await expect(sql`create table public.own (id int)`).rejects.toMatchObject({ code: '42501' })
  })
})

test('AZ14 the application role can neither bypass row-level security nor make itself mightier', async () => {
  const ownerUrl = await emptyDatabase()
  const { appUrl } = await migrate(ownerUrl, { ...quiet, migrationsFolder: await migrationsFolder(1) })
  await ask(ownerUrl, async (sql) => {
    await sql`insert into deed values (1)`
    await sql`alter table deed enable row level security`
  })
  await ask(appUrl, async (sql) => {
    const [role] = await sql`
      select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication from pg_roles where rolname = current_user`
    expect(Object.values(role ?? { none: true })).toEqual([false, false, false, false, false])
    expect(await sql`select id from deed`).toEqual([])
    await expect(sql`alter role gatehouse_app bypassrls`).rejects.toMatchObject({ code: '42501' })
    await expect(sql`set row_security = off`.then(() => sql`select id from deed`)).rejects.toMatchObject({
      code: '42501',
    })
  })
})

test('instances that start at once, on one database and on several, all end up with a working address', async () => {
  const [one, two] = await Promise.all([emptyDatabase(), emptyDatabase()])
  const path = await migrationsFolder(2)
  const owners = [one, two, one, two, one, two, one, two]
  const urls = await Promise.all(owners.map((url) => migrate(url, { ...quiet, migrationsFolder: path })))
  for (const { appUrl } of urls) expect(await ask(appUrl, (sql) => sql`select id, note from deed`)).toEqual([])
  expect(await ask(one, (sql) => sql`select count(*)::int as n from drizzle.__drizzle_migrations`)).toEqual([{ n: 2 }])
})

test('a mighty application role is refused', async () => {
  const ownerUrl = await emptyDatabase()
  const path = await migrationsFolder(1)
  await ask(ownerUrl, (sql) => sql`alter role gatehouse_app bypassrls`)
  try {
    await expect(migrate(ownerUrl, { ...quiet, migrationsFolder: path })).rejects.toThrow('more rights')
  } finally {
    await ask(ownerUrl, (sql) => sql`alter role gatehouse_app nobypassrls`)
  }
})

test('databases for tests are copies of their own', async () => {
  const [one, two] = await Promise.all([testDatabase(), testDatabase()])
  await ask(one.ownerUrl, (sql) => sql`create table mine (id int)`)
  expect(await ask(two.ownerUrl, (sql) => sql`select to_regclass('mine') as mine`)).toEqual([{ mine: null }])
  expect(await ask(one.appUrl, (sql) => sql`select current_user::text as me`)).toEqual([{ me: 'gatehouse_app' }])
  await Promise.all([one.drop(), two.drop()])
  await expect(ask(one.ownerUrl, (sql) => sql`select 1`)).rejects.toMatchObject({ code: '3D000' })
})
