/** A value that JSON can carry without loss. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/**
 * The one spelling of a JSON value whose bytes are hashed: RFC 8785 (JCS), keys in UTF-16 order, no white space.
 * Throws a RangeError on numbers that JSON cannot carry.
 */
export const canonical = (value: Json): string => {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError('canonical JSON has no word for this number')
    return JSON.stringify(value)
  }
  if (typeof value === 'string') return JSON.stringify(value.toWellFormed())
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const record = value as { readonly [key: string]: Json }
  const fields = Object.keys(record)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(record[key] as Json)}`)
  return `{${fields.join(',')}}`
}
