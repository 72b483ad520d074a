import { createHash } from 'node:crypto'
import { type ReceiptMessage, ReceiptProof, receiptText, signedTypes } from '@gatehouse/shared/agent/messages'
import { eq } from 'drizzle-orm'
import { type CryptoKey, compactVerify, importJWK } from 'jose'
import type { By } from '../../kernel/actor.ts'
import { type About, type Entry, entry } from '../../kernel/audit/append.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { storable, storableJson } from '../../kernel/database/storable.ts'
import { devicesById, type KnownDevice } from '../devices/door.ts'
import { rowOf, wordsFor } from './rules.ts'
import { type ActionRow, lockActions, moveAction } from './store.ts'
import { action } from './tables.ts'

/** What a receipt's proof is worth. */
export type ProofState = 'right' | 'wrong' | 'absent'

/** Checks the device's own signature over its answer; `publicKey` is the raw key, base64url. */
export const checkProof = async (publicKey: string, deviceId: string, receipt: ReceiptMessage): Promise<ProofState> => {
  if (receipt.proof === undefined) return 'absent'
  try {
    const key = (await importJWK({ kty: 'OKP', crv: 'Ed25519', x: publicKey }, 'EdDSA')) as CryptoKey
    const { payload, protectedHeader } = await compactVerify(receipt.proof, key, { algorithms: ['EdDSA'] })
    const claims = ReceiptProof.parse(JSON.parse(new TextDecoder().decode(payload)))
    const right =
      protectedHeader.typ === signedTypes.receipt &&
      claims.iss === deviceId &&
      claims.actionId === receipt.actionId &&
      claims.outcome === receipt.outcome &&
      claims.at === receipt.at &&
      claims.digest === createHash('sha256').update(receiptText(receipt)).digest('base64url')
    return right ? 'right' : 'wrong'
  } catch {
    return 'wrong'
  }
}

/** A receipt with the device that sent it. */
export interface SentReceipt {
  deviceId: string
  by: By
  about: About
  receipt: ReceiptMessage
  proof: ProofState
}

interface Answer {
  state: 'succeeded' | 'failed' | 'refused'
  because: string | null
  result: unknown
}

const answerOf = (row: ActionRow, { receipt, proof }: SentReceipt): Answer => {
  const failed = (because: string): Answer => ({ state: 'failed', because, result: null })
  if (proof === 'wrong') return failed('The signature of the device under its answer is not right.')
  const because = receipt.because === undefined ? null : storable(receipt.because)
  if (receipt.outcome !== 'succeeded') return { state: receipt.outcome, because, result: null }
  const read = rowOf(row.action).result.safeParse(receipt.result)
  return read.success
    ? { state: 'succeeded', because, result: storableJson(read.data) }
    : failed("The device's answer could not be read.")
}

const eventOf = (row: ActionRow, device: KnownDevice | undefined, sent: SentReceipt, answer: Answer): Entry => {
  const of = { by: sent.by, about: { ...sent.about, approvalId: row.approvalId } }
  const words = wordsFor(row, device)
  const because = answer.because ?? 'no reason given'
  switch (answer.state) {
    case 'succeeded':
      return entry({ ...of, event: 'action.succeeded', fields: { action: words } })
    case 'failed':
      return entry({ ...of, event: 'action.failed', fields: { action: words, because }, outcome: 'failed' })
    case 'refused':
      return entry({
        ...of,
        event: 'action.refused',
        fields: { by: sent.by.name, action: words, because },
        outcome: 'refused',
      })
  }
}

/**
 * Stores what devices answered, in the transaction that stores their check-ins. A device answers for its own actions
 * only, and once. An answer that comes when nobody waited for it any more changes no state, but it is kept and logged:
 * what was done was done.
 */
export const takeReceipts = async (
  tx: Tx,
  receipts: readonly SentReceipt[],
  now: number,
): Promise<{ entries: Entry[]; deviceIds: Set<string> }> => {
  const rows = await lockActions(
    tx,
    receipts.map(({ receipt }) => receipt.actionId),
  )
  const devices = await devicesById(
    tx,
    rows.map((row) => row.deviceId),
  )
  const open = new Map(rows.map((row) => [row.id, row]))
  const entries: Entry[] = []
  const deviceIds = new Set<string>()
  for (const sent of receipts) {
    const row = open.get(sent.receipt.actionId)
    if (!row || row.deviceId !== sent.deviceId) continue
    const answer = answerOf(row, sent)
    const stored = {
      because: answer.because,
      result: answer.result,
      proof: sent.proof === 'right' ? (sent.receipt.proof ?? null) : null,
    }
    if (row.state === 'delivered') {
      await moveAction(tx, row.id, 'delivered', { state: answer.state, endedAt: now, ...stored })
    } else if (
      (row.state === 'unanswered' || row.state === 'expired') &&
      row.deliveredAt !== null &&
      row.proof === null &&
      row.because === null
    ) {
      const because = `Answered after its time was over: ${answer.state}${answer.because ? ` (${answer.because})` : ''}`
      await tx
        .update(action)
        .set({ ...stored, because })
        .where(eq(action.id, row.id))
    } else continue
    open.delete(row.id)
    entries.push(eventOf(row, devices.get(row.deviceId), sent, answer))
    deviceIds.add(row.deviceId)
  }
  return { entries, deviceIds }
}
