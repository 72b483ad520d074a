import { hexOf } from './bytes.ts'
import { malformed } from './flawed.ts'
import type { Sha256 } from './primitives.ts'

/** The folder beside a bundle's files in which a verifier may lie. */
export const besideFolder = 'verifier/'

/** Whether a file of a bundle is not of its log, but lies beside it. */
export const isBeside = (name: string): boolean => name.startsWith(besideFolder)

/*
 * What lies beside is listed at the end of README.txt, and not in the manifest: that is signed as much, by its hash in the
 * manifest, and verifiers that customers keep from before would call a manifest with one word more altered.
 */
const heading = 'The SHA-256 of all that was put into verifier/ (sha256sum -c reads these lines):'
const nothing = 'Nothing was put into verifier/.'

/** The end of a README that lists what lies beside the bundle's files; names begin with `besideFolder`. */
export const besideList = (sha256: Sha256, files: ReadonlyMap<string, Uint8Array>): string =>
  files.size === 0
    ? `\n${nothing}\n`
    : `\n${heading}\n${[...files].map(([name, bytes]) => `${hexOf(sha256(bytes))}  ${name}\n`).join('')}`

/**
 * The hashes that a README lists, in hexadecimal, by their names; `undefined` where it is of before there was such a list.
 * Throws `Flawed`. Only a README whose own hash is signed is to be believed.
 */
export const readBesideList = (readme: string): ReadonlyMap<string, string> | undefined => {
  if (readme.endsWith(`\n\n${nothing}\n`)) return new Map()
  const [, list, ...more] = readme.split(`\n\n${heading}\n`)
  if (list === undefined) return undefined
  const lines = list.split('\n')
  if (more.length > 0 || lines.pop() !== '') throw malformed('its list of what lies beside the bundle is malformed')
  const listed = lines.map((line): [string, string] => {
    const [, hash, name] = /^([0-9a-f]{64}) {2}(verifier\/[\w.-]+)$/.exec(line) ?? []
    if (!hash || !name) throw malformed('its list of what lies beside the bundle is malformed')
    return [name, hash]
  })
  return new Map(listed)
}
