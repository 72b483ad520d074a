import { signedTypes } from '@gatehouse/shared/agent/messages'
import { type CryptoKey, errors, importJWK, type JWTPayload, jwtVerify } from 'jose'
import type { z } from 'zod'
import { words } from '../errors.ts'
import type { Identity } from '../identity.ts'

/** Why something signed was not believed. */
export class Disbelief extends Error {
  override readonly name = 'Disbelief'
  /** What was claimed, where the server did sign it for this device and only the time is wrong. */
  readonly claims: unknown
  constructor(because: string, claims?: unknown) {
    super(because)
    this.claims = claims
  }
}

/** Reads what the server signed for this device; rejects with `Disbelief` where anything about it is wrong. */
export type ReadSigned = <S extends z.ZodType>(
  token: string,
  type: keyof typeof signedTypes,
  schema: S,
) => Promise<z.infer<S>>

/** How far the clocks of server and device may differ, in seconds. */
export const clockTolerance = 10

/** Believes only Ed25519 signatures under a key pinned at enrolment, of the right type, for this device, in time. */
export const createReadSigned = (
  { deviceId, serverKeys }: Pick<Identity, 'deviceId' | 'serverKeys'>,
  now: () => number = Date.now,
): ReadSigned => {
  const verify = async (token: string, typ: string): Promise<JWTPayload> => {
    let reason: unknown
    for (const { kid, ...jwk } of serverKeys) {
      try {
        const key = (await importJWK(jwk, 'EdDSA')) as CryptoKey
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['EdDSA'],
          typ,
          audience: deviceId,
          clockTolerance,
          currentDate: new Date(now()),
        })
        return payload
      } catch (error) {
        // Found only after signature, type and audience held.
        if (error instanceof errors.JWTExpired) throw new Disbelief('It has expired', error.payload)
        reason = error
      }
    }
    throw new Disbelief(words(reason))
  }
  return async (token, type, schema) => {
    const payload = await verify(token, signedTypes[type])
    const claims = schema.safeParse(payload)
    if (!claims.success) throw new Disbelief(`It is not a ${type}`)
    if (payload.iat === undefined || payload.iat * 1_000 > now() + clockTolerance * 1_000) {
      throw new Disbelief('It was signed in the future: the clocks of server and device differ', payload)
    }
    return claims.data
  }
}
