import type { ApprovalFacts } from '@gatehouse/shared/decide'
import { and, eq } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { approval } from './tables.ts'

/** Approvals of a technician on a device, as a decision needs them. */
export const approvalsFor = async (db: Tx, deviceId: string, technicianId: string): Promise<ApprovalFacts[]> => {
  const rows = await db
    .select()
    .from(approval)
    .where(and(eq(approval.deviceId, deviceId), eq(approval.technicianId, technicianId)))
  return rows.map((row) => ({
    id: row.id,
    deviceId: row.deviceId,
    technicianId: row.technicianId,
    activities: row.activities,
    notBefore: row.notBefore,
    useBefore: row.useBefore,
    endsAt: row.endsAt,
    revoked: row.revokedAt !== null,
  }))
}
