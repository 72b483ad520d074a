import { createHmac } from 'node:crypto'
import { and, eq, isNull, lt, sql } from 'drizzle-orm'
import { Secret, TOTP } from 'otpauth'
import { shut, unshut } from '../../kernel/box.ts'
import { seconds } from '../../kernel/clock.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import type { ServerKeys } from '../../kernel/keys.ts'
import { newSpokenCode, readSpokenCode } from '../../kernel/spoken-code.ts'
import { codes, recovery, stepsOff } from './rules.ts'
import { codeApp, recoveryCode } from './tables.ts'

const boxKey = (keys: ServerKeys): Buffer => keys.derive('secrets of authenticator apps')

/** A secret for an authenticator app: base32, and boxed as the tables keep it. */
export const newSecret = (keys: ServerKeys): { base32: string; box: string } => {
  const { base32 } = new Secret({ size: 20 })
  return { base32, box: boxSecret(keys, base32) }
}

/** A secret as the tables keep it. */
export const boxSecret = (keys: ServerKeys, base32: string): string => shut(boxKey(keys), base32)

/** The secret in a box, base32; `undefined` where it was boxed with another server's key. */
export const unboxSecret = (keys: ServerKeys, box: string): string | undefined => unshut(boxKey(keys), box)

/** What the QR code of an authenticator app says. */
export const uriOf = (base32: string, label: string): string =>
  new TOTP({ ...codes, issuer: 'Gatehouse', label, secret: Secret.fromBase32(base32) }).toString()

/** The time step whose code this is at `now` (ms), a step to either side of it; `undefined` where it is none. */
export const stepOf = (keys: ServerKeys, box: string, code: string, now: number): number | undefined => {
  const base32 = unboxSecret(keys, box)
  if (!base32) return undefined
  const delta = TOTP.validate({
    ...codes,
    secret: Secret.fromBase32(base32),
    token: code,
    timestamp: now,
    window: stepsOff,
  })
  return delta === null ? undefined : Math.floor(now / seconds(codes.period)) + delta
}

/** Uses a code of a person's authenticator app up: of two that show the same one at once, one is believed. */
export const useCode = async (
  tx: Tx,
  keys: ServerKeys,
  personId: string,
  code: string,
  now: number,
): Promise<boolean> => {
  const [app] = await tx.select().from(codeApp).where(eq(codeApp.personId, personId))
  const step = app && stepOf(keys, app.secretBox, code, now)
  if (step === undefined) return false
  const used = await tx
    .update(codeApp)
    .set({ lastStep: step, lastUsedAt: now })
    .where(and(eq(codeApp.personId, personId), lt(codeApp.lastStep, step)))
    .returning({ personId: codeApp.personId })
  return used.length > 0
}

// Keyed, so that nobody who has a copy of the tables tries all codes.
const hashOfCode = (keys: ServerKeys, personId: string, code: string): string =>
  createHmac('sha256', keys.derive('recovery codes')).update(`${personId} ${code}`).digest('hex')

/** Makes a person's recovery codes anew; they are returned this once and kept as hashes. */
export const makeRecoveryCodes = async (tx: Tx, keys: ServerKeys, personId: string, now: number): Promise<string[]> => {
  const made = Array.from({ length: recovery.count }, () => newSpokenCode(recovery.characters))
  await tx.delete(recoveryCode).where(eq(recoveryCode.personId, personId))
  await tx
    .insert(recoveryCode)
    .values(made.map((code) => ({ personId, codeHash: hashOfCode(keys, personId, code), madeAt: now })))
  return made
}

/** Uses a recovery code up; how many are left, or `undefined` where it was none or had been used. */
export const useRecoveryCode = async (
  tx: Tx,
  keys: ServerKeys,
  personId: string,
  typed: string,
  now: number,
): Promise<number | undefined> => {
  const code = readSpokenCode(typed, recovery.characters)
  if (!code) return undefined
  const used = await tx
    .update(recoveryCode)
    .set({ usedAt: now })
    .where(
      and(
        eq(recoveryCode.personId, personId),
        eq(recoveryCode.codeHash, hashOfCode(keys, personId, code)),
        isNull(recoveryCode.usedAt),
      ),
    )
    .returning({ personId: recoveryCode.personId })
  if (used.length === 0) return undefined
  const [row] = await tx
    .select({ left: sql<number>`count(*)::int` })
    .from(recoveryCode)
    .where(and(eq(recoveryCode.personId, personId), isNull(recoveryCode.usedAt)))
  return row?.left ?? 0
}
