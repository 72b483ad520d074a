import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import postgres from 'postgres'
import { asServer, type Cluster } from './embedded-programs.ts'

const owner = 'postgres'
const database = 'gatehouse'

/** The address of a cluster's superuser. */
export const ownerAddress = (password: string, port: number): string =>
  `postgres://${owner}:${password}@127.0.0.1:${port}/${database}`

/** The superuser's password: the one of the cluster, or a new one where there is no cluster yet. Throws where it is lost. */
export async function passwordOf({ dataDir, pgdata }: Cluster): Promise<string> {
  const file = join(dataDir, 'password')
  if (existsSync(file)) return (await readFile(file, 'utf8')).trim()
  if (existsSync(join(pgdata, 'PG_VERSION'))) {
    throw new Error(
      `The database in ${dataDir} has lost its password: ${file} is missing. Bring it back from a backup.`,
    )
  }
  const password = randomBytes(24).toString('hex')
  await writeFile(file, `${password}\n`, { mode: 0o600 })
  return password
}

/** Creates the data of a cluster. */
export async function initialise(cluster: Cluster, password: string): Promise<void> {
  cluster.log('Creating the database for the first time')
  const { dataDir, pgdata, user } = cluster
  // Made beside and renamed, so that an initdb that was cut off is never taken for a database
  const fresh = `${pgdata}.new`
  const passwordFile = join(dataDir, 'password.initdb')
  await rm(fresh, { recursive: true, force: true })
  await mkdir(fresh, { mode: 0o700 })
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (user) {
    await chown(fresh, user.uid, user.gid)
    await chown(passwordFile, user.uid, user.gid)
  }
  try {
    const { code, output } = await asServer(cluster, 'initdb', [
      `--pgdata=${fresh}`,
      `--username=${owner}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--data-checksums',
    ])
    if (code !== 0) throw new Error(`PostgreSQL's data could not be created in ${dataDir}: ${output}`)
    await writeFile(join(fresh, 'postgresql.conf'), "include 'gatehouse.conf'\n", { flag: 'a' })
    await rename(fresh, pgdata)
  } finally {
    await rm(passwordFile, { force: true })
  }
}

/** Makes our database where it is not there yet. */
export async function ensureDatabase(ownerUrl: string): Promise<void> {
  const maintenance = new URL(ownerUrl)
  maintenance.pathname = '/postgres'
  const sql = postgres(maintenance.href, { max: 1, onnotice: () => undefined })
  try {
    const [known] = await sql`select 1 from pg_database where datname = ${database}`
    if (!known) await sql`create database ${sql(database)}`
  } finally {
    await sql.end({ timeout: 5 })
  }
}
