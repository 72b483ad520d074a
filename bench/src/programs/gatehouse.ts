import type { Seeded } from '@gatehouse/bff/demo/seed'
import { readSettings } from '@gatehouse/bff/env'
import { takeLetters } from '@gatehouse/bff/features/gateway/batch'
import { hubOf } from '@gatehouse/bff/features/gateway/hub'
import { systemClock } from '@gatehouse/bff/kernel/clock'
import type { House } from '@gatehouse/bff/kernel/house'
import { openHouse } from '@gatehouse/bff/main'
import { type ClusterAddress, cloneDatabase, temporaryFolder, testSecret } from '@gatehouse/bff/testing/cluster'
import { manyDevices } from '@gatehouse/bff/testing/devices'
import { seedForTests } from '@gatehouse/bff/testing/seed'
import type { DeviceIdentity } from '../devices.ts'
import { argument, serveParent } from './parent.ts'

/** What becomes of check-ins: as the product does it, each in a transaction of its own, or acknowledged unstored. */
export type CheckIns = 'together' | 'apart' | 'unstored'

/** What the program is asked for. */
export interface GatehouseOrder {
  cluster: ClusterAddress
  devices: number
  checkIns: CheckIns
}

/** What it says when its door is open. */
export interface GatehouseReady {
  url: string
  serverId: string
  seeded: Seeded
  devices: DeviceIdentity[]
}

/** Puts another letterbox in the place of the product's, for the references. */
const changeLetterbox = (house: House, how: CheckIns): void => {
  const hub = hubOf(house)
  if (how === 'apart') {
    const declarations = new Map()
    hub.letters = {
      post: async (letter) => {
        const [reply] = await takeLetters(house, declarations, [letter])
        if (!reply) throw new Error('no reply')
        return reply
      },
    }
  } else if (how === 'unstored')
    hub.letters = {
      post: async ({ messages }) => ({ kind: 'taken', ack: messages.at(-1)?.seq ?? 0, news: false, replaced: false }),
    }
}

const { cluster, devices, checkIns } = argument<GatehouseOrder>()
const [database, folder] = await Promise.all([cloneDatabase(cluster), temporaryFolder('bench')])
const settings = readSettings({
  PORT: '0',
  DATABASE_URL: database.ownerUrl,
  GATEHOUSE_DATA: folder.path,
  GATEHOUSE_SECRET: testSecret,
  LOG_LEVEL: 'error',
})
const { house, url, close } = await openHouse(settings)
const seeded = await seedForTests(house)
changeLetterbox(house, checkIns)
const made = await manyDevices({ house, seeded, url, clock: systemClock }, devices)
const identities = made.map(
  ({ deviceId, key }): DeviceIdentity => ({
    deviceId,
    x: key.x,
    pem: key.key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }),
)
serveParent({ url, serverId: house.keys.serverId, seeded, devices: identities } satisfies GatehouseReady, async () => {
  await close()
  await database.drop()
  await folder.remove()
})
