import type { Named } from './basics.ts'

/** A passkey as its owner sees it. */
export interface PasskeyView extends Named {
  createdAt: number
  lastUsedAt: number | null
  /** True where its maker keeps a copy of it: it is on more than one device. */
  synced: boolean
}

/** One's own ways to sign in beside the password. */
export interface FactorsView {
  /** Why there must be one; `null` where it is one's own choice. */
  must: 'staff' | 'approver' | 'customer' | null
  passkeys: PasskeyView[]
  /** The authenticator app, where there is one. */
  code: { createdAt: number; lastUsedAt: number | null } | null
  recovery: { left: number; madeAt: number } | null
}

/** What an authenticator app needs to know; shown once, while it is set up. */
export interface CodeSetUpView {
  /** Base32. */
  secret: string
  /** `otpauth://…`, what the QR code says. */
  uri: string
}

/** A way to sign in was added; with the first one come the recovery codes, shown this once. */
export interface FactorAddedView {
  recoveryCodes: string[] | null
}
