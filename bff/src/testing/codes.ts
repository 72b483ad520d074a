import { demoCodeSecrets } from '@gatehouse/shared/demo'
import { Secret, TOTP } from 'otpauth'
import { demoPeople, type Persona } from '../demo/people.ts'

/** The code that an authenticator app with this secret (base32) shows at `now` (ms). */
export const codeOf = (secret: string, now: number): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: now })

/** The code on the phone of a demo person. */
export const demoCode = (who: Persona, now: number): string => codeOf(demoCodeSecrets[demoPeople[who].email] ?? '', now)
