import { changesOf } from '@gatehouse/shared/audit-changes'
import { plainSentence } from '@gatehouse/shared/audit-words'
import type { AuditEventView } from '@gatehouse/shared/views/audit'

/** The sentence of an event; without what changed where that stands below it as a table. */
export const headline = ({ event, fields, says }: Pick<AuditEventView, 'event' | 'fields' | 'says'>): string =>
  typeof fields.change === 'string' && changesOf(event, fields)
    ? plainSentence(event, { ...fields, change: '' }).replace(/:\s*$/, '')
    : says
