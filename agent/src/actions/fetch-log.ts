import { open } from 'node:fs/promises'
import { type Action, ActionRefused } from './action.ts'

/** Most bytes of a log that are read and handed over. */
const most = 900_000

/** The last lines of a declared log file. */
export const fetchLog: Action<'fetch_log'> = async ({ name, lines }, { declaration, logPath }) => {
  if (!declaration.logs.some((log) => log.name === name)) throw new ActionRefused(`No log called ${name} is declared`)
  const path = logPath(name)
  if (!path) throw new Error(`This machine's agent.json does not say where the log ${name} lies`)
  const { text, cut } = await tail(path)
  const all = text.split('\n')
  const wanted = all.slice(-lines)
  return bounded({ text: wanted.join('\n'), truncated: cut || wanted.length < all.length })
}

const tail = async (path: string): Promise<{ text: string; cut: boolean }> => {
  const file = await open(path, 'r')
  try {
    const stat = await file.stat()
    if (!stat.isFile()) throw new Error('It is not a file')
    const from = Math.max(0, stat.size - most)
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(stat.size - from), position: from })
    const text = buffer.toString('utf8', 0, bytesRead).replace(/\n$/, '')
    // What was cut in the middle of a line is not shown as if it were one.
    return { text: from > 0 ? text.slice(text.indexOf('\n') + 1) : text, cut: from > 0 }
  } finally {
    await file.close()
  }
}

/** A log full of control characters grows when it is written as JSON; it must still fit into a check-in. */
const bounded = (log: { text: string; truncated: boolean }): { text: string; truncated: boolean } => {
  let { text, truncated } = log
  while (Buffer.byteLength(JSON.stringify(text)) > most * 2) {
    text = text.slice(Math.ceil(text.length / 2))
    truncated = true
  }
  return { text: text.toWellFormed(), truncated }
}
