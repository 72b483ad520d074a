import { activityNames } from '../activities.ts'
import { refusals } from '../refusals.ts'

/** What speaks to whoever reads. */
export const toReader = /\b(?:you|your|yours|please|we|our)\b/iu

const escaped = (text: string) => text.replace('.', '\\.')

/** What no sentence for people has in it: codes, enums, addresses of doors, kinds of connections, errors of a machine. */
export const technical = new RegExp(
  [
    `\\b(?:${[...activityNames, ...Object.keys(refusals).filter((one) => one.includes('_'))].map(escaped).join('|')})\\b`,
    '\\b[a-z]+_[a-z_]+\\b',
    '/api\\b',
    '\\b(?:GET|POST|PUT|PATCH|DELETE)\\b',
    '\\b(?:websocket|wss|E[A-Z]{3,})\\b',
  ].join('|'),
  'u',
)
