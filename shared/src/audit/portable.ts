import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Primitives } from './primitives.ts'

/** Hashes and signatures in JavaScript alone, for a page without a server and wherever nothing faster is at hand. */
export const portable: Primitives = {
  sha256: (bytes) => sha256(bytes),
  verify: (signature, message, publicKey) => {
    try {
      // RFC 8032 as it is written, not the laxer ZIP 215.
      return ed25519.verify(signature, message, publicKey, { zip215: false })
    } catch {
      return false
    }
  },
}
