import type { PersonView } from '@gatehouse/shared/views/people'

export type Deed = 'invite-again' | 'withdraw' | 'reset' | 'sign-out' | 'disable' | 'enable' | 'remove'

interface DeedWords {
  says: string
  done: (name: string) => string
  warns: (name: string) => string
  danger?: boolean
}

/** What can be done to an account at one stroke, in words. */
export const deeds: Record<Deed, DeedWords> = {
  'invite-again': {
    says: 'Send another invitation',
    done: (name) => `Another invitation went to ${name}.`,
    warns: (name) => `${name} gets a new link, good for seven days. The link before is void.`,
  },
  withdraw: {
    says: 'Withdraw the invitation',
    done: (name) => `The invitation of ${name} was withdrawn.`,
    warns: (name) => `The link that ${name} has is void, and the account is closed for good.`,
    danger: true,
  },
  reset: {
    says: 'Reset the password',
    done: (name) => `${name} gets a link to choose another password.`,
    warns: (name) =>
      `The password of ${name} is void at once, and ${name} is signed out everywhere. A mail brings a link to choose another one, good for 24 hours. You will not learn it.`,
    danger: true,
  },
  'sign-out': {
    says: 'Sign out everywhere',
    done: (name) => `${name} is signed out everywhere.`,
    warns: (name) =>
      `${name} is signed out of every browser at once, and running sessions end. Signing in again works.`,
    danger: true,
  },
  disable: {
    says: 'Disable',
    done: (name) => `${name} is signed out everywhere and cannot sign in.`,
    warns: (name) => `${name} is signed out everywhere within a second, and running sessions end. This can be undone.`,
    danger: true,
  },
  enable: {
    says: 'Enable again',
    done: (name) => `${name} may sign in again.`,
    warns: (name) => `${name} may sign in again.`,
  },
  remove: {
    says: 'Remove',
    done: (name) => `${name} was removed. The log keeps the name.`,
    warns: (name) => `The account of ${name} is closed for good and never used again. The audit log keeps the name.`,
    danger: true,
  },
}

/** What can be done as the account stands, the gravest last. */
export const deedsIn: Record<PersonView['state'], readonly Deed[]> = {
  invited: ['invite-again', 'withdraw'],
  active: ['reset', 'sign-out', 'disable', 'remove'],
  disabled: ['enable', 'remove'],
}
