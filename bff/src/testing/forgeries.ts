const forged = '{"event":"person.removed","outcome":"done"}'

/** Texts that would be a second line, or another one, in a log that takes them as they come. */
export const forgeries: readonly string[] = [
  `one\n${forged}`,
  `one\r\nBcc: everybody@nowhere.example\r${forged}`,
  `one\u2028${forged}\u2029two\u0085three`,
  'one\u0000two',
  '\u001b[2K\u001b[1Aone\u009b2K',
  'one\u202eowt \u2066three\u2069',
  'one\ud800two \udc00',
  `one${'x'.repeat(70_000)}`,
]

/** What no event, no line of the server's log and no subject of a mail may hold. */
export const forging = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u
