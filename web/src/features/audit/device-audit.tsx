import { useMemo } from 'react'
import { AuditLog } from './audit-log.tsx'

/** The log of one device, its times in the zone of its site. */
export const DeviceAudit = ({ deviceId, zone }: { deviceId: string; zone: string }) => {
  const scope = useMemo(() => ({ deviceId }), [deviceId])
  return <AuditLog title="What happened on this device" scope={scope} zone={zone} withDevice={false} />
}
