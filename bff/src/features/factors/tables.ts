import { sql } from 'drizzle-orm'
import { bigint, boolean, check, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { person } from '../people/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })
const ofPerson = () =>
  uuid('person_id')
    .notNull()
    .references(() => person.id, { onDelete: 'cascade' })

/** Passkeys: the public halves only. */
export const passkey = pgTable(
  'passkey',
  {
    id: uuid().primaryKey(),
    personId: ofPerson(),
    /** As the authenticator names it, base64url. */
    credentialId: text('credential_id').notNull().unique(),
    /** COSE key, base64url. */
    publicKey: text('public_key').notNull(),
    counter: bigint({ mode: 'number' }).notNull(),
    transports: text().array().notNull(),
    synced: boolean().notNull(),
    name: text().notNull(),
    createdAt: ms('created_at').notNull(),
    lastUsedAt: ms('last_used_at'),
  },
  (t) => [index('passkey_person').on(t.personId, t.createdAt)],
)

/** What a passkey is asked to sign: once, within minutes, under the sign-in it was made for. */
export const passkeyChallenge = pgTable(
  'passkey_challenge',
  {
    challengeHash: text('challenge_hash').primaryKey(),
    signInId: text('sign_in_id').notNull(),
    purpose: text().$type<'add' | 'show'>().notNull(),
    expiresAt: ms('expires_at').notNull(),
  },
  (t) => [
    index('passkey_challenge_end').on(t.expiresAt),
    check('passkey_challenge_purpose', sql`${t.purpose} in ('add', 'show')`),
  ],
)

/** Authenticator apps, one per person; the secret is boxed with a key that is not in the database. */
export const codeApp = pgTable('code_app', {
  personId: ofPerson().primaryKey(),
  secretBox: text('secret_box').notNull(),
  createdAt: ms('created_at').notNull(),
  /** The time step of the latest code that was accepted: it and those before are worth nothing any more. */
  lastStep: bigint('last_step', { mode: 'number' }).notNull(),
  lastUsedAt: ms('last_used_at'),
})

/** An authenticator app that is being set up: it counts for nothing until its first code was right. */
export const codeAppOffer = pgTable('code_app_offer', {
  personId: ofPerson().primaryKey(),
  secretBox: text('secret_box').notNull(),
  offeredAt: ms('offered_at').notNull(),
})

/** Recovery codes, as keyed hashes. */
export const recoveryCode = pgTable(
  'recovery_code',
  {
    personId: ofPerson(),
    codeHash: text('code_hash').notNull(),
    madeAt: ms('made_at').notNull(),
    usedAt: ms('used_at'),
  },
  (t) => [primaryKey({ columns: [t.personId, t.codeHash] })],
)
