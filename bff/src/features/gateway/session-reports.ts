import type { DeviceMessage } from '@gatehouse/shared/agent/messages'
import { eq } from 'drizzle-orm'
import { storable } from '../../kernel/database/storable.ts'
import type { House } from '../../kernel/house.ts'
import { deviceById } from '../devices/door.ts'
import { deviceLink } from '../devices/tables.ts'
import { takeSessionReport } from '../sessions/door.ts'
import { byDevice } from './store.ts'

/**
 * Hands what a device says of its sessions to their room, before the batch stores the message's number: should
 * anything fail in between, the device says it again, and an ended session does not end twice.
 */
export const takeSessionReports = async (
  house: House,
  deviceId: string,
  from: string,
  messages: readonly DeviceMessage[],
): Promise<void> => {
  const reports = messages.filter((message) => message.type === 'session')
  if (reports.length === 0) return
  const device = await deviceById(house.db, deviceId)
  const [link] = await house.db
    .select({ lastSeq: deviceLink.lastSeq })
    .from(deviceLink)
    .where(eq(deviceLink.deviceId, deviceId))
  if (!device || device.removed || device.state !== 'active' || !link) return
  for (const report of reports.toSorted((a, b) => a.seq - b.seq)) {
    if (report.seq <= link.lastSeq) continue
    const told = { ...device, about: { ...device.about, claimedAt: report.at } }
    await takeSessionReport(house, byDevice(device, from), told, { ...report, because: storable(report.because) })
  }
}
