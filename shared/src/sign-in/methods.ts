/** The ways to show who one is, as people say them. */
export const signInMethods = {
  password: 'password',
  password_code: 'password and one-time code',
  password_passkey: 'password and passkey',
  password_recovery: 'password and recovery code',
} as const

export type SignInMethod = keyof typeof signInMethods
