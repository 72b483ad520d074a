import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { and, asc, eq, gt, lte } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import type { House } from '../../kernel/house.ts'
import { hashOf, newId } from '../../kernel/ids.ts'
import { challengeLife } from './rules.ts'
import { passkey, passkeyChallenge } from './tables.ts'

type Purpose = (typeof passkeyChallenge.$inferSelect)['purpose']

/** The name under which browsers keep our passkeys: the host, without its port. */
const relyingParty = (house: House): string => new URL(house.origin).hostname

const keep = async (house: House, signInId: string, purpose: Purpose, challenge: string): Promise<void> => {
  const now = house.clock.now()
  await house.db.delete(passkeyChallenge).where(lte(passkeyChallenge.expiresAt, now))
  await house.db
    .insert(passkeyChallenge)
    .values({ challengeHash: hashOf(challenge), signInId, purpose, expiresAt: now + challengeLife })
}

/** Uses a challenge up, true once: whoever it was made for has answered it in time. */
const use = async (house: House, tx: Tx, signInId: string, purpose: Purpose, challenge: string): Promise<boolean> => {
  const used = await tx
    .delete(passkeyChallenge)
    .where(
      and(
        eq(passkeyChallenge.challengeHash, hashOf(challenge)),
        eq(passkeyChallenge.signInId, signInId),
        eq(passkeyChallenge.purpose, purpose),
        gt(passkeyChallenge.expiresAt, house.clock.now()),
      ),
    )
    .returning({ purpose: passkeyChallenge.purpose })
  return used.length > 0
}

/** A person's passkeys, the oldest first. */
export const passkeysOf = (db: Tx, personId: string) =>
  db.select().from(passkey).where(eq(passkey.personId, personId)).orderBy(asc(passkey.createdAt), asc(passkey.id))

const named = ({ credentialId, transports }: { credentialId: string; transports: string[] }) => ({
  id: credentialId,
  transports,
})

/** What a browser needs to ask a person for one of his passkeys. */
export const askForPasskey = async (house: House, actor: Actor): Promise<PublicKeyCredentialRequestOptionsJSON> => {
  const options = await generateAuthenticationOptions({
    rpID: relyingParty(house),
    allowCredentials: (await passkeysOf(house.db, actor.id)).map(named),
    userVerification: 'preferred',
    timeout: challengeLife,
  })
  await keep(house, actor.signInId, 'show', options.challenge)
  return options
}

/** True when the response was signed with one of the person's passkeys, for this sign-in and now. */
export const usePasskey = async (
  house: House,
  tx: Tx,
  actor: Actor,
  response: AuthenticationResponseJSON,
): Promise<boolean> => {
  const [known] = await tx
    .select()
    .from(passkey)
    .where(and(eq(passkey.credentialId, response.id), eq(passkey.personId, actor.id)))
    .for('update')
  if (!known) return false
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response,
    expectedChallenge: (challenge) => use(house, tx, actor.signInId, 'show', challenge),
    expectedOrigin: house.origin,
    expectedRPID: relyingParty(house),
    credential: {
      ...named(known),
      publicKey: new Uint8Array(Buffer.from(known.publicKey, 'base64url')),
      counter: known.counter,
    },
    requireUserVerification: false,
  }).catch(() => ({ verified: false as const, authenticationInfo: undefined }))
  if (!verified || !authenticationInfo) return false
  await tx
    .update(passkey)
    .set({
      counter: authenticationInfo.newCounter,
      synced: authenticationInfo.credentialBackedUp,
      lastUsedAt: house.clock.now(),
    })
    .where(eq(passkey.id, known.id))
  return true
}

/** What a browser needs to make a new passkey. */
export const offerPasskey = async (house: House, actor: Actor): Promise<PublicKeyCredentialCreationOptionsJSON> => {
  const options = await generateRegistrationOptions({
    rpName: 'Gatehouse',
    rpID: relyingParty(house),
    userName: actor.email,
    userDisplayName: actor.name,
    userID: new Uint8Array(Buffer.from(actor.id)),
    attestationType: 'none',
    excludeCredentials: (await passkeysOf(house.db, actor.id)).map(named),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
    timeout: challengeLife,
  })
  await keep(house, actor.signInId, 'add', options.challenge)
  return options
}

/** Keeps the passkey a browser has made; false where the answer was not to our question. */
export const addPasskey = async (
  house: House,
  tx: Tx,
  actor: Actor,
  given: { name: string; response: RegistrationResponseJSON },
): Promise<boolean> => {
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: given.response,
    expectedChallenge: (challenge) => use(house, tx, actor.signInId, 'add', challenge),
    expectedOrigin: house.origin,
    expectedRPID: relyingParty(house),
    requireUserVerification: false,
  }).catch(() => ({ verified: false as const, registrationInfo: undefined }))
  if (!verified || !registrationInfo) return false
  const { credential, credentialBackedUp } = registrationInfo
  const added = await tx
    .insert(passkey)
    .values({
      id: newId(),
      personId: actor.id,
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      transports: credential.transports ?? [],
      synced: credentialBackedUp,
      name: given.name,
      createdAt: house.clock.now(),
    })
    .onConflictDoNothing()
    .returning({ id: passkey.id })
  return added.length > 0
}
