import { useInfiniteQuery } from '@tanstack/react-query'
import { Paged } from '../../kernel/answered.tsx'
import { Section } from '../../ui/page.tsx'
import { ExportButton } from '../exports/export-button.tsx'
import { AuditList, useAuditFilter } from './audit-list.tsx'
import { deviceAudit } from './queries.ts'

/** The log of one device, its times in the zone of its site. */
export const DeviceAudit = ({ deviceId, zone }: { deviceId: string; zone: string }) => {
  const { filter, controls, narrowed } = useAuditFilter()
  const list = useInfiniteQuery(deviceAudit(deviceId, filter))
  return (
    <Section
      title="What happened on this device"
      actions={
        <>
          {controls}
          <ExportButton filter={{ ...filter, deviceId }} zone={zone} />
        </>
      }
      flush
    >
      <Paged list={list}>
        {(rows) => (
          <AuditList rows={rows} zone={zone} withDevice={false} narrowed={narrowed} stale={list.isPlaceholderData} />
        )}
      </Paged>
    </Section>
  )
}
