import { DeviceClient, deviceKeyOf } from '@gatehouse/bff/testing/device-client'

/** A device's identity, as it crosses from the process that made it. */
export interface DeviceIdentity {
  deviceId: string
  /** Public half, base64url. */
  x: string
  /** Private half, PKCS #8. */
  pem: string
}

/** The clients of devices that another process made. */
export const clientsOf = (of: { url: string; serverId: string; devices: readonly DeviceIdentity[] }): DeviceClient[] =>
  of.devices.map(
    ({ deviceId, x, pem }) =>
      new DeviceClient({ url: of.url, serverId: of.serverId, deviceId, key: deviceKeyOf(pem, x) }),
  )
