import type { RestoreView } from '@gatehouse/shared/views/integrity'
import { inArray } from 'drizzle-orm'
import { auditLine } from '../../kernel/audit/tables.ts'
import type { House } from '../../kernel/house.ts'
import { isUuid } from '../../kernel/ids.ts'
import { signerOf } from '../audit/door.ts'

/** In the place of a person, where a command on the server explained something. */
export const byCommand = '00000000-0000-0000-0000-000000000000'

/** What was lost of a log by restores, the newest first: as the signer knows it, with the words of the log's own events. */
export const restoresOf = async (house: House, tree: string): Promise<RestoreView[]> => {
  // Where that cannot be read it is told as a fault, and the rest of the page is shown all the same.
  const epochs = await (await signerOf(house)).epochsOf(tree).catch(() => [])
  const ids = epochs.map(({ event }) => event.id).filter(isUuid)
  const events =
    ids.length === 0
      ? []
      : await house.db
          .select({ id: auditLine.id, fields: auditLine.fields })
          .from(auditLine)
          .where(inArray(auditLine.id, ids))
  const words = new Map(events.map(({ id, fields }) => [id, fields]))
  const said = (value: string | number | undefined) => (value === undefined ? null : String(value))
  return epochs
    .map(({ epoch, at, kept, signed, event }) => ({
      ...{ epoch, at: at * 1_000, kept: kept.size, signed: signed.size },
      ...{ by: said(words.get(event.id)?.by), reason: said(words.get(event.id)?.reason) },
    }))
    .reverse()
}
