/** One field of a change: what it was, and what it is. */
export interface AuditChange {
  field: string
  before: string
  after: string
}

const one = /^([^“”;:]+): “([^“”]*)” → “([^“”]*)”$/

/**
 * The fields of a change text (`name: “A” → “B”; site: “C” → “D”`), or `null` where it is not wholly one: then it is
 * shown as it stands, so that a name which looks like a change is never taken for one.
 */
export const changesOf = (text: string): AuditChange[] | null => {
  const parts = text.split(/(?<=”); (?=[^“”]+: “)/).map((part) => one.exec(part))
  return parts.every((part) => part !== null)
    ? parts.map(([, field = '', before = '', after = '']) => ({ field, before, after }))
    : null
}
