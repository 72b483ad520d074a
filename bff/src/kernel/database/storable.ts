/** Text as PostgreSQL can keep it: no NUL and no half surrogates; everything else is left as it came. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd')

/** The same for every text in a JSON value; it may be nested as deep as JSON.parse lets through. */
export const storableJson = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, one) => (typeof one === 'string' ? storable(one) : one))
