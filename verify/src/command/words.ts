import { parseArgs } from 'node:util'

/** What somebody asked the command for. */
export interface Wish {
  bundle: string
  key: string
  earlier?: string
  json: boolean
  quiet: boolean
  events: boolean
}

export const help = `Checks a proof bundle of a Gatehouse audit log, without any server.

  gatehouse-verify <bundle.zip or folder> --key <key, or a file that holds it>

  --key       the key of your log, as it was given to you: <name>+<8 characters>+<44 characters>.
              Not the one in the bundle's keys.txt: whoever made a false bundle would put a false key there.
  --earlier   a checkpoint that you kept from earlier: shows that nothing before it was changed
  --events    prints the events when all checks have passed
  --json      prints the result for programs
  --quiet     prints one line, and no progress

Ends with 0 when every check passed, 1 when one failed, 2 when it could not be read or was asked for wrongly.
`

/** Whether a text is of the form of a key, right or wrong. */
export const looksLikeKey = (text: string): boolean => /^[^+]+\+[0-9a-f]{8}\+/.test(text)

/** A key's name may begin with a dash, and is no option then. */
const withKeysAsValues = (words: readonly string[]): string[] =>
  words.flatMap((word, i) => {
    const next = words[i + 1]
    if (word === '--key' && next !== undefined && looksLikeKey(next)) return [`--key=${next}`]
    return words[i - 1] === '--key' && looksLikeKey(word) ? [] : [word]
  })

/** What the words of the command ask for; a sentence where they are wrong; 'help' where help was asked for. */
export const wishOf = (words: readonly string[]): Wish | string | { help: true } => {
  try {
    const { values, positionals } = parseArgs({
      args: withKeysAsValues(words),
      allowPositionals: true,
      options: {
        key: { type: 'string' },
        earlier: { type: 'string' },
        json: { type: 'boolean', default: false },
        quiet: { type: 'boolean', default: false },
        events: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) return { help: true }
    const [bundle, ...more] = positionals
    if (bundle === undefined) return 'Which bundle? Name its zip file, or the folder it was unpacked to.'
    if (more.length > 0) return 'One bundle at a time, please.'
    if (values.key === undefined)
      return 'Which key? Give it with --key: without the key of your log nothing can be shown.'
    if (values.json && values.events) return 'Choose --json or --events: in a bundle the events are JSON already.'
    const { earlier, json, quiet, events } = values
    return { bundle, key: values.key, earlier, json, quiet, events }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
