import type { LiveHint } from '@gatehouse/shared/views/live'
import type { KeyRoot } from './keys.ts'

/** The start of a query key, and how often at most it is asked for again. */
export interface Stale {
  key: readonly [KeyRoot, ...string[]] | readonly []
  everyMs: number
}

const soon = (root: KeyRoot, ...ids: (string | undefined)[]): Stale => ({
  key: [root, ...ids.filter((id) => id !== undefined)],
  everyMs: 250,
})
const seldom = (everyMs: number, root: KeyRoot, ...ids: (string | undefined)[]): Stale => ({
  ...soon(root, ...ids),
  everyMs,
})

/** Which queries a hint makes stale: key prefixes, so that what a page does not show costs nothing. */
export const staleBy: Record<LiveHint['about'], (hint: LiveHint) => Stale[]> = {
  device: (hint) => [seldom(1_000, 'fleet'), soon('device', hint.deviceId), seldom(5_000, 'customers')],
  values: (hint) => [seldom(1_000, 'values', hint.deviceId), seldom(10_000, 'trend', hint.deviceId)],
  alarms: (hint) => [soon('alarms'), seldom(1_000, 'fleet'), soon('device', hint.deviceId)],
  actions: (hint) => [soon('actions', hint.deviceId)],
  requests: (hint) => [soon('requests'), soon('request', hint.requestId), soon('device', hint.deviceId)],
  sessions: (hint) => [
    soon('sessions'),
    soon('session', hint.sessionId),
    soon('requests'),
    soon('request', hint.requestId),
    soon('device', hint.deviceId),
    seldom(1_000, 'fleet'),
  ],
  exports: () => [seldom(500, 'exports')],
  audit: () => [seldom(1_000, 'audit', 'tail'), seldom(1_000, 'audit', 'event')],
  policy: (hint) => [soon('policy', hint.customerId), soon('device', hint.deviceId)],
  people: () => [soon('people'), soon('groups'), soon('me')],
  // Whatever is shown was shown by the rights before.
  rights: () => [{ key: [], everyMs: 250 }],
  networks: () => [soon('networks')],
  customers: (hint) => [soon('customers'), soon('customer', hint.customerId)],
  models: () => [soon('models'), soon('model')],
  reports: () => [soon('reports'), soon('report')],
  log: () => [soon('log')],
  limits: () => [soon('limits'), soon('device')],
  signed_out: () => [],
}

const abouts = new Set(Object.keys(staleBy))

/** Reads a message of the live stream; `null` for anything that is not a hint of ours. */
export const readHint = (text: string): LiveHint | null => {
  try {
    const hint: unknown = JSON.parse(text)
    return typeof hint === 'object' && hint !== null && abouts.has((hint as LiveHint).about) ? (hint as LiveHint) : null
  } catch {
    return null
  }
}
