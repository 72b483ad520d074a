import { base64, utf8 } from '@gatehouse/shared/audit/bytes'
import { makersTree, readCheckpointText } from '@gatehouse/shared/audit/checkpoint'
import { printKey, readNote } from '@gatehouse/shared/audit/note'
import { decide } from '@gatehouse/shared/decide'
import type { Page } from '@gatehouse/shared/views/basics'
import type { LogCheckView, LogFaultView, LogView } from '@gatehouse/shared/views/integrity'
import type { Actor } from '../../kernel/actor.ts'
import { sha256 } from '../../kernel/audit/platform.ts'
import { days } from '../../kernel/clock.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import type { House } from '../../kernel/house.ts'
import { asMay, mayUnless } from '../../kernel/http/allow.ts'
import { asPage, type PageAsked, readKey } from '../../kernel/http/pages.ts'
import { newestCheckpoint, signerOf } from '../audit/door.ts'
import { devicesById } from '../devices/door.ts'
import { witnessesOf } from '../witnesses/door.ts'
import { askedLately, newest } from './checks.ts'
import { activityOn, type KnownLog } from './log.ts'
import { byCommand, restoresOf } from './restores.ts'
import { sideOf } from './service.ts'
import {
  type CheckWithName,
  checksOf,
  type ExplanationWithName,
  eventsAt,
  explanationsOf,
  type FaultRow,
  faultCounts,
  faultKey,
  faultsOf,
  treeStanding,
} from './store.ts'

/** The id of a log in addresses. */
export const logIdOf = (tree: string): string => (tree === theMakerItself ? makersTree : tree)

const fingerprintOf = (bytes: Uint8Array): string =>
  (Buffer.from(sha256(bytes)).toString('hex').match(/.{4}/g) ?? []).join(' ')

const presentCheck = ({ check, askedBy }: CheckWithName): LogCheckView => ({
  id: check.id,
  askedAt: check.askedAt,
  askedBy: check.askedBy === null ? null : (askedBy ?? 'Somebody'),
  begunAt: check.begunAt,
  endedAt: check.endedAt,
  done: check.done,
  size: check.size,
  root: check.root,
  comparedSize: check.comparedSize,
  faults: check.faults,
  failed: check.failed,
})

const presentFault = (
  actor: Actor,
  fault: FaultRow,
  explanations: readonly ExplanationWithName[],
  names: { device: string | undefined; eventId: string | undefined },
): LogFaultView => ({
  id: fault.id,
  seq: fault.seq,
  eventId: names.eventId ?? null,
  says: fault.says,
  foundBy: fault.foundBy,
  device: fault.deviceId === null ? null : { id: fault.deviceId, name: names.device ?? 'a device' },
  firstAt: fault.firstAt,
  lastAt: fault.lastAt,
  explanations: explanations.map(({ explanation: { side, at, reason, personId }, by }) => ({
    side,
    at,
    by: by ?? (personId === byCommand ? 'A command on the server' : 'Somebody'),
    reason,
  })),
  open: explanations.every(({ explanation }) => explanation.side !== sideOf(actor)),
})

/** A page of what was found in a log, the newest first. */
export const presentFaults = async (
  { db }: House,
  actor: Actor,
  { tree }: KnownLog,
  { limit, cursor }: PageAsked,
): Promise<Page<LogFaultView>> => {
  const rows = await faultsOf(db, tree, { limit, after: readKey(cursor, ['number', 'number', 'id']) })
  const [explanations, devices, events] = await Promise.all([
    explanationsOf(
      db,
      tree,
      rows.map(({ id }) => id),
    ),
    devicesById(
      db,
      rows.flatMap(({ deviceId }) => deviceId ?? []),
    ),
    eventsAt(
      db,
      tree,
      rows.flatMap(({ seq }) => seq ?? []),
    ),
  ])
  return asPage(rows, limit, faultKey, (fault) =>
    presentFault(
      actor,
      fault,
      explanations.filter(({ explanation }) => explanation.faultId === fault.id),
      { device: devices.get(fault.deviceId ?? '')?.name, eventId: events.get(fault.seq ?? -1) },
    ),
  )
}

/** A page of the checks of a log, the newest first. */
export const presentChecks = async (
  { db }: House,
  { tree }: KnownLog,
  { limit, cursor }: PageAsked,
): Promise<Page<LogCheckView>> =>
  asPage(
    await checksOf(db, tree, { limit, before: readKey(cursor, ['number', 'id']) }),
    limit,
    ({ check }) => [check.askedAt, check.id],
    presentCheck,
  )

/** A log with everything that shows whether it is whole. */
export const presentLog = async (house: House, actor: Actor, log: KnownLog): Promise<LogView> => {
  const { db } = house
  const [standing, checkpoint, checks, faults, signer, witnesses, restores] = await Promise.all([
    treeStanding(db, log.tree),
    newestCheckpoint(db, log.tree),
    checksOf(db, log.tree, newest),
    faultCounts(db, log.tree, sideOf(actor)),
    signerOf(house),
    log.customerId === null ? null : witnessesOf(db, log.customerId, house.clock.now() - days(1)),
    restoresOf(house, log.tree),
  ])
  const key = signer.keyOf(log.tree)
  const may = (deed: 'verify' | 'explain') =>
    asMay(decide(actor, activityOn(log.kind, deed), log, { policy: [], approvals: [] }, house.clock.now()))
  const check = may('verify')
  const shut = checks.some(({ check }) => check.endedAt === null)
    ? 'check_running'
    : askedLately(
          checks.map(({ check }) => check),
          house.clock.now(),
        )
      ? 'checked_lately'
      : undefined
  const root = checkpoint && readCheckpointText(readNote(utf8(checkpoint.note)).text).root
  return {
    id: logIdOf(log.tree),
    name: log.name,
    ...standing,
    checkpoint: checkpoint && root ? { at: checkpoint.at, size: checkpoint.size, root: base64(root) } : null,
    key: { text: printKey(sha256, key), fingerprint: fingerprintOf(key.publicKey) },
    restores,
    witnesses,
    checks: checks.map(presentCheck),
    faults,
    may: { check: check.ok ? mayUnless(shut) : check, explain: may('explain') },
  }
}
