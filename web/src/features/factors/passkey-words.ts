import { WebAuthnError } from '@simplewebauthn/browser'
import { wordsFor } from '../../kernel/words.ts'

/** What a person reads when a passkey was not made or shown: most often because it was called off. */
export const passkeyWords = (thrown: unknown): string => {
  const { name } = thrown as { name?: string }
  if (thrown instanceof WebAuthnError && thrown.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED')
    return 'This device has a passkey for Gatehouse already.'
  if (name === 'NotAllowedError' || name === 'AbortError')
    return 'No passkey was shown, or it took too long. Try again.'
  if (thrown instanceof WebAuthnError || thrown instanceof DOMException)
    return 'This browser could not use a passkey here.'
  return wordsFor(thrown)
}
