import { hash, verify } from '@node-rs/argon2'
import type { ServerKeys } from '../../kernel/keys.ts'

/** Least and most characters of a password. */
export const passwordLength = { least: 12, advised: 15, most: 128 } as const

const options = (keys: ServerKeys) => ({
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
  secret: keys.derive('password pepper'),
})

/** Argon2id with the server's pepper, PHC text. The password is taken as it was typed. */
export const hashPassword = (keys: ServerKeys, password: string): Promise<string> => hash(password, options(keys))

/** True when `password` is the one behind `stored`. */
export const isPassword = async (keys: ServerKeys, stored: string, password: string): Promise<boolean> => {
  try {
    return await verify(stored, password, options(keys))
  } catch {
    return false
  }
}

let nobodysHash: Promise<string> | undefined

/** Takes as long as a real check, for addresses that no account has. */
export const checkNobody = async (keys: ServerKeys, password: string): Promise<void> => {
  nobodysHash ??= hashPassword(keys, 'nobody has this password')
  await isPassword(keys, await nobodysHash, password)
}

/** Why a new password cannot be used, in a sentence; `undefined` where it can. */
export const unfit = (next: string, about: { email: string; name: string; present?: string }): string | undefined => {
  const length = [...next].length
  if (length < passwordLength.least)
    return `Use at least ${passwordLength.least} characters; ${passwordLength.advised} or more are better.`
  if (length > passwordLength.most) return `Use at most ${passwordLength.most} characters.`
  if (about.present !== undefined && next === about.present) return 'The new password must differ from the present one.'
  const plain = next.toLowerCase()
  const words = [
    ...about.email.toLowerCase().split(/[^\p{L}\p{N}]+/u),
    ...about.name.toLowerCase().split(/\s+/),
    'gatehouse',
  ]
  const rest = words.filter((word) => word.length >= 4).reduce((left, word) => left.replaceAll(word, ''), plain)
  if ([...rest].length < 8) return 'That is mostly your name, your address or ours. Choose something else.'
  if (new Set(plain).size < 5) return 'That repeats too few characters. Choose something else.'
  return undefined
}
