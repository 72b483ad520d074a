import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { ServerKeys } from '../keys.ts'

const keyOf = (keys: ServerKeys): Buffer => keys.derive('secrets in waiting mails')

/** A secret as it stands in a mail that waits in the outbox: a copy of the tables opens nothing. */
export const sealed = (keys: ServerKeys, secret: string): string => {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(keys), iv)
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return `{{${Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')}}}`
}

const unsealed = (keys: ServerKeys, box: string): string | undefined => {
  try {
    const bytes = Buffer.from(box, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', keyOf(keys), bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(12, 28))
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}

/** A mail's text as its reader gets it; what looks sealed and is not by us stays as it was written. */
export const opened = (keys: ServerKeys, text: string): string =>
  text.replace(/\{\{([\w-]{40,})\}\}/g, (whole, box: string) => unsealed(keys, box) ?? whole)
