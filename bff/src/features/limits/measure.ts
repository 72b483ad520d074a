import { statfs } from 'node:fs/promises'
import { prepared } from '../../kernel/database/prepared.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import type { House } from '../../kernel/house.ts'
import { brokenTrees, whatWaits } from '../audit/door.ts'
import { uncopied } from '../audit-copy/door.ts'
import { isFull, type LimitKind, type Reached } from './rules.ts'

/** When the oldest event was written that waits and of whose queue `which` holds, ms; `which` has one parameter. */
const oldestWaiting = async (house: House, which: string, parameter: unknown): Promise<number | undefined> => {
  const [row] = await prepared<{ at: string }>(
    house.db,
    `select event.at from ${whatWaits} where event.id is not null and ${which} order by pending.event_id limit 1`,
    [parameter],
  )
  return row && Number(row.at)
}

const oldestWithout = (house: House, trees: readonly string[]) =>
  oldestWaiting(house, `coalesce(pending.customer_id, '${theMakerItself}') <> all ($1::uuid[])`, trees)

const oldestOf = (house: House, tree: string) =>
  oldestWaiting(house, `coalesce(pending.customer_id, '${theMakerItself}') = $1::uuid`, tree)

const behind = (customerId: string | null, since: number): Reached => ({
  kind: 'log',
  customerId,
  since,
  says: customerId === null ? 'the audit log is behind' : 'the audit log of this customer cannot be continued',
})

/** Logs that are behind: everybody's, or those of the customers whose tree cannot be continued. */
export const logsBehind = async (house: House, was: (kind: LimitKind) => boolean): Promise<Reached[]> => {
  const broken = [...brokenTrees(house)]
  const now = house.clock.now()
  const { lag } = house.settings
  const found: Reached[] = []
  const oldest = await oldestWithout(house, broken)
  if (oldest !== undefined && now - oldest > (was('log') ? lag.ends : lag.begins)) found.push(behind(null, oldest))
  for (const tree of broken) {
    const waits = await oldestOf(house, tree)
    if (waits !== undefined && now - waits > lag.begins)
      // The maker's own log holds what nobody of a customer did: without it everything waits.
      found.push(behind(tree === theMakerItself ? null : tree, waits))
  }
  return found
}

/** How full the disk below a folder is, in percent, as `df` says it; a folder that cannot be asked counts as full. */
const usedBelow = async (house: House, folder: string): Promise<number> => {
  try {
    const { blocks, bfree, bavail } = await statfs(folder)
    const used = blocks - bfree
    return (100 * used) / Math.max(1, used + bavail)
  } catch (error) {
    house.log.error({ err: error, folder }, 'nobody knows how full this disk is')
    return 100
  }
}

/** The fullest of the disks under the house, where it is at a limit. */
export const disksFull = async (house: House, was: (kind: LimitKind) => boolean): Promise<Reached[]> => {
  const { warnsAt, stopsAt } = house.settings.disk
  const used = Math.max(...(await Promise.all(house.folders.map((folder) => usedBelow(house, folder)))))
  const since = house.clock.now()
  if (isFull(used, stopsAt, was('disk_full')))
    return [{ kind: 'disk_full', customerId: null, since, says: `the disk is more than ${stopsAt} % full` }]
  if (isFull(used, warnsAt, was('disk_filling')))
    return [{ kind: 'disk_filling', customerId: null, since, says: `the disk is more than ${warnsAt} % full` }]
  return []
}

/** The copy outside, where it has not got an event within a minute. */
export const copyBehind = async (house: House, was: (kind: LimitKind) => boolean): Promise<Reached[]> => {
  const { since, isKnown } = await uncopied(house)
  const { lag } = house.settings
  const now = house.clock.now()
  const isLate = since !== undefined && now - since > (was('copy') ? lag.ends : lag.begins)
  // What was told stays so until somebody has looked.
  if (!isLate && (isKnown || !was('copy'))) return []
  return [{ kind: 'copy', customerId: null, since: since ?? now, says: 'the copy of the audit log outside is behind' }]
}
