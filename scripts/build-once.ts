import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the workspace. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** Something that is built from sources by a command of Node in a package. */
interface Built {
  says: string
  folder: string
  /** What it is built from, from the root. */
  from: readonly string[]
  /** The command's words. */
  words: readonly string[]
}

/** Names, sizes and times of every source, so that asking costs nothing. */
const fingerprint = async (parts: readonly string[]): Promise<string> => {
  const hash = createHash('sha256')
  const add = async (path: string): Promise<void> => {
    const about = await stat(path)
    if (about.isFile()) return void hash.update(`${path} ${about.size} ${about.mtimeMs}\n`)
    for (const name of (await readdir(path)).sort()) await add(join(path, name))
  }
  for (const part of parts) if (existsSync(join(root, part))) await add(join(root, part))
  return hash.digest('hex')
}

/** Builds into the package's `dist`, unless that was built from these very sources. */
export const buildOnce = async ({ says, folder, from, words }: Built, say: (line: string) => void): Promise<void> => {
  const stamp = join(root, folder, 'dist', '.built-from')
  const now = await fingerprint(from)
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === now) return
  say(`Building ${says}`)
  const output: Buffer[] = []
  const child = spawn(process.execPath, [...words], { cwd: join(root, folder) })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => output.push(bytes))
  const code = await new Promise((done) => child.once('exit', done))
  if (code !== 0) throw new Error(`Building ${says} failed:\n${Buffer.concat(output).toString('utf8')}`)
  await writeFile(stamp, now)
}
