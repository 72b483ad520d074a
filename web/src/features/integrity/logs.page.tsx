import type { LogRow } from '@gatehouse/shared/views/integrity'
import { useDebouncedValue } from '@mantine/hooks'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, Navigate, useNavigate } from 'react-router'
import { Paged } from '../../kernel/answered.tsx'
import { useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { useZone } from '../../kernel/zone.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { Breadcrumbs, Page, Section } from '../../ui/page.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import { LogBadge, number } from './looks.tsx'
import { logsQuery } from './queries.ts'

const columns = (zone: string): Column<LogRow>[] => [
  {
    id: 'name',
    header: 'Log of',
    headline: true,
    cell: (row) => (
      <Link to={paths.log(row.id)}>
        <bdi>{row.name}</bdi>
      </Link>
    ),
  },
  {
    id: 'state',
    header: 'State',
    width: '12rem',
    cell: (row) => <LogBadge faults={row.faults} lastCheck={row.lastCheck} />,
  },
  { id: 'size', header: 'Events', align: 'end', width: '8rem', cell: (row) => number(row.size) },
  {
    id: 'signed',
    header: 'Newest checkpoint',
    width: '14rem',
    cell: (row) => (row.checkpoint ? <TimeText at={row.checkpoint.at} zone={zone} /> : 'None yet'),
  },
  {
    id: 'checked',
    header: 'Checked last',
    width: '14rem',
    cell: (row) => (row.lastCheck ? <TimeText at={row.lastCheck.endedAt} zone={zone} /> : 'Not yet'),
  },
]

/** The logs of all customers one looks after, and whether they are whole; whoever has one only is led to it. */
export default function LogsPage() {
  const me = useMe()
  const zone = useZone()
  const navigate = useNavigate()
  const [search, setSearch] = useState('')
  const [settled] = useDebouncedValue(search.trim(), 250)
  const list = useInfiniteQuery(logsQuery(settled))
  if (me.customer) return <Navigate to={paths.log(me.customer.id)} replace />
  return (
    <Page
      title="Are the logs whole?"
      lead={`Every log is made again from its events each night and compared with what was signed. Times are in ${zone}.`}
      breadcrumbs={
        <Breadcrumbs>
          <Link to={paths.audit()}>Audit log</Link>
        </Breadcrumbs>
      }
    >
      <Section actions={<SearchBox label="Search customers" value={search} onChange={setSearch} />} flush>
        <Paged list={list}>
          {(rows) => (
            <DataTable
              label="Logs"
              columns={columns(zone)}
              rows={rows}
              rowKey={(row) => row.id}
              onOpen={(row) => void navigate(paths.log(row.id))}
              stale={list.isPlaceholderData}
              empty={<Empty title={settled ? 'No customer fits' : 'There is no log that you may see'} />}
            />
          )}
        </Paged>
      </Section>
    </Page>
  )
}
