import type { DeviceTarget } from '@gatehouse/shared/decide'
import type { Signal } from '../../kernel/bus.ts'

/** A session has changed: its relay looks, its device is told, and open pages look again. */
export const sessionSignals = (device: DeviceTarget, sessionId: string, requestId: string): Signal[] => {
  const { kind, customerId, siteId, modelId, deviceId, tags } = device
  const target = { kind, customerId, siteId, modelId, deviceId, tags }
  return [
    { kind: 'session', sessionId },
    { kind: 'deliver', deviceId },
    ...(['sessions', 'audit'] as const).map(
      (about): Signal => ({
        kind: 'hint',
        hint: { about, sessionId, requestId, deviceId, customerId },
        device: target,
      }),
    ),
  ]
}
