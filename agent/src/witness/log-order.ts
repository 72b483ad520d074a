import { LogOrder } from '@gatehouse/shared/agent/messages'
import { readKey, type VerifierKey } from '@gatehouse/shared/audit/note'
import { portable } from '@gatehouse/shared/audit/portable'
import type { ReadSigned } from '../consent/signed.ts'
import { files, type Home, readText, writeText } from '../home.ts'

/** Whose log this device witnesses: the key of its checkpoints, which is named after it. */
export interface WatchedLog {
  key: VerifierKey
  /** The key as people pin it. */
  printed: string
  /** When the server signed it, s since the epoch. */
  iat: number
}

/** Names of logs that can be part of a file's name: nothing that comes over a wire chooses another file. */
const safeOrigin = /^[A-Za-z0-9_-]{1,64}\/audit\/[A-Za-z0-9_-]{1,64}(?:\/[1-9]\d{0,2})?$/

/** Reads an order that the server signed for this device; rejects where it did not, or where it names no log. */
export const readLogOrder = async (token: string, readSigned: ReadSigned): Promise<WatchedLog> => {
  const { key: printed, iat } = await readSigned(token, 'log', LogOrder)
  const key = readKey(portable.sha256, printed)
  if (!safeOrigin.test(key.name)) throw new Error(`“${key.name}” is no name of a log`)
  return { key, printed, iat }
}

/** The order kept in `home`, believed as far as its signature goes; `undefined` where there is none. */
export const keptLogOrder = async (home: Home, readSigned: ReadSigned): Promise<WatchedLog | undefined> => {
  const token = readText(home.path(files.logOrder))
  return token === undefined ? undefined : readLogOrder(token.trim(), readSigned)
}

/** Keeps an order. */
export const keepLogOrder = (home: Home, token: string): void => writeText(home.path(files.logOrder), `${token}\n`)
