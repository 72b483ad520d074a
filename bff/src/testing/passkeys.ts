import { createECDH, createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto'
import type { AuthenticationResponseJSON, PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server'
import { type Persona, personas } from '../demo/people.ts'
import { passkey } from '../features/factors/tables.ts'
import type { House } from '../kernel/house.ts'
import { newId } from '../kernel/ids.ts'

/** A passkey that tests hold both halves of. */
export interface TestPasskey {
  credentialId: string
  privateKey: KeyObject
  /** COSE, as the tables keep it. */
  publicKey: Buffer
}

const sha256 = (bytes: string | Buffer): Buffer => createHash('sha256').update(bytes).digest()

/** An EC2 key on P-256 for ES256, in COSE (RFC 9053, CBOR by hand: five pairs of which two are byte strings of 32). */
const coseOf = (x: Buffer, y: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]),
    x,
    Buffer.from([0x22, 0x58, 0x20]),
    y,
  ])

/** A passkey by its name: the same in every process, so that one may seed it and another use it. */
export const testPasskey = (name: string): TestPasskey => {
  const d = sha256(`a test's passkey of ${name}`)
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(d)
  const point = curve.getPublicKey()
  const [x, y] = [point.subarray(1, 33), point.subarray(33)]
  const jwk = { kty: 'EC', crv: 'P-256', d: d, x, y }
  const text = Object.fromEntries(
    Object.entries(jwk).map(([k, v]) => [k, typeof v === 'string' ? v : v.toString('base64url')]),
  )
  return {
    credentialId: sha256(`its id of ${name}`).toString('base64url'),
    privateKey: createPrivateKey({ key: text, format: 'jwk' }),
    publicKey: coseOf(x, y),
  }
}

/** Gives each person of the demonstration the passkey that tests hold. */
export const givePasskeys = async (house: House, people: Record<Persona, string>): Promise<void> => {
  for (const who of personas) {
    const { credentialId, publicKey } = testPasskey(who)
    await house.db.insert(passkey).values({
      id: newId(),
      personId: people[who],
      credentialId,
      publicKey: publicKey.toString('base64url'),
      counter: 0,
      transports: ['internal'],
      synced: false,
      name: `${who}'s key`,
      createdAt: house.clock.now(),
    })
  }
}

/** What an authenticator answers to `options` on a page of `origin`, user present and verified. */
export const answerOf = (
  { credentialId, privateKey }: TestPasskey,
  options: Pick<PublicKeyCredentialRequestOptionsJSON, 'challenge' | 'rpId'>,
  origin: string,
): AuthenticationResponseJSON => {
  const clientData = Buffer.from(
    JSON.stringify({ type: 'webauthn.get', challenge: options.challenge, origin, crossOrigin: false }),
  )
  const authenticatorData = Buffer.concat([
    sha256(options.rpId ?? new URL(origin).hostname),
    Buffer.from([0x05]),
    Buffer.alloc(4),
  ])
  const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(clientData)]), privateKey)
  return {
    id: credentialId,
    rawId: credentialId,
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authenticatorData.toString('base64url'),
      signature: signature.toString('base64url'),
    },
  }
}
