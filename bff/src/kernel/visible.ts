/** Control and line-separating characters, and what turns the direction of writing round. */
const forging = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Text that stays one line, and reads as it is written, in every viewer: what would forge another line is made visible. */
export const oneLine = (text: string): string =>
  text.toWellFormed().replace(forging, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
