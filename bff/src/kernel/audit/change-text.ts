/** What became of one field: its name, what it was and what it is. */
export type FieldChange = readonly [field: string, before: string, after: string]

/** The words of a change for the log: `name: “Balance” → “Balance 7”; site: “Basel” → “Cork”`. */
export const changeText = (fields: readonly FieldChange[]): string =>
  fields
    .filter(([, before, after]) => before !== after)
    .map(([field, before, after]) => `${field}: “${before}” → “${after}”`)
    .join('; ') || 'nothing'
