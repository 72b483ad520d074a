import { randomBytes } from 'node:crypto'

/** Crockford's base32: no I, L, O and U, so that a code can be read out on the telephone. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

const inGroups = (text: string): string => (text.match(/.{1,5}/g) ?? []).join('-')

/** A new code of so many characters, 5 bits each, in groups: `XXXXX-XXXXX-XXXXX`. */
export const newSpokenCode = (characters: number): string =>
  // 256 is a multiple of 32, so that every character is as likely as any other.
  inGroups([...randomBytes(characters)].map((byte) => alphabet[byte % alphabet.length]).join(''))

/**
 * A code of so many characters as it was given out, from what somebody typed: any case, spaces or dashes, O for 0, I
 * and L for 1; `undefined` for what can be none.
 */
export const readSpokenCode = (typed: string, characters: number): string | undefined => {
  const text = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  return text.length === characters && [...text].every((char) => alphabet.includes(char)) ? inGroups(text) : undefined
}
