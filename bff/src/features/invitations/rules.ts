import { days, hours, minutes } from '../../kernel/clock.ts'

/**
 * What a link in a mail is there for. `reset` was started by an administrator, and the password before it is void;
 * `forgotten` was asked for by whoever knows the address, and changes nothing before it is used.
 */
export type LinkPurpose = 'invite' | 'reset' | 'forgotten' | 'address'

/** How long each kind of link can be used. */
export const linkLife = {
  invite: days(7),
  reset: hours(24),
  forgotten: hours(1),
  address: hours(24),
} as const satisfies Record<LinkPurpose, number>

/** One mail about a forgotten password per account in this time, whoever asks. */
export const quiet = minutes(10)

/** How often one source, and one address that is typed, may ask for such a mail within the time. */
export const askLimits = {
  source: { most: 20, within: minutes(15) },
  account: { most: 10, within: hours(1) },
} as const

/** True where this try, which is counted in, is one too many. */
export const tooManyAsks = (counted: { source: number; account: number }): boolean =>
  counted.source > askLimits.source.most || counted.account > askLimits.account.most

/** True for the first try that is one too many. */
export const firstTooMany = (counted: { source: number; account: number }): boolean =>
  counted.source === askLimits.source.most + 1 || counted.account === askLimits.account.most + 1
