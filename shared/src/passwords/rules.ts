/** What a new password must be, as far as a browser can tell as well; the lists are the server's. */

/** Least, advised and most characters of a password. */
export const passwordLength = { least: 12, advised: 15, most: 128 } as const

/** Words by which a password would be guessed first: who chooses it, for whom, and where. */
export const contextWords = (about: {
  name: string
  email: string
  maker: string
  customer: string | null
}): string[] => {
  const texts = [about.name, about.email, about.maker, about.customer ?? '', 'Gatehouse']
  const words = texts.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u))
  // The longest first, so that a short word does not leave half of a long one.
  return [...new Set(words)].filter((word) => word.length >= 4).sort((a, b) => b.length - a.length)
}

const lettersOf = (text: string): number => [...text.replace(/[^\p{L}]+/gu, '')].length

/** What stays of a password when capitals, digits and whatever hangs on at its ends are taken away. */
const stemOf = (password: string): string =>
  password
    .toLowerCase()
    .replace(/\p{N}+/gu, '')
    .replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')

/** True where `next` is `present` with other capitals, other digits, or something hung on. */
export const isVariant = (next: string, present: string): boolean => {
  if (next.toLowerCase() === present.toLowerCase()) return true
  const stem = stemOf(next)
  return stem.length >= 4 && stem === stemOf(present)
}

/** The text without its runs: `aaaa`, `1234`, `zyxw`; four characters make one. */
const withoutRuns = (text: string): string => {
  const chars = [...text]
  const steps = chars.slice(1).map((char, i) => (char.codePointAt(0) ?? 0) - (chars[i]?.codePointAt(0) ?? 0))
  const gone = new Set<number>()
  for (let from = 0; from < steps.length; ) {
    let to = from
    while (to < steps.length && steps[to] === steps[from]) to++
    if (Math.abs(steps[from] ?? 9) <= 1 && to - from >= 3) for (let at = from; at <= to; at++) gone.add(at)
    from = to
  }
  return chars.filter((_, at) => !gone.has(at)).join('')
}

/**
 * Why a new password cannot be used, in a sentence; `undefined` where nothing speaks against it. It is taken as it was
 * typed: no character is asked for, changed or cut off.
 */
export const unfit = (next: string, about: { words: readonly string[]; present?: string }): string | undefined => {
  const length = [...next].length
  if (length < passwordLength.least)
    return `Use at least ${passwordLength.least} characters; ${passwordLength.advised} or more are better.`
  if (length > passwordLength.most) return `Use at most ${passwordLength.most} characters.`
  if (about.present !== undefined && isVariant(next, about.present))
    return 'That is the present password with small changes. Choose something else.'
  const plain = next.toLowerCase()
  const rest = about.words.reduce((left, word) => left.replaceAll(word, ''), plain)
  if (rest !== plain && lettersOf(rest) < 6)
    return 'That is mostly your name, your address, or the name of your company or of this product.'
  if (new Set(plain).size < 5 || [...withoutRuns(plain)].length < 6)
    return 'That repeats or counts through too few characters. Choose something else.'
  return undefined
}
