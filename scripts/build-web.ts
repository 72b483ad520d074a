import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'web', 'dist')
const stamp = join(dist, '.built-from')

/** What the pages are built from: names, sizes and times of every source, so that asking costs nothing. */
const fingerprint = async (): Promise<string> => {
  const hash = createHash('sha256')
  const add = async (path: string): Promise<void> => {
    const about = await stat(path)
    if (about.isFile()) return void hash.update(`${path} ${about.size} ${about.mtimeMs}\n`)
    for (const name of (await readdir(path)).sort()) await add(join(path, name))
  }
  for (const part of ['web/src', 'web/public', 'web/index.html', 'web/vite.config.ts', 'shared/src', 'pnpm-lock.yaml'])
    if (existsSync(join(root, part))) await add(join(root, part))
  return hash.digest('hex')
}

/** Builds the pages unless they were built from these very sources. */
export const buildWeb = async (say: (line: string) => void): Promise<void> => {
  const now = await fingerprint()
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === now) return
  say('Building the pages')
  const output: Buffer[] = []
  const child = spawn(process.execPath, [join(root, 'web/node_modules/vite/bin/vite.js'), 'build'], {
    cwd: join(root, 'web'),
  })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => output.push(bytes))
  const code = await new Promise((done) => child.once('exit', done))
  if (code !== 0) throw new Error(`The pages could not be built:\n${Buffer.concat(output).toString('utf8')}`)
  await writeFile(stamp, now)
}
