import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { arch, platform, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { barrier, type ServerUser } from './embedded-user.ts'

/** Where root keeps what PostgreSQL's own user cannot reach where it is. */
export const sharedFolder = '/var/lib/gatehouse'

type Options = { user: ServerUser; log: (line: string) => void; shared?: string | undefined }

/** Where the database is, and the folder it was asked for in: the same, unless it had to be moved. */
export type Place = { dataDir: string; wanted: string }

const noteName = 'database-is-elsewhere.txt'
const hasCluster = (folder: string): boolean => existsSync(join(folder, 'cluster', 'PG_VERSION'))
const noteIn = (folder: string): string => join(folder, noteName)

/** Makes the folder of the database: the one wanted, or one below `shared` when PostgreSQL's user cannot reach that. */
export async function placeFor(wanted: string, { user, log, shared = sharedFolder }: Options): Promise<Place> {
  await makeOpen(wanted, user)
  if (user) await chmod(wanted, 0o755)
  const here = { dataDir: wanted, wanted }
  const noted = existsSync(noteIn(wanted))
  const elsewhere = join(
    shared,
    `data-${createHash('sha256')
      .update(await realpath(wanted))
      .digest('hex')
      .slice(0, 16)}`,
  )
  if (!user && noted) {
    throw new Error(`${noteIn(wanted)} says that the database is in ${elsewhere}, which only root can start.`)
  }
  const blocked = await barrier(join(wanted, 'cluster'), user)
  if (!user || (!blocked && !noted)) return here
  const refused = `PostgreSQL refuses to run as root, and its own user "postgres" may not enter ${blocked}, where the data`
  if (blocked && hasCluster(wanted)) {
    throw new Error(`${refused} are: let every user enter it, or move the data to a folder that every user may enter.`)
  }
  try {
    await makeOpen(shared, user)
    if (await isOpenToTampering(shared)) throw new Error(`Others than root may change ${shared}.`)
    await makeOpen(elsewhere, user)
    const still = await barrier(join(elsewhere, 'cluster'), user)
    if (still) throw new Error(`It may not enter ${still} either.`)
  } catch (cause) {
    throw new Error(
      `${refused} would be, and ${elsewhere} cannot be used instead: ` +
        'choose a folder every user may enter, start Gatehouse as an ordinary user, or set DATABASE_URL.',
      { cause },
    )
  }
  log(`The database is kept in ${elsewhere}, because PostgreSQL's own user may not enter ${blocked ?? 'every folder'}`)
  return { dataDir: elsewhere, wanted }
}

/**
 * Settles whose a moved database is; the place must be claimed before. A wanted folder without our note was made anew,
 * so the database kept for its predecessor is not its own: that is put aside, never deleted.
 */
export async function settle({ dataDir, wanted }: Place, log: (line: string) => void): Promise<void> {
  if (dataDir === wanted) return
  const noted = existsSync(noteIn(wanted))
  if (noted && !hasCluster(dataDir)) {
    throw new Error(
      `${noteIn(wanted)} says that the database is in ${dataDir}, but it is not there. ` +
        'Bring it back from a backup, or delete that file to begin with an empty database.',
    )
  }
  if (noted || !hasCluster(dataDir)) return
  const aside = `${dataDir}.${new Date().toISOString().replaceAll(/[:.]/g, '-')}` // clock: a file's name only
  await mkdir(aside, { mode: 0o755 })
  for (const name of ['cluster', 'password', 'belongs-to.txt']) {
    await rename(join(dataDir, name), join(aside, name)).catch(() => undefined)
  }
  log(`${wanted} is new: the database that an earlier folder of this name had is put aside in ${aside}`)
}

/** Leaves a note in each of the two folders that names the other. */
export async function leaveNotes({ dataDir, wanted }: Place): Promise<void> {
  if (dataDir === wanted) return
  await writeFile(
    join(dataDir, 'belongs-to.txt'),
    `This is the database of the Gatehouse whose data folder is\n${wanted}\n`,
  )
  await writeFile(
    noteIn(wanted),
    `The database of this folder is in\n${dataDir}\nbecause PostgreSQL, which refuses to run as root, cannot enter this folder.\n` +
      'Keep this file: without it the next start begins with an empty database.\n',
  )
}

/**
 * The folder with PostgreSQL's programs (`bin`, `lib`, `share`) to use: `native` itself, or, where the server's user
 * cannot reach that, a copy that is made once per version.
 */
export async function programsFor(native: string, version: string, options: Options): Promise<string> {
  const { user, log, shared = sharedFolder } = options
  const blocked = await barrier(join(native, 'bin', 'postgres'), user)
  if (!blocked) return native
  const name = `postgresql-${version}`
  const causes: unknown[] = []
  for (const copy of [join(shared, name), ...temporaryRoots().map((folder) => join(folder, `gatehouse-${name}`))]) {
    try {
      await makeOpen(dirname(copy), user)
      if ((await barrier(copy, user)) || (await isOpenToTampering(dirname(copy)))) continue
      if (await isCopy(copy, native, version)) return copy
      log(`Copying PostgreSQL to ${copy}, because its own user may not enter ${blocked}`)
      await copyOnce(native, copy, version)
      return copy
    } catch (cause) {
      causes.push(cause)
    }
  }
  throw new Error(
    `PostgreSQL refuses to run as root, its own user "postgres" may not enter ${blocked}, where its programs are, and ` +
      `they could not be copied to ${shared}: start Gatehouse as an ordinary user, or set DATABASE_URL.`,
    { cause: new AggregateError(causes) },
  )
}

/** Folders for temporary things, the system's first; `TMPDIR` may be a private one. */
export function temporaryRoots(): string[] {
  return [...new Set([tmpdir(), '/tmp', '/var/tmp'])]
}

/** Made whole under another name and renamed: of two starts at once, one wins and both find a whole copy. */
async function copyOnce(native: string, copy: string, version: string): Promise<void> {
  await removeCutOff(copy)
  const fresh = await mkdtemp(`${copy}.new-`)
  try {
    await cp(native, fresh, { recursive: true, verbatimSymlinks: true })
    await openUp(fresh)
    await writeFile(join(fresh, 'version.txt'), marker(version), { mode: 0o644 })
    await rename(fresh, copy).catch(async () => {
      if (await isCopy(copy, native, version)) return
      const broken = `${copy}.old-${randomBytes(4).toString('hex')}`
      await rename(copy, broken)
      await rename(fresh, copy)
      await rm(broken, { recursive: true, force: true })
    })
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
}

const marker = (version: string): string => `${version} ${platform()}-${arch()}\n`

/** Whether `copy` is ours and whole; a crash or a cleaner of temporary folders may have taken files from it. */
async function isCopy(copy: string, native: string, version: string): Promise<boolean> {
  try {
    if (await isOpenToTampering(copy)) return false
    if ((await readFile(join(copy, 'version.txt'), 'utf8')) !== marker(version)) return false
    const names = await readdir(native, { recursive: true })
    const same = await Promise.all(
      names.map(async (name) => {
        const [one, other] = await Promise.all([lstat(join(native, name)), lstat(join(copy, name))])
        return one.isDirectory() ? other.isDirectory() : one.size === other.size
      }),
    )
    return !same.includes(false)
  } catch {
    return false
  }
}

/** What starts that were killed while copying left; an hour is far longer than a copy takes. */
async function removeCutOff(copy: string): Promise<void> {
  const names = await readdir(dirname(copy))
  for (const name of names.filter((it) => it.startsWith(`${basename(copy)}.`))) {
    const path = join(dirname(copy), name)
    const found = await lstat(path).catch(() => undefined)
    // clock: the age of a file
    if (found?.uid === 0 && Date.now() - found.mtimeMs > 3_600_000) await rm(path, { recursive: true, force: true })
  }
}

/** A checkout made under a strict umask is readable for root only, and so would its copy be. */
async function openUp(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) await chmod(path, 0o755)
    else if (entry.isFile()) await chmod(path, (await lstat(path)).mode & 0o111 ? 0o755 : 0o644)
  }
}

/** Whether somebody who is not root could put programs of his own in the place of ours. */
async function isOpenToTampering(folder: string): Promise<boolean> {
  const { mode, uid } = await lstat(folder)
  const sticky = (mode & 0o1000) !== 0
  return uid !== 0 || ((mode & 0o022) !== 0 && !sticky)
}

/** Whatever the umask: the server's user has to pass through the folders we make, and through the database's own. */
async function makeOpen(path: string, user: ServerUser): Promise<void> {
  const made = await mkdir(path, { recursive: true })
  if (!user || !made) return
  for (let folder = path; folder.length >= made.length; folder = dirname(folder)) await chmod(folder, 0o755)
}
