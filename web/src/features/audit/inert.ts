/** Signs that nobody sees and that move what stands beside them: marks of direction, joiners, fillers. */
const unseen = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]|\p{Cc}/gu

/** A text out of the log with every sign in it to be seen, so that no name can hide or turn round what follows it. */
export const inert = (text: string): string =>
  text.replace(unseen, (sign) => `⟨U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`)
