import type { customersRoom } from '@gatehouse/bff/features/customers/routes'
import type { factorsRoom } from '@gatehouse/bff/features/factors/routes'
import type { CodeSetUpView, FactorAddedView, FactorsView } from '@gatehouse/shared/views/factors'
import { type PublicKeyCredentialCreationOptionsJSON, startRegistration } from '@simplewebauthn/browser'
import { queryOptions } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof factorsRoom>()
const customers = room<typeof customersRoom>()

/** One's own ways to sign in beside the password, asked for once. */
export const factorsNow = (): Promise<FactorsView> => said(client.me.factors.$get())

/** One's own ways to sign in beside the password. */
export const factors = queryOptions({ queryKey: key('me', 'factors'), queryFn: factorsNow })

/** Has the browser make a passkey, and keeps it. */
export const addPasskey = async (name: string): Promise<FactorAddedView> => {
  // Through `hc` the extensions lose their types: their bytes are no JSON. None are asked for.
  const options = (await said(client.me.factors.passkeys.options.$post())) as PublicKeyCredentialCreationOptionsJSON
  const response = await startRegistration({ optionsJSON: options })
  return said(client.me.factors.passkeys.$post({ json: { name, response } }))
}

/** Calls a passkey something else. */
export const renamePasskey = async (passkeyId: string, name: string): Promise<void> => {
  await client.me.factors.passkeys[':passkeyId'].$patch({ param: { passkeyId }, json: { name } })
}

/** Takes a passkey away. */
export const removePasskey = async (passkeyId: string): Promise<void> => {
  await client.me.factors.passkeys[':passkeyId'].$delete({ param: { passkeyId } })
}

/** A new secret for an authenticator app; it holds once the app's first code was right. */
export const offerCodeApp = (): Promise<CodeSetUpView> => said(client.me.factors.code.options.$post())

/** Shows the first code of the app that was offered a secret. */
export const addCodeApp = (code: string): Promise<FactorAddedView> =>
  said(client.me.factors.code.$post({ json: { code } }))

/** Takes the authenticator app away. */
export const removeCodeApp = async (): Promise<void> => {
  await client.me.factors.code.$delete()
}

/** Makes the recovery codes anew; those before are void. */
export const remakeRecoveryCodes = async (): Promise<string[]> =>
  (await said(client.me.factors['recovery-codes'].$post())).recoveryCodes

/** Whether everybody of a customer signs in with a second factor, or only whoever answers requests. */
export const demandFactor = async (customerId: string, demanded: boolean): Promise<void> => {
  await customers.customers[':customerId']['second-factor'].$put({ param: { customerId }, json: { demanded } })
}
