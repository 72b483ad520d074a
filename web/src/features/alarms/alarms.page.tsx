import { severities } from '@gatehouse/shared/devices/declaration'
import { Group, SegmentedControl, Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Paged } from '../../kernel/answered.tsx'
import { useZone } from '../../kernel/zone.ts'
import { Empty } from '../../ui/notices.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import { AlarmList } from './alarm-list.tsx'
import { type AlarmFilter, alarmsQuery } from './queries.ts'

const severitySays = { info: 'Info', warning: 'Warning', critical: 'Critical' }

/** Alarms of every device one may see. */
export default function AlarmsPage() {
  const [search, setSearch] = useState('')
  const [settled] = useDebouncedValue(search.trim(), 250)
  const [state, setState] = useState<AlarmFilter['state']>('open')
  const [severity, setSeverity] = useState<AlarmFilter['severity']>()
  const list = useInfiniteQuery(alarmsQuery({ state, severity, search: settled || undefined }))
  const zone = useZone()
  const narrowed = settled !== '' || severity !== undefined
  return (
    <Page title="Alarms" lead={`Of every device you may see, newest first. Times are in ${zone}.`} width="full">
      <Section
        flush
        actions={
          <Group gap="xs">
            <SearchBox label="Search alarms" value={search} onChange={setSearch} />
            <Select
              aria-label="Severity"
              placeholder="Every severity"
              clearable
              data={severities.map((value) => ({ value, label: severitySays[value] }))}
              value={severity ?? null}
              onChange={(value) => setSeverity((value as AlarmFilter['severity'] | null) ?? undefined)}
            />
            <SegmentedControl
              aria-label="Which alarms"
              data={[
                { value: 'open', label: 'Open' },
                { value: 'all', label: 'All' },
              ]}
              value={state}
              onChange={(value) => setState(value as AlarmFilter['state'])}
            />
          </Group>
        }
      >
        <Paged list={list}>
          {(rows) => (
            <AlarmList
              rows={rows}
              zone={zone}
              withDevice
              stale={list.isPlaceholderData}
              empty={
                <Empty
                  title={
                    narrowed
                      ? 'No alarm fits'
                      : state === 'open'
                        ? 'All quiet: no open alarm'
                        : 'There was never an alarm'
                  }
                />
              }
            />
          )}
        </Paged>
      </Section>
    </Page>
  )
}
