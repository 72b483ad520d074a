import * as fs from 'node:fs'
import pino, { type Logger } from 'pino'
import type { Env } from './env.ts'
import { files, type Home } from './home.ts'

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>

const largestFile = 2 * 1024 * 1024

/** Appends lines to a file, and begins it anew past 2 MiB; the one before stays beside it as `.1`. */
export const rotatingFile = (path: string, largest = largestFile) => {
  let file = fs.openSync(path, 'a', 0o600)
  let size = fs.fstatSync(file).size
  return {
    write: (line: string): void => {
      if (size > largest) {
        fs.closeSync(file)
        fs.renameSync(path, `${path}.1`)
        file = fs.openSync(path, 'a', 0o600)
        size = 0
      }
      size += fs.writeSync(file, line)
    },
  }
}

/** The agent's log: to its own file, which it may be asked for, and to the standard output. */
export const openLog = (home: Home, env: Pick<Env, 'logLevel'>): Log => {
  const level = env.logLevel
  if (level === 'silent') return pino({ level })
  const file = rotatingFile(home.path(files.log))
  // A full disk must not end the agent: what cannot be written down is still on the standard output.
  const careful = {
    write: (line: string) => {
      try {
        file.write(line)
      } catch {}
    },
  }
  const output = pino.destination({ fd: 1, sync: true })
  // Whoever read the output may be gone; the file remains.
  output.on('error', () => undefined)
  const streams = pino.multistream([
    { level, stream: careful },
    { level, stream: output },
  ])
  return pino({ level, base: { pid: process.pid } }, streams)
}
