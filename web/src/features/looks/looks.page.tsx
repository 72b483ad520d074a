import type { LookerView } from '@gatehouse/shared/views/looks'
import { Anchor, SegmentedControl, Stack, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useSearchParams } from 'react-router'
import { Paged } from '../../kernel/answered.tsx'
import { counted } from '../../kernel/format.ts'
import { useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { useZone } from '../../kernel/zone.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import { Withheld } from '../audit/withheld.tsx'
import { looksQuery } from './queries.ts'
import { together } from './together.ts'

const ranges = [
  { value: '1', label: '24 hours' },
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '365', label: 'A year' },
]

/** Devices that are named, at most. */
const mostDevices = 12

const Devices = ({ devices }: LookerView) =>
  devices.length === 0 ? (
    <Text c="dimmed">None: pages of the customer only</Text>
  ) : (
    <Text>
      {devices.slice(0, mostDevices).map(({ id, name }, i) => (
        <span key={id}>
          {i > 0 && ', '}
          <Anchor component={Link} to={paths.device(id, 'audit')}>
            {name}
          </Anchor>
        </span>
      ))}
      {devices.length > mostDevices && ` and ${devices.length - mostDevices} more`}
    </Text>
  )

const columns = (zone: string, from: number): Column<LookerView>[] => [
  {
    id: 'who',
    header: 'Who',
    headline: true,
    cell: (row) => (
      <Stack gap={0} align="start">
        <bdi>{row.name}</bdi>
        <Text size="xs" c="dimmed">
          {row.company}
        </Text>
      </Stack>
    ),
  },
  { id: 'devices', header: 'Devices', cell: (row) => <Devices {...row} /> },
  {
    id: 'why',
    header: 'Why',
    cell: (row) => (
      <Stack gap={2} align="start">
        {row.purposes.map((one) => (
          <Text key={one} size="sm">
            {one.charAt(0).toUpperCase() + one.slice(1)}
          </Text>
        ))}
      </Stack>
    ),
  },
  { id: 'last', header: 'Last', width: '12rem', cell: (row) => <TimeText at={row.lastAt} zone={zone} withZone /> },
  {
    id: 'looks',
    header: 'In the log',
    width: '8rem',
    cell: (row) => (
      <Anchor component={Link} to={paths.audit({ kinds: ['looks'], people: row.id ? [row.id] : undefined, from })}>
        {counted(row.looks, 'entry', 'entries')}
      </Anchor>
    ),
  },
]

/** Who of the maker looked at the data of the customer, at what, and why. */
export default function LooksPage() {
  const me = useMe()
  const [query, setQuery] = useSearchParams()
  const range = ranges.find(({ value }) => value === query.get('days')) ?? { value: '30', label: '30 days' }
  const looks = useInfiniteQuery(looksQuery(Number(range.value)))
  const since = looks.data?.pages.at(-1)?.since ?? null
  const { from = 0, withheld = [] } = looks.data?.pages[0] ?? {}
  const zone = useZone()
  return (
    <Page
      title={me.customer ? 'Who looked at our data' : 'Who looked at customers’ data'}
      lead="Everybody of the maker who opened a page, a chart, a log file or a recording, and why. Whoever opens the same again within an hour is counted once."
      width="full"
    >
      <Section
        flush
        actions={
          <SegmentedControl
            aria-label="How far back"
            data={ranges}
            value={range.value}
            onChange={(value) => setQuery(value === '30' ? {} : { days: value }, { replace: true })}
          />
        }
      >
        <Paged list={looks}>
          {(counted) => (
            <>
              <Withheld customers={withheld} />
              <DataTable
                label="Who looked"
                columns={columns(zone, from)}
                rows={together(counted)}
                rowKey={(row) => row.id ?? row.name}
                stale={looks.isPlaceholderData}
                empty={
                  <Empty title="Nobody looked">
                    {me.customer
                      ? 'In this time nobody of the maker opened anything of yours.'
                      : withheld.length > 0
                        ? 'In this time nobody opened anything of any other customer.'
                        : 'In this time nobody opened anything of a customer.'}
                  </Empty>
                }
              />
              {looks.hasNextPage && since !== null && (
                <Text px="sm" pt="sm" c="dimmed" component="div" role="status">
                  Counted so far: everything since <TimeText at={since} zone={zone} withZone />. There is more before.
                </Text>
              )}
            </>
          )}
        </Paged>
      </Section>
    </Page>
  )
}
