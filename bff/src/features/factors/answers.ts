import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'

const Bytes = z.base64url().min(1).max(8_192)

const common = {
  id: Bytes,
  rawId: Bytes,
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional().catch(undefined),
  // Extensions are not asked for: whatever a browser says about them is left out.
  clientExtensionResults: z.unknown().transform(() => ({})),
}

/** What a browser answers when a passkey was shown. */
export const PasskeyAnswer: z.ZodType<AuthenticationResponseJSON> = z.object({
  ...common,
  response: z.object({
    clientDataJSON: Bytes,
    authenticatorData: Bytes,
    signature: Bytes,
    userHandle: Bytes.optional(),
  }),
})

/** What a browser answers when a passkey was made. */
export const NewPasskey: z.ZodType<RegistrationResponseJSON> = z.object({
  ...common,
  response: z.object({
    clientDataJSON: Bytes,
    attestationObject: z.base64url().min(1).max(65_536),
    transports: z.array(z.string().max(40)).max(10).optional(),
  }),
})
