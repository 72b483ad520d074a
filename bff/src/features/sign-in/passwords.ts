import { hash, verify } from '@node-rs/argon2'
import { verify as verifyBcrypt } from '@node-rs/bcrypt'
import type { ServerKeys } from '../../kernel/keys.ts'

const options = (keys: ServerKeys) => ({
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
  secret: keys.derive('password pepper'),
})

/** Argon2id with the server's pepper, PHC text. The password is taken as it was typed. */
export const hashPassword = (keys: ServerKeys, password: string): Promise<string> => hash(password, options(keys))

/** True for a hash that a customer brought along: bcrypt, without our pepper. */
export const isImported = (stored: string): boolean => /^\$2[aby]\$/.test(stored)

/** True when `password` is the one behind `stored`. */
export const isPassword = async (keys: ServerKeys, stored: string, password: string): Promise<boolean> => {
  try {
    return isImported(stored) ? await verifyBcrypt(password, stored) : await verify(stored, password, options(keys))
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
