import { createHash, randomUUID } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { PublicKey, type ReceiptProof, receiptText, signedTypes } from '@gatehouse/shared/agent/messages'
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import { z } from 'zod'
import { AgentError } from './errors.ts'
import { files, type Home, notEnrolled, readJson, writeJson } from './home.ts'

const PrivateKey = PublicKey.extend({ d: z.string().length(43) })
type PrivateKey = z.infer<typeof PrivateKey>

/** Who this machine is, to whom it speaks, and whose signature it believes. */
export const Identity = z.object({
  deviceId: z.uuid(),
  name: z.string(),
  server: z.url(),
  serverId: z.string(),
  serverKeys: z.array(PublicKey.extend({ kid: z.string() })).min(1),
  key: PrivateKey,
  /** Fingerprint of the machine on which the key was made. */
  machine: z.string().optional(),
})
export type Identity = z.infer<typeof Identity>

/** A fingerprint of this machine, or `undefined` where it has none; never the machine's id itself. */
export const fingerprint = (): string | undefined => {
  try {
    const id = readFileSync('/etc/machine-id', 'utf8').trim()
    return id ? createHash('sha256').update(`gatehouse ${id}`).digest('base64url') : undefined
  } catch {
    return undefined
  }
}

/** The identity in this home; throws sentences where there is none or where others could have read the key. */
export const readIdentity = (home: Home): Identity => {
  const path = home.path(files.identity)
  const identity = readJson(path, Identity)
  if (!identity) throw new AgentError(notEnrolled(home.folder))
  if (process.platform !== 'win32' && statSync(path).mode & 0o077) {
    throw new AgentError(`Others on this machine can read the key in ${path}. Run chmod 600 on it, or enrol anew.`)
  }
  return identity
}

/** Keeps the identity, key and all, readable by its owner only. */
export const writeIdentity = (home: Home, identity: Identity): void => writeJson(home.path(files.identity), identity)

/** A new Ed25519 key pair as JWK; the private half never leaves this machine. */
export const makeKey = async (): Promise<PrivateKey> => {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  return PrivateKey.parse(await exportJWK(privateKey))
}

const sign = async (key: PrivateKey, typ: string, claims: Record<string, unknown>): Promise<string> => {
  const imported = (await importJWK({ ...key }, 'EdDSA')) as CryptoKey
  return new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', typ }).sign(imported)
}

/** Shows that the sender of an enrolment code holds the key's private half. */
export const enrolmentProof = (key: PrivateKey, code: string): Promise<string> =>
  sign(key, signedTypes.enrolment, { code })

/** What this machine signs with its key. */
export interface Signer {
  /** The bearer of one connection or one request; lives for less than a minute. */
  assertion(): Promise<string>
  /** Makes an answer to a command provable. */
  receipt(receipt: Omit<ReceiptProof, 'iss' | 'digest'> & { result?: unknown; because?: string }): Promise<string>
}

/** The signer of `identity`. */
export const signerOf = (identity: Identity, now: () => number = Date.now): Signer => ({
  assertion: () => {
    const iat = Math.floor(now() / 1_000)
    const { deviceId, serverId } = identity
    return sign(identity.key, signedTypes.assertion, {
      iss: deviceId,
      sub: deviceId,
      aud: serverId,
      iat,
      exp: iat + 55,
      jti: randomUUID(),
    })
  },
  receipt: ({ actionId, outcome, at, ...answer }) =>
    sign(identity.key, signedTypes.receipt, {
      iss: identity.deviceId,
      actionId,
      outcome,
      at,
      digest: createHash('sha256').update(receiptText(answer)).digest('base64url'),
    } satisfies ReceiptProof),
})
