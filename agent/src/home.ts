import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { AgentError, words } from './errors.ts'

/** The folder in which an agent keeps everything it must not lose. */
export interface Home {
  readonly folder: string
  path(name: string): string
}

/** The files of a home folder. */
export const files = {
  identity: 'identity.json',
  orders: 'orders.jws',
  epoch: 'epoch.json',
  sequence: 'sequence.json',
  journal: 'journal.jsonl',
  setAside: 'set-aside.jsonl',
  commands: 'commands.json',
  alarms: 'alarms.json',
  scale: 'scale.json',
  settings: 'agent.json',
  log: 'agent.log',
  socket: 'agent.sock',
  /** Whose audit log is witnessed, and the folder with what is known of each. */
  logOrder: 'log-order.jws',
  witness: 'witness',
} as const

/** What to say where a home holds no identity. */
export const notEnrolled = (folder: string): string =>
  `This machine is not enrolled (there is no identity in ${folder}). Run: enrol --server URL --code CODE`

/** Opens the home folder, making it where it is missing; nobody but its owner may look into it. */
export const openHome = (folder: string): Home => {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (process.platform !== 'win32' && fs.statSync(folder).mode & 0o077) closeToOthers(folder)
    fs.accessSync(folder, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK)
  } catch (error) {
    if (error instanceof AgentError) throw error
    throw new AgentError(`The home folder ${folder} cannot be used: ${words(error)}`)
  }
  return { folder, path: (name) => join(folder, name) }
}

/** Only a folder that is the agent's own is closed to others: `--home /tmp` must not close /tmp. */
const closeToOthers = (folder: string): void => {
  const names = fs.readdirSync(folder)
  if (names.length > 0 && !names.includes(files.identity)) {
    throw new AgentError(`${folder} holds other things and others can read it. Give the agent a folder of its own.`)
  }
  fs.chmodSync(folder, 0o700)
}

/** Text of a file, or `undefined` where there is none. */
export const readText = (path: string): string | undefined => {
  try {
    return fs.readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new AgentError(`${path} cannot be read: ${words(error)}`)
  }
}

/** Replaces a file (mode 0600) in one step that survives a power cut: either the old text stands there or the new. */
export const writeText = (path: string, text: string): void => {
  const draft = `${path}.${randomBytes(4).toString('hex')}.tmp`
  const file = fs.openSync(draft, 'wx', 0o600)
  try {
    fs.writeFileSync(file, text)
    fs.fsyncSync(file)
  } finally {
    fs.closeSync(file)
  }
  fs.renameSync(draft, path)
  syncFolder(join(path, '..'))
}

/** Makes the names in a folder survive a power cut; silently nothing where the system cannot. */
export const syncFolder = (folder: string): void => {
  if (process.platform === 'win32') return
  const handle = fs.openSync(folder, 'r')
  try {
    fs.fsyncSync(handle)
  } finally {
    fs.closeSync(handle)
  }
}

/** A checked JSON file, or `undefined` where there is none; throws an `AgentError` where it is damaged. */
export const readJson = <S extends z.ZodType>(path: string, schema: S): z.infer<S> | undefined => {
  const text = readText(path)
  if (text === undefined) return undefined
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    throw new AgentError(`${path} is damaged. Bring it back from a copy, or enrol this machine anew.`)
  }
}

/** Writes a JSON file as `writeText` does. */
export const writeJson = (path: string, value: unknown): void => writeText(path, `${JSON.stringify(value)}\n`)
