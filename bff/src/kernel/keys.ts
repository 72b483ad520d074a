import { createHmac, createPrivateKey, type JsonWebKey, randomBytes, sign as signWith } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CryptoKey } from 'jose'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'

/** The server's signing key and everything derived from its secret. */
export interface ServerKeys {
  /** Names this Gatehouse: audience of the devices' assertions; thumbprint of the signing key of the first start. */
  serverId: string
  /** Public halves that devices pin. */
  publicKeys: { kty: 'OKP'; crv: 'Ed25519'; x: string; kid: string }[]
  /** Signs claims as a compact JWS whose `typ` says what it is. */
  sign(typ: string, claims: Record<string, unknown>): Promise<string>
  /** 32 bytes for one purpose, from the secret. */
  derive(purpose: string): Buffer
  /** Signs the checkpoints of the audit log and nothing else; a key of its own, which customers pin. */
  log: LogKey
}

/** An Ed25519 key: its public half, 32 bytes, and what signs with the other. */
export interface LogKey {
  publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array
}

/** 32 bytes for one purpose, from a secret. */
export const deriveFrom = (secret: string, purpose: string): Buffer =>
  createHmac('sha256', secret).update(`gatehouse ${purpose}`).digest()

const readOrMake = async (path: string, make: () => Promise<string>): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const made = await make()
  // `wx`: two starts at once end with one key; the loser reads the winner's.
  await writeFile(path, made, { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  return readFile(path, 'utf8')
}

const logKeyOf = (jwk: JWK): LogKey => {
  const key = createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' })
  return {
    publicKey: Buffer.from(jwk.x as string, 'base64url'),
    sign: (message) => signWith(null, message, key),
  }
}

const makeJwk = async (): Promise<string> => {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  return JSON.stringify(await exportJWK(privateKey))
}

/** Reads the keys from `<dataDir>/keys`, makes them on the first start; `secret` overrides the file's. */
export const openKeys = async (dataDir: string, secret: string | undefined): Promise<ServerKeys> => {
  const folder = join(dataDir, 'keys')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const jwk = JSON.parse(await readOrMake(join(folder, 'signing.json'), makeJwk)) as JWK
  const root = secret ?? (await readOrMake(join(folder, 'secret'), async () => randomBytes(32).toString('base64url')))
  const logJwk = JSON.parse(await readOrMake(join(folder, 'log.json'), makeJwk)) as JWK
  const kid = await calculateJwkThumbprint(jwk)
  const key = (await importJWK(jwk, 'EdDSA')) as CryptoKey
  return {
    serverId: kid,
    publicKeys: [{ kty: 'OKP', crv: 'Ed25519', x: jwk.x as string, kid }],
    sign: (typ, claims) => new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', typ, kid }).sign(key),
    derive: (purpose) => deriveFrom(root, purpose),
    log: logKeyOf(logJwk),
  }
}
