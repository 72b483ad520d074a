import { type EnrolAnswer, type EnrolRequest, signedTypes } from '@gatehouse/shared/agent/messages'
import { and, eq, gt, isNull } from 'drizzle-orm'
import { type CryptoKey, compactVerify, importJWK } from 'jose'
import { entry } from '../../kernel/audit/append.ts'
import { deviceHints } from '../../kernel/bus.ts'
import { change, note } from '../../kernel/change.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { storable } from '../../kernel/database/storable.ts'
import { Refused } from '../../kernel/errors.ts'
import { behindWall, type House } from '../../kernel/house.ts'
import { deviceById, hashCode, type KnownDevice, ordersWanted } from '../devices/door.ts'
import { device, deviceLink, enrolmentCode } from '../devices/tables.ts'
import { signLogOrder } from '../witnesses/door.ts'
import { enrolmentLimit } from './limits.ts'
import { signOrders } from './orders.ts'
import { byDevice, enrolmentTries, noteEnrolmentTry } from './store.ts'

/** True when whoever sent this holds the private half of the key, and made the proof for this very code. */
const provesKey = async ({ code, publicKey, proof }: EnrolRequest): Promise<boolean> => {
  try {
    const key = (await importJWK(publicKey, 'EdDSA')) as CryptoKey
    const { payload, protectedHeader } = await compactVerify(proof, key, { algorithms: ['EdDSA'] })
    const claims = JSON.parse(new TextDecoder().decode(payload)) as { code?: unknown } | null
    return protectedHeader.typ === signedTypes.enrolment && claims?.code === code
  } catch {
    return false
  }
}

/** Uses a code up: of two at the same instant one wins, and what is refused later in the transaction uses nothing. */
const useCode = async (tx: Tx, codeHash: string, now: number): Promise<string | undefined> => {
  const [used] = await tx
    .update(enrolmentCode)
    .set({ usedAt: now })
    .where(and(eq(enrolmentCode.codeHash, codeHash), isNull(enrolmentCode.usedAt), gt(enrolmentCode.expiresAt, now)))
    .returning({ deviceId: enrolmentCode.deviceId })
  return used?.deviceId
}

/** Gives a device that waits its key, and a link that begins anew. */
const activate = async (tx: Tx, deviceId: string, given: EnrolRequest, now: number): Promise<number | undefined> => {
  const [active] = await tx
    .update(device)
    .set({ state: 'active', publicKey: given.publicKey.x, enrolledAt: now })
    .where(and(eq(device.id, deviceId), eq(device.state, 'awaiting_enrolment'), isNull(device.removedAt)))
    .returning({ ordersVersion: ordersWanted })
  if (!active) return undefined
  const link = {
    connected: false,
    transport: null,
    connectionId: null,
    // Whoever enrols anew counts his messages anew.
    lastSeq: 0,
    bootId: null,
    ordersHeld: 0,
    logSize: null,
    logAt: null,
    logBeganAt: null,
    logLostAt: null,
    clockAhead: null,
    agentVersion: storable(given.agentVersion),
    platform: storable(given.platform),
  }
  await tx
    .insert(deviceLink)
    .values({ deviceId, ...link })
    .onConflictDoUpdate({ target: deviceLink.deviceId, set: link })
  return active.ordersVersion
}

const whose = async (house: House, codeHash: string | undefined): Promise<KnownDevice | undefined> => {
  if (!codeHash) return undefined
  const [row] = await house.db
    .select({ deviceId: enrolmentCode.deviceId })
    .from(enrolmentCode)
    .where(eq(enrolmentCode.codeHash, codeHash))
  return row && deviceById(house.db, row.deviceId)
}

const noteRefused = async (house: House, known: KnownDevice | undefined, because: string, from: string) => {
  const stranger = { kind: 'device' as const, id: null, name: 'An unknown device', company: '', from }
  await note(house, [
    entry({
      by: known ? byDevice(known, from) : stranger,
      event: 'device.enrolment_refused',
      fields: { because },
      ...(known && { about: known.about }),
      outcome: 'refused',
    }),
  ])
}

/** Refuses with the same answer whatever was wrong; the log says what, and of which device the code was. */
const refuse = async (house: House, known: KnownDevice | undefined, because: string, from: string): Promise<never> => {
  await noteEnrolmentTry(house.db, from, house.clock.now())
  await noteRefused(house, known, because, from)
  throw new Refused('code_unusable', { privately: because })
}

/** Enrols a device: its one-time code against a key of its own. Afterwards the code opens nothing any more. */
export const enrol = async (house: House, given: EnrolRequest, from: string): Promise<EnrolAnswer> => {
  const now = house.clock.now()
  // Who tries too often is turned away before anything is looked up, and no longer fills the log.
  if ((await enrolmentTries(house.db, from, now - enrolmentLimit.within)) >= enrolmentLimit.failures)
    throw new Refused('too_many_tries')
  const codeHash = hashCode(given.code)
  const known = await whose(house, codeHash)
  const proved = await provesKey(given)
  if (!codeHash || !known) return refuse(house, undefined, 'the code is none of ours', from)
  if (!proved) return refuse(house, known, 'the proof of its key is not right', from)
  // The code stays good: the agent asks again.
  const limit = house.access.limit(known.customerId)
  if (limit) {
    await noteRefused(house, known, limit.because, from)
    throw new Refused(limit.because, { since: limit.since })
  }
  try {
    return await change(behindWall(house, [known.customerId]), byDevice(known, from), 'device.enrolled', async (tx) => {
      const unusable = (because: string) => new Refused('code_unusable', { privately: because })
      const deviceId = await useCode(tx, codeHash, now)
      if (!deviceId) throw unusable('the code was used or has expired')
      const version = await activate(tx, deviceId, given, now)
      if (version === undefined) throw unusable('the device does not wait for its enrolment')
      const answer: EnrolAnswer = {
        deviceId,
        name: known.name,
        serverId: house.keys.serverId,
        serverKeys: house.keys.publicKeys,
        orders: await signOrders(house, tx, deviceId, version),
        log: await signLogOrder(house, known),
      }
      return {
        result: answer,
        fields: { device: known.name },
        about: known.about,
        signals: deviceHints(known, 'device', 'audit'),
      }
    })
  } catch (error) {
    if (error instanceof Refused && error.code === 'code_unusable') return refuse(house, known, error.message, from)
    throw error
  }
}
