import { hashOf } from '../../kernel/ids.ts'
import { newSpokenCode, readSpokenCode } from '../../kernel/spoken-code.ts'

const prefix = 'GH'
/** 15 characters of 5 bits: 75 bits, which nobody tries out within a day. */
const characters = 15

/** A new enrolment code, `GH-XXXXX-XXXXX-XXXXX`. */
export const newCode = (): string => `${prefix}-${newSpokenCode(characters)}`

/** A code as it was given out, from what somebody typed: with or without its prefix, and read as `readSpokenCode` does. */
export const normaliseCode = (typed: string): string | undefined => {
  const plain = typed.toUpperCase().replace(/[\s-]/g, '')
  const prefixed = plain.length === prefix.length + characters && plain.startsWith(prefix)
  const code = readSpokenCode(prefixed ? plain.slice(prefix.length) : plain, characters)
  return code && `${prefix}-${code}`
}

/** The hash under which a code is kept, from what somebody typed; `undefined` for what can be no code. */
export const hashCode = (typed: string): string | undefined => {
  const code = normaliseCode(typed)
  return code && hashOf(code)
}
