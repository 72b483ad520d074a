/** What became of one field: its name, what it was and what it is. */
export type FieldChange = readonly [field: string, before: string, after: string]

/** The words of a change for the log: `name: “Balance” → “Balance 7”; site: “Basel” → “Cork”`. */
export const changeText = (fields: readonly FieldChange[]): string =>
  fields
    .filter(([, before, after]) => before !== after)
    // The marks around a value are ours: one in a name would make two fields of one.
    .map((parts) => parts.map((part) => part.replace(/[“”]/g, '"')))
    .map(([field, before, after]) => `${field}: “${before}” → “${after}”`)
    .join('; ') || 'nothing'
