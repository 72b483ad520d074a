import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { buildWeb } from '../../scripts/build-web.ts'
import type { Line } from './lines.ts'

const dist = fileURLToPath(new URL('../../web/dist', import.meta.url))
const assets = join(dist, 'assets')

/** Modules that a built module cannot start without. */
const importsIn = (code: string): string[] =>
  [...code.matchAll(/\b(?:import|from)\s*["']\.\/([\w.-]+\.js)["']/g)].flatMap(([, name]) => name ?? [])

/** The scripts in the head of the page, which every page needs. */
const scriptsOfEveryPage = async (): Promise<string[]> => {
  const html = await readFile(join(dist, 'index.html'), 'utf8')
  return [...html.matchAll(/<(?:script|link rel="modulepreload")[^>]*(?:src|href)="\/([^"]+\.js)"/g)].flatMap(
    ([, path]) => path ?? [],
  )
}

/** The built file of a module that is loaded when it is opened. */
const chunkOf = (names: readonly string[], module: string): string => {
  const found = names.filter(
    (name) => name.startsWith(`${module}-`) && /^[\w-]{8}\.js$/.test(name.slice(module.length + 1)),
  )
  const [one] = found
  if (!one || found.length > 1) throw new Error(`${found.length} built files are called ${module}`)
  return `assets/${one}`
}

/** Bytes, compressed, of these files and of everything they import. */
const weigh = async (from: readonly string[]): Promise<number> => {
  const wanted = [...from]
  const weights = new Map<string, number>()
  for (let path = wanted.pop(); path !== undefined; path = wanted.pop()) {
    if (weights.has(path)) continue
    const code = await readFile(join(dist, path))
    weights.set(path, gzipSync(code, { level: 9 }).length)
    wanted.push(...importsIn(code.toString('utf8')).map((name) => `assets/${name}`))
  }
  return [...weights.values()].reduce((sum, one) => sum + one, 0)
}

/** B11: what has to arrive before the sign-in page, and the first useful page, can be used. */
export const measurePages = async (say: (text: string) => void): Promise<Line[]> => {
  await buildWeb(say)
  const names = await readdir(assets)
  const everyPage = await scriptsOfEveryPage()
  const weighed = async (what: string, modules: readonly string[], at: number): Promise<Line> => {
    const bytes = await weigh([...everyPage, ...modules.map((module) => chunkOf(names, module))])
    return { what, unit: 'KB', ours: bytes / 1_000, goal: { id: 'B11', way: 'at most', at } }
  }
  return [
    await weighed('the sign-in page', ['sign-in.page'], 90),
    await weighed('the first page of a technician: the fleet', ['house', 'home', 'fleet.page'], 220),
    await weighed('the first page of an approver: what waits', ['house', 'home', 'approvals.page'], 220),
  ]
}
