import { Assertion, signedTypes } from '@gatehouse/shared/agent/messages'
import { type CryptoKey, decodeJwt, importJWK, jwtVerify } from 'jose'
import type { House } from '../../kernel/house.ts'
import { isUuid } from '../../kernel/ids.ts'
import { assertionLimits } from './limits.ts'
import type { UsedAssertion } from './store.ts'

const bearer = /^Bearer ([\w-]{1,2048}\.[\w-]{1,2048}\.[\w-]{1,512})$/

/** The token of an `Authorization` header and the device it claims to be from; nothing is verified by this. */
export const claimedBy = (header: string | undefined): { token: string; deviceId: string } | undefined => {
  const token = bearer.exec(header ?? '')?.[1]
  if (!token) return undefined
  try {
    const { iss } = decodeJwt(token)
    return typeof iss === 'string' && isUuid(iss) ? { token, deviceId: iss.toLowerCase() } : undefined
  } catch {
    return undefined
  }
}

/** A key nobody holds: what an unknown device sends is verified against it, and takes as long as any other. */
const nobodysKey = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'

const mostKeys = 50_000
const keys = new Map<string, Promise<CryptoKey>>()

/** The key of these raw bytes (base64url), imported once. */
const importKey = (publicKey: string): Promise<CryptoKey> => {
  const known = keys.get(publicKey)
  if (known) return known
  const [oldest] = keys.keys()
  if (keys.size >= mostKeys && oldest) keys.delete(oldest)
  const key = importJWK({ kty: 'OKP', crv: 'Ed25519', x: publicKey }, 'EdDSA') as Promise<CryptoKey>
  keys.set(publicKey, key)
  key.catch(() => keys.delete(publicKey))
  return key
}

/** The latest time that there is a date for, ms since the epoch. */
const latestTime = 8_640_000_000_000_000

/**
 * By how much the clock of whoever signed `token` is ahead of ours (ms, negative where it is behind), where that alone is
 * wrong with it: the device's own signature, about itself, for this server, at another time. Or it was kept, and sent late.
 */
export const clockAheadIn = async (
  house: House,
  token: string,
  deviceId: string,
  publicKey: string | null,
): Promise<number | undefined> => {
  const now = house.clock.now()
  try {
    const { iat = 0 } = decodeJwt(token)
    const ahead = iat * 1_000 - now
    if (!Number.isSafeInteger(ahead) || iat < 0 || iat * 1_000 > latestTime) return undefined
    const then = { ...house, clock: { now: () => iat * 1_000 } }
    const right = await verifyAssertion(then, token, deviceId, publicKey)
    return right && Math.abs(ahead) > assertionLimits.tolerance ? ahead : undefined
  } catch {
    return undefined
  }
}

/**
 * The assertion in `token`, when it was signed by this key, by and about this device, for this server, and is in time;
 * else `undefined`. Whether it was used before is for the caller to see.
 */
export const verifyAssertion = async (
  house: House,
  token: string,
  deviceId: string,
  publicKey: string | null,
): Promise<UsedAssertion | undefined> => {
  const now = house.clock.now()
  try {
    const { payload, protectedHeader } = await jwtVerify(token, await importKey(publicKey ?? nobodysKey), {
      algorithms: ['EdDSA'],
      typ: signedTypes.assertion,
      audience: house.keys.serverId,
      clockTolerance: assertionLimits.tolerance / 1_000,
      currentDate: new Date(now),
    })
    const claims = Assertion.parse(payload)
    const expiresAt = claims.exp * 1_000 + assertionLimits.tolerance
    const right =
      publicKey !== null &&
      // jose takes `application/…` and other cases for the same.
      protectedHeader.typ === signedTypes.assertion &&
      claims.iss === claims.sub &&
      claims.iss.toLowerCase() === deviceId &&
      claims.jti.length > 0 &&
      !claims.jti.includes('\0') &&
      claims.iat * 1_000 <= now + assertionLimits.tolerance &&
      expiresAt <= now + assertionLimits.life + 2 * assertionLimits.tolerance
    return right ? { deviceId, jti: claims.jti.toWellFormed(), expiresAt } : undefined
  } catch {
    return undefined
  }
}
