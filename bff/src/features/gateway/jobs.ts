import { append, entry } from '../../kernel/audit/append.ts'
import { deviceHints } from '../../kernel/bus.ts'
import type { Job } from '../../kernel/house.ts'
import { devicesById, sweepLinks } from '../devices/door.ts'
import { hubOf } from './hub.ts'
import { closeCodes, enrolmentLimit, pingEverySeconds, silence } from './limits.ts'
import { byDevice, forgetOld, markSilent } from './store.ts'

/** Asks every control connection for a sign of life; who gave none is given up, 45 s after its last at the latest. */
export const pingDevices: Job = {
  name: 'pings to devices',
  everySeconds: pingEverySeconds,
  run: async (house) => {
    for (const connection of hubOf(house).connections.values()) connection.ping()
  },
}

/** Marks devices that were not heard for two heartbeats as not connected, and those that are about to be late as quiet. */
export const markSilentDevices: Job = {
  name: 'devices that fell silent',
  everySeconds: 5,
  run: async (house) => {
    const now = house.clock.now()
    const silent = await house.db.transaction(async (tx) => {
      const marked = await markSilent(tx, { websocket: now - silence.websocket, https: now - silence.https })
      if (marked.length === 0) return []
      const known = await devicesById(
        tx,
        marked.map((one) => one.deviceId),
      )
      await append(
        tx,
        now,
        [...known.values()].map((one) =>
          entry({
            by: byDevice(one, null),
            event: 'device.disconnected',
            fields: { device: one.name },
            about: one.about,
          }),
        ),
      )
      return [...known.values()]
    })
    await sweepLinks(house.db, now)
    for (const one of silent) {
      // A connection that says nothing is no connection: the agent opens a better one.
      hubOf(house).connections.get(one.deviceId)?.close(closeCodes.silent, 'nothing was heard for too long')
      for (const signal of deviceHints(one, 'device', 'audit')) house.bus.publish(signal)
    }
  },
}

/** Forgets used assertions that have expired, and refused enrolments that no longer count. */
export const forgetOldAssertions: Job = {
  name: 'used assertions that have expired',
  everySeconds: 60,
  run: async (house) => {
    const now = house.clock.now()
    await forgetOld(house.db, now, now - enrolmentLimit.within)
  },
}
