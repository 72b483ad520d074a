import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
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

/** Throws a sentence when the server's user could not enter one of the folders above `path`. */
export async function mustReach(path: string, what: string, user: ServerUser): Promise<void> {
  if (!user) return
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder)
    const entry = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if ((mode & entry) === 0) {
      throw new Error(
        `PostgreSQL refuses to run as root, and its own user "postgres" may not enter ${folder}, where ${what} would be. ` +
          'Use a folder every user may enter (below /var/lib or /srv, say), start Gatehouse as an ordinary user, or set DATABASE_URL.',
      )
    }
    if (folder === dirname(folder)) return
  }
}
