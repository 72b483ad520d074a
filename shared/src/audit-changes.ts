import { policyActivities } from './activities.ts'
import { plainValue } from './audit-words.ts'
import { policyRowSays } from './policies/words.ts'

/** One field of a change: what it was, and what it is. */
export interface AuditChange {
  field: string
  before: string
  after: string
}

const quoted = /^([^“”;:]+): “([^“”]*)” → “([^“”]*)”$/

const quotedChanges = (text: string): AuditChange[] | null => {
  const parts = text.split(/(?<=”); (?=[^“”]+: “)/).map((part) => quoted.exec(part))
  return parts.every((part) => part !== null)
    ? parts.map(([, field = '', before = '', after = '']) => ({ field, before, after }))
    : null
}

const anyOf = (texts: readonly string[]): string =>
  texts.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')

const policyRows = anyOf(policyActivities.map(policyRowSays))
const policyRow = new RegExp(`^(${policyRows}): (.+?) → (.+)$`)
const nextPolicyRow = new RegExp(`; (?=(?:${policyRows}): )`)

/** A policy's change as it was written before values stood in quotes: its rows are known, and so where each begins. */
const barePolicyChanges = (text: string): AuditChange[] | null => {
  const parts = text.split(nextPolicyRow).map((part) => policyRow.exec(part))
  return parts.every((part) => part !== null)
    ? parts.map(([, field = '', before = '', after = '']) => ({ field, before, after }))
    : null
}

/** Who came into a group, or went: the whole of the text but its verb is a name. */
const memberChange = (text: string): AuditChange[] | null => {
  const [, added, taken] = /^added (.+)$|^took (.+) out$/u.exec(text) ?? []
  if (added === undefined && taken === undefined) return null
  return [{ field: 'members', before: taken ?? '', after: added ?? '' }]
}

const ofText = (event: string, text: string): AuditChange[] | null =>
  quotedChanges(String(plainValue(event, 'change', text))) ??
  (event === 'policy.changed' ? barePolicyChanges(text) : event === 'group.changed' ? memberChange(text) : null)

/**
 * What an event says was and is, field by field; `null` where it changed nothing, or where its text is not wholly a
 * change: then it is shown as it stands, so that a name which looks like a change is never taken for one.
 */
export const changesOf = (
  event: string,
  { before, after, change, version }: Readonly<Record<string, unknown>>,
): AuditChange[] | null => {
  if (before !== undefined && after !== undefined)
    return [{ field: 'what it says', before: String(before), after: String(after) }]
  if (event === 'networks.cleared') return [{ field: 'what it says', before: String(before), after: 'everywhere' }]
  if (event === 'model.changed')
    return [{ field: 'version', before: String(Number(version) - 1), after: String(version) }]
  return typeof change === 'string' ? ofText(event, change) : null
}

/** What several things are that stand in one side of a change: the grants of a group, `Terminal, Watch (all devices)` each. */
export const partsOf = (event: string, { field }: Pick<AuditChange, 'field'>, side: string): readonly string[] =>
  event === 'group.changed' && field === 'what it allows' ? side.split(/(?<=\)); /) : [side]
