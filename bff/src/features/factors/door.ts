import type { SignInMethod } from '@gatehouse/shared/sign-in/methods'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import type { Actor } from '../../kernel/actor.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import type { House } from '../../kernel/house.ts'
import { useCode, useRecoveryCode } from './codes.ts'
import { usePasskey } from './passkeys.ts'

export { PasskeyAnswer } from './answers.ts'
export { askForPasskey } from './passkeys.ts'
export { proofLimits, whyMustHave } from './rules.ts'
export { forgetFactors, type Ways, waysOf } from './store.ts'

/** What somebody shows as a second factor. */
export type Shown =
  /** Of the authenticator app, or a recovery code. */
  { way: 'code'; code: string } | { way: 'passkey'; response: AuthenticationResponseJSON }

/** What a second factor turned out to be; `left` recovery codes remain where one was used. */
export interface Believed {
  method: Exclude<SignInMethod, 'password'>
  left?: number
}

/** Uses what was shown up, with the deed it is shown for; `undefined` where it proves nothing. */
export const believe = async (house: House, tx: Tx, actor: Actor, shown: Shown): Promise<Believed | undefined> => {
  if (shown.way === 'passkey')
    return (await usePasskey(house, tx, actor, shown.response)) ? { method: 'password_passkey' } : undefined
  const now = house.clock.now()
  const code = shown.code.replace(/[\s-]/g, '')
  if (/^\d{6}$/.test(code))
    return (await useCode(tx, house.keys, actor.id, code, now)) ? { method: 'password_code' } : undefined
  const left = await useRecoveryCode(tx, house.keys, actor.id, code, now)
  return left === undefined ? undefined : { method: 'password_recovery', left }
}
