import type { DeviceTarget } from '@gatehouse/shared/decide'
import type { Signal } from '../../kernel/bus.ts'

/** Open pages that show this request, or the log of its device, look again. */
export const changedSignals = (device: DeviceTarget, requestId: string): Signal[] => {
  const { kind, customerId, siteId, modelId, deviceId, tags } = device
  return (['requests', 'audit'] as const).map((about) => ({
    kind: 'hint',
    hint: { about, requestId, deviceId, customerId },
    device: { kind, customerId, siteId, modelId, deviceId, tags },
  }))
}
