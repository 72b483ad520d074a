import { sentence } from '@gatehouse/shared/audit-events'
import type { SessionView } from '@gatehouse/shared/views/sessions'
import { and, eq } from 'drizzle-orm'
import { expect } from 'vitest'
import { auditLine } from '../kernel/audit/tables.ts'
import type { ControlLine, DeviceClient } from './device-client.ts'
import { manyDevices } from './devices.ts'
import type { TestHouse, Visitor } from './house.ts'
import { goLive, type LiveSession } from './sessions.ts'

/** A technician, an approver, and as many devices as a test needs. */
export interface Scene {
  /** A new device of Helvetia Pharma on its control connection. */
  connected(): Promise<{ device: DeviceClient; line: ControlLine }>
  /** A live session on a new device. */
  live(more?: Record<string, unknown>, technician?: Visitor): Promise<LiveSession & { client: DeviceClient }>
  seen(sessionId: string): Promise<SessionView>
  /** The sentences of the events of one kind in a session, with who did it, once there are `n`. */
  said(sessionId: string, event: string, n: number): Promise<string[]>
}

/** The scene of a house; whoever is given plays in it. */
export const sceneOf = (h: TestHouse, anna: Visitor, approver: Visitor): Scene => {
  const connected = async () => {
    const [device] = await manyDevices(h, 1)
    if (!device) throw new Error('no device')
    return { device, line: await device.connect() }
  }
  return {
    connected,
    live: async (more = {}, technician = anna) => {
      const { device, line } = await connected()
      return { ...(await goLive(h, { technician, approver, device, line }, more)), client: device }
    },
    seen: async (id) => (await approver.get<SessionView>(`/api/sessions/${id}`)).body,
    said: async (sessionId, event, n) => {
      const find = () =>
        h.house.db
          .select()
          .from(auditLine)
          .where(and(eq(auditLine.sessionId, sessionId), eq(auditLine.event, event)))
          .orderBy(auditLine.id)
      await expect.poll(async () => (await find()).length).toBe(n)
      return (await find()).map((row) => `${row.actorName}: ${sentence(row.event, row.fields)}`)
    },
  }
}
