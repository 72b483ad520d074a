import { type ReportFilter, reportFilters, reportKindSays, reportStateSays } from '@gatehouse/shared/intake/reports'
import type { ReportListRow } from '@gatehouse/shared/views/intake'
import { Group, Select, Text } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { Paged } from '../../kernel/answered.tsx'
import { paths } from '../../kernel/paths.ts'
import { useZone } from '../../kernel/zone.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import { ReportBadge, ReportSeverityBadge } from './looks.tsx'
import { reportsQuery } from './queries.ts'

const filterSays: Record<ReportFilter, string> = {
  open: 'Open',
  overdue: 'Answer overdue',
  ...reportStateSays,
  all: 'All',
}

const isFilter = (text: string | null): text is ReportFilter =>
  (reportFilters as readonly (string | null)[]).includes(text)

const columns = (zone: string): Column<ReportListRow>[] => [
  {
    id: 'what',
    header: 'Report',
    headline: true,
    cell: (row) => (
      <>
        <Link to={paths.securityReport(row.id)}>
          <bdi>{row.title}</bdi>
        </Link>
        <Text size="xs" c="dimmed">
          {row.number} · {reportKindSays[row.kind]}
        </Text>
      </>
    ),
  },
  {
    id: 'severity',
    header: 'How grave',
    width: '8.5rem',
    cell: (row) => <ReportSeverityBadge severity={row.severity} />,
  },
  {
    id: 'who',
    header: 'Reported by',
    width: '12rem',
    cell: ({ reporter }) =>
      reporter ? (
        <>
          <bdi>{reporter.name}</bdi>
          <Text size="xs" c="dimmed">
            {reporter.company}
          </Text>
        </>
      ) : (
        <Text size="xs" c="dimmed">
          Not signed in
        </Text>
      ),
  },
  { id: 'received', header: 'Received', width: '11rem', cell: (row) => <TimeText at={row.receivedAt} zone={zone} /> },
  {
    id: 'due',
    header: 'First answer before',
    width: '11rem',
    cell: (row) =>
      row.state === 'received' ? (
        <TimeText at={row.answerBefore} zone={zone} />
      ) : (
        <Text size="xs" c="dimmed">
          Given
        </Text>
      ),
  },
  {
    id: 'state',
    header: 'State',
    width: '11rem',
    cell: (row) => <ReportBadge state={row.state} overdue={row.overdue} />,
  },
]

/** What was reported to the maker. What the list is narrowed to stands in the address. */
export default function ReportsPage() {
  const [query, setQuery] = useSearchParams()
  const given = query.get('state')
  const state = isFilter(given) ? given : 'open'
  const search = query.get('search') ?? ''
  const [typed, setTyped] = useState(search)
  const set = (name: 'state' | 'search', value: string) =>
    setQuery(
      (now) => {
        if (value) now.set(name, value)
        else now.delete(name)
        return now
      },
      { replace: true },
    )
  const look = useDebouncedCallback((text: string) => set('search', text.trim()), 250)
  const list = useInfiniteQuery(reportsQuery({ state, search }))
  const navigate = useNavigate()
  const zone = useZone()
  return (
    <Page
      title="Security reports"
      lead={`Vulnerabilities and suspected data breaches, as people reported them; newest first. Times are in ${zone}.`}
      width="full"
    >
      <Group gap="sm">
        <SearchBox
          label="Number, words or reporter"
          value={typed}
          onChange={(text) => {
            setTyped(text)
            look(text)
          }}
        />
        <Select
          aria-label="Which reports"
          w="13rem"
          allowDeselect={false}
          data={reportFilters.map((value) => ({ value, label: filterSays[value] }))}
          value={state}
          onChange={(value) => set('state', value === 'open' ? '' : (value ?? ''))}
        />
      </Group>
      <Section flush>
        <Paged list={list}>
          {(rows) => (
            <DataTable
              label="Security reports"
              columns={columns(zone)}
              rows={rows}
              rowKey={(row) => row.id}
              onOpen={(row) => navigate(paths.securityReport(row.id))}
              stale={list.isPlaceholderData}
              empty={
                search || state !== 'open' ? (
                  <Empty title="No report fits" />
                ) : (
                  <Empty title="No open report">
                    Anybody can make one on the <Link to={paths.security()}>security page</Link>; those who answer are
                    told by mail.
                  </Empty>
                )
              }
            />
          )}
        </Paged>
      </Section>
    </Page>
  )
}
