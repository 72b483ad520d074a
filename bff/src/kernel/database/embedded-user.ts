import { execFile } from 'node:child_process'
import { realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The system user PostgreSQL's processes run as; `undefined` stands for "the user we are". */
export type ServerUser = { uid: number; gid: number } | undefined

/** PostgreSQL refuses to run as root, so as root the user `postgres` is looked up, or created. */
export async function serverUser(log: (line: string) => void): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return undefined
  const known = await lookUp()
  if (known) return known
  log('Creating the system user "postgres", because PostgreSQL refuses to run as root')
  const created = (await createWithShadow()) || (await createWithBusybox())
  const user = created ? await lookUp() : undefined
  if (!user) {
    throw new Error(
      'PostgreSQL refuses to run as root and the system user "postgres" could not be created: ' +
        'start Gatehouse as an ordinary user, or set DATABASE_URL.',
    )
  }
  return user
}

async function lookUp(): Promise<ServerUser> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return undefined
  }
}

async function createWithShadow(): Promise<boolean> {
  await run('groupadd', ['--system', 'postgres']).catch(() => undefined)
  return run('useradd', ['--system', '--no-create-home', '-g', 'postgres', '-s', '/bin/false', 'postgres']).then(
    () => true,
    () => false,
  )
}

async function createWithBusybox(): Promise<boolean> {
  await run('addgroup', ['-S', 'postgres']).catch(() => undefined)
  return run('adduser', ['-S', '-D', '-H', '-G', 'postgres', '-s', '/bin/false', 'postgres']).then(
    () => true,
    () => false,
  )
}

/** The outermost folder above `path` that the server's user may not enter; links are followed. */
export async function barrier(path: string, user: ServerUser): Promise<string | undefined> {
  if (!user) return undefined
  let found: string | undefined
  for (let folder = await realpath(dirname(resolve(path))); ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder)
    const entry = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if ((mode & entry) === 0) found = folder
    if (folder === dirname(folder)) return found
  }
}
