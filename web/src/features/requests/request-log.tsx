import type { RequestView } from '@gatehouse/shared/views/requests'
import { useMemo } from 'react'
import { AuditExcerpt } from '../audit/audit-excerpt.tsx'

/** What the log has about a request, its times in the zone of the device's site. */
export const RequestLog = ({ request: { id, device }, narrow }: { request: RequestView; narrow?: boolean }) => {
  const scope = useMemo(() => ({ requestId: id }), [id])
  return <AuditExcerpt title="In the audit log" scope={scope} zone={device.zone} narrow={narrow} />
}
