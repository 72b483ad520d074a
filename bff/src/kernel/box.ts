import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** Shuts a text into a box that only `key` (32 bytes) opens, AES-256-GCM, base64url: a copy of the tables tells nothing. */
export const shut = (key: Buffer, text: string): string => {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const bytes = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), bytes]).toString('base64url')
}

/** The text in a box; `undefined` where the key does not fit or somebody changed it. */
export const unshut = (key: Buffer, box: string): string | undefined => {
  try {
    const bytes = Buffer.from(box, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(12, 28))
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}
