import { randomBytes } from 'node:crypto'
import { hashOf } from '../../kernel/ids.ts'

/** Crockford's base32: no I, L, O and U, so that a code can be read out on the telephone. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const prefix = 'GH'
/** 15 characters of 5 bits: 75 bits, which nobody tries out within a day. */
const characters = 15

/** A new enrolment code, `GH-XXXXX-XXXXX-XXXXX`. */
export const newCode = (): string => {
  // 256 is a multiple of 32, so that every character is as likely as any other.
  const text = [...randomBytes(characters)].map((byte) => alphabet[byte % alphabet.length]).join('')
  return [prefix, text.slice(0, 5), text.slice(5, 10), text.slice(10)].join('-')
}

/** A code as it was given out, from what somebody typed: any case, spaces or dashes, O for 0, I and L for 1. */
export const normaliseCode = (typed: string): string | undefined => {
  const plain = typed.toUpperCase().replace(/[\s-]/g, '')
  const body = plain.length === prefix.length + characters && plain.startsWith(prefix) ? plain.slice(2) : plain
  const text = body.replaceAll('O', '0').replace(/[IL]/g, '1')
  if (text.length !== characters || [...text].some((char) => !alphabet.includes(char))) return undefined
  return [prefix, text.slice(0, 5), text.slice(5, 10), text.slice(10)].join('-')
}

/** The hash under which a code is kept, from what somebody typed; `undefined` for what can be no code. */
export const hashCode = (typed: string): string | undefined => {
  const code = normaliseCode(typed)
  return code && hashOf(code)
}
