import { Stack } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { Paged } from '../../kernel/answered.tsx'
import { useServerNow } from '../../kernel/now.ts'
import { paths } from '../../kernel/paths.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { Section } from '../../ui/page.tsx'
import { LiveSessions, SessionList } from '../sessions/live-sessions.tsx'
import { deviceRequestsQuery } from './queries.ts'
import { requestColumns } from './request-columns.tsx'

/** Requests for one device, and the sessions that came out of them: for the device's own page. */
export const DeviceRequests = ({ deviceId }: { deviceId: string }) => {
  const list = useInfiniteQuery(deviceRequestsQuery(deviceId))
  const navigate = useNavigate()
  const now = useServerNow(30_000)
  return (
    <Stack gap="md">
      <LiveSessions deviceId={deviceId} />
      <Section title="Requests" flush>
        <Paged list={list}>
          {(rows) => (
            <DataTable
              label="Requests for this device"
              columns={requestColumns(now, { ofOneDevice: true })}
              rows={rows}
              rowKey={(row) => row.id}
              onOpen={(row) => navigate(paths.request(row.id))}
              empty={<Empty title="Nobody has asked for access to this device yet" />}
            />
          )}
        </Paged>
      </Section>
      <Section title="Sessions" flush>
        <SessionList deviceId={deviceId} />
      </Section>
    </Stack>
  )
}
