/**
 * What a terminal or a browser might obey instead of showing: control characters (ESC and the C1 ones among them), half
 * surrogates, line and paragraph separators, all that turns the direction of writing, and what has no width.
 */
const disobedient = /[\p{Cc}\p{Cs}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu

const written = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`

/** A text that came from outside as one line that can only be looked at: whatever could act is written as `\u{001b}`. */
export const inert = (text: string): string => text.replace(disobedient, written)

/** JSON that is the same to a program, and harmless on a terminal. */
export const inertJson = (value: unknown): string =>
  JSON.stringify(value, undefined, 2).replace(/[^\n\P{C}]|[\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
