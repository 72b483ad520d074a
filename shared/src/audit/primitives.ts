/** SHA-256 of some bytes, which it must not keep: the caller writes over them. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

/** Whether an Ed25519 signature (RFC 8032, 64 bytes) of a message is of a public key (32 bytes); never throws. */
export type VerifySignature = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean

/** Signs a message with Ed25519; asynchronous where the key is somewhere else. */
export type Sign = (message: Uint8Array) => Uint8Array | Promise<Uint8Array>

/** What checking a proof needs of a platform; `portable` has both in JavaScript, Node has faster ones. */
export interface Primitives {
  sha256: Sha256
  verify: VerifySignature
}
