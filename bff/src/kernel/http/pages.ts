import { z } from 'zod'
import { Refused } from '../errors.ts'
import { isUuid } from '../ids.ts'

/** Query of every list: how many, and from where on. */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(3_000).optional(),
})

export type PageAsked = z.infer<typeof PageQuery>

/** A cursor's text: base64url JSON of the last row's sort key; opaque to browsers, worth nothing as a right. */
export const writeCursor = (key: readonly (string | number | null)[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url')

/** The sort key in a cursor of `length` parts, or `undefined` where there is none or it was made up. */
const readCursor = (cursor: string | undefined, length: number): (string | number | null)[] | undefined => {
  if (!cursor) return undefined
  try {
    const read = z
      .array(z.union([z.string().max(300), z.number(), z.null()]))
      .length(length)
      .safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
    return read.success ? read.data : undefined
  } catch {
    return undefined
  }
}

interface KeyParts {
  text: string
  number: number
  id: string
}
export type KeyKind = keyof KeyParts

const isPart: Record<KeyKind, (part: unknown) => boolean> = {
  text: (part) => typeof part === 'string' && !part.includes('\0'),
  number: (part) => typeof part === 'number',
  id: (part) => typeof part === 'string' && isUuid(part),
}

/** The sort key in a cursor, part by part of its kind; `undefined` without a cursor, refused where it was made up. */
export const readKey = <const Kinds extends readonly KeyKind[]>(
  cursor: string | undefined,
  kinds: Kinds,
): { -readonly [I in keyof Kinds]: KeyParts[Kinds[I]] } | undefined => {
  if (cursor === undefined) return undefined
  const key = readCursor(cursor, kinds.length)
  if (!key || !kinds.every((kind, i) => isPart[kind](key[i])))
    throw new Refused('invalid_input', { fields: { cursor: 'This list does not go on from there.' } })
  return key as { -readonly [I in keyof Kinds]: KeyParts[Kinds[I]] }
}

/** Cuts the row that was fetched beyond `limit` and makes the cursor of the next page from the last row kept. */
export const asPage = <Row, View>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly (string | number | null)[],
  present: (row: Row) => View,
): { rows: View[]; next: string | null } => {
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  return { rows: kept.map(present), next: rows.length > limit && last ? writeCursor(keyOf(last)) : null }
}
