import { SegmentedControl } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Paged } from '../../kernel/answered.tsx'
import { Empty } from '../../ui/notices.tsx'
import { Section } from '../../ui/page.tsx'
import { AlarmList } from './alarm-list.tsx'
import { deviceAlarmsQuery } from './queries.ts'

/** The alarms of one device, times in the zone of its site; `openOnly` for the overview. */
export const DeviceAlarms = ({
  deviceId,
  zone,
  openOnly = false,
}: {
  deviceId: string
  zone: string
  openOnly?: boolean
}) => {
  const [state, setState] = useState<'open' | 'all'>(openOnly ? 'open' : 'all')
  const list = useInfiniteQuery(deviceAlarmsQuery(deviceId, state))
  return (
    <Section
      title={openOnly ? 'Open alarms' : 'Alarms'}
      flush
      actions={
        !openOnly && (
          <SegmentedControl
            aria-label="Which alarms"
            data={[
              { value: 'open', label: 'Open' },
              { value: 'all', label: 'All' },
            ]}
            value={state}
            onChange={(value) => setState(value as typeof state)}
          />
        )
      }
    >
      <Paged list={list}>
        {(rows) => (
          <AlarmList
            rows={rows}
            zone={zone}
            withDevice={false}
            empty={<Empty title={state === 'open' ? 'No open alarm' : 'There was never an alarm'} />}
          />
        )}
      </Paged>
    </Section>
  )
}
