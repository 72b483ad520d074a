import type { Tx } from '../../kernel/database/connect.ts'
import { prepared } from '../../kernel/database/prepared.ts'

/** Of these devices, those that have a grant to be taken or a session to be told the end of; one look for many. */
export const devicesWithSessionNews = async (
  tx: Tx,
  deviceIds: readonly string[],
  endedAfter: number,
): Promise<Set<string>> => {
  const rows = await prepared<{ device_id: string }>(
    tx,
    `select device_id from session
     where device_id = any($1::uuid[]) and (state = 'opening' or (state = 'ended' and ended_at > $2::bigint))`,
    [deviceIds, endedAfter],
  )
  return new Set(rows.map((row) => row.device_id))
}
