import type { proofRoom } from '@gatehouse/bff/features/sign-in/proof-routes'
import type { signInRoom } from '@gatehouse/bff/features/sign-in/routes'
import type { SignInStep, StandingView } from '@gatehouse/shared/views/sign-in'
import { type PublicKeyCredentialRequestOptionsJSON, startAuthentication } from '@simplewebauthn/browser'
import { hc } from 'hono/client'
import { apiFetch, room, said, sessionFetch } from '../../kernel/api.ts'

// Not the guarded clients: a refusal here is an answer to what was typed, not a sign that the session is over.
const open = hc<typeof signInRoom>('/api', { fetch: apiFetch })
const proof = hc<typeof proofRoom>('/api', { fetch: sessionFetch })
const guarded = room<typeof signInRoom>()

/** Shows address and password; what comes next. Throws an `ApiError` whose words can be shown. */
export const signIn = async (json: { email: string; password: string }): Promise<SignInStep> =>
  (await said(open['sign-in'].$post({ json }))).step

/** How far the sign-in of this browser has come. */
export const standingNow = (): Promise<StandingView> => said(proof['sign-in'].standing.$get())

/** Leaves a sign-in that is not complete, for somebody else. */
export const startOver = (): Promise<unknown> => sessionFetch('/api/sign-out', { method: 'POST' })

/** Asks the browser for one of the person's passkeys, and shows it. */
export const proveByPasskey = async (password: string | undefined): Promise<void> => {
  // Through `hc` the extensions lose their types: their bytes are no JSON. None are asked for.
  const options = (await said(proof.me.proof['passkey-options'].$post())) as PublicKeyCredentialRequestOptionsJSON
  const response = await startAuthentication({ optionsJSON: options })
  await proof.me.proof.$post({ json: { password, shown: { way: 'passkey', response } } })
}

/** Shows a code: of the authenticator app, or a recovery code. */
export const proveByCode = async (code: string, password: string | undefined): Promise<void> => {
  await proof.me.proof.$post({ json: { password, shown: { way: 'code', code } } })
}

/** Shows the password alone; enough where there is no second factor. */
export const proveByPassword = async (password: string): Promise<void> => {
  await proof.me.proof.$post({ json: { password } })
}

/** Changes one's own password. */
export const changePassword = async (json: { present: string; next: string }): Promise<void> => {
  await guarded.me.password.$post({ json })
}
