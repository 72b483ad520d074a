import { createPublicKey, hash, verify } from 'node:crypto'
import { base64url } from '@gatehouse/shared/audit/bytes'
import type { Primitives, Sha256, VerifySignature } from '@gatehouse/shared/audit/primitives'

/** SHA-256 by the platform, about as fast as the machine can. */
export const sha256: Sha256 = (bytes) => hash('sha256', bytes, 'buffer')

const verifyEd25519: VerifySignature = (signature, message, publicKey) => {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: base64url(publicKey) }, format: 'jwk' })
    return verify(null, message, key, signature)
  } catch {
    return false
  }
}

/** What checking a proof needs, by the platform. */
export const primitives: Primitives = { sha256, verify: verifyEd25519 }
