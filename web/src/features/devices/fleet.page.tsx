import { alarmFilters, connections, type FleetSort, fleetSorts, usualOrder } from '@gatehouse/shared/devices/fleet'
import type { DeviceRow } from '@gatehouse/shared/views/devices'
import { Badge, Button, Group, Select, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { Paged } from '../../kernel/answered.tsx'
import { useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { ConnectionBadge, DeviceStateBadge, SessionBadge, SeverityBadge } from '../../ui/badges.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import classes from './fleet.module.css'
import { type FleetQuery, facetsQuery, fleetQuery } from './queries.ts'

const columns: Column<DeviceRow, FleetSort>[] = [
  {
    id: 'name',
    header: 'Device',
    sortBy: 'name',
    headline: true,
    cell: (row) => (
      <Group gap="xs">
        <Link to={paths.device(row.id)} className={classes.name}>
          <bdi>{row.name}</bdi>
        </Link>
        {row.liveSession && <SessionBadge state="live" />}
        {row.tags.map((tag) => (
          <Badge key={tag} color="gray">
            {tag}
          </Badge>
        ))}
      </Group>
    ),
  },
  {
    id: 'connection',
    header: 'Connection',
    sortBy: 'lastHeard',
    width: '14rem',
    cell: (row) =>
      row.state === 'active' ? (
        <ConnectionBadge connection={row.connection} lastHeardAt={row.lastHeardAt} />
      ) : (
        <DeviceStateBadge state={row.state} />
      ),
  },
  {
    id: 'alarms',
    header: 'Alarms',
    sortBy: 'alarm',
    width: '9rem',
    cell: (row) =>
      row.alarms.worst ? (
        <SeverityBadge severity={row.alarms.worst} count={row.alarms.open} />
      ) : (
        <Text component="span" size="xs" c="dimmed">
          None
        </Text>
      ),
  },
  { id: 'customer', header: 'Customer', sortBy: 'customer', cell: (row) => row.customer.name },
  { id: 'site', header: 'Site', cell: (row) => row.site.name },
  { id: 'model', header: 'Model', wideOnly: true, cell: (row) => row.model.name },
  {
    id: 'serial',
    header: 'Serial number',
    sortBy: 'serial',
    cell: (row) => <span className={classes.serial}>{row.serial}</span>,
  },
]

const connectionSays = { online: 'Online', late: 'Late', offline: 'Offline', never: 'Never connected' }
const alarmSays = { open: 'Any open alarm', none: 'No alarm', info: 'Info', warning: 'Warning', critical: 'Critical' }

const filterNames = ['search', 'customer', 'site', 'model', 'connection', 'alarm'] as const

/** The filter as it stands in the address; what does not fit is left out by the server with a sentence. */
const readFilter = (query: URLSearchParams): FleetQuery => {
  const given: Record<string, string> = {}
  for (const name of [...filterNames, 'sort', 'order']) {
    const value = query.get(name)
    if (value) given[name] = value
  }
  return given as FleetQuery
}

/** Every device one may see. */
export default function FleetPage() {
  const me = useMe()
  const navigate = useNavigate()
  const [query, setQuery] = useSearchParams()
  const filter = readFilter(query)
  const [search, setSearch] = useState(filter.search ?? '')
  const [settled] = useDebouncedValue(search.trim(), 250)
  const facets = useQuery(facetsQuery)
  const list = useInfiniteQuery(fleetQuery(filter))

  const put = (changes: Record<string, string | null | undefined>) =>
    setQuery(
      (now) => {
        for (const [name, value] of Object.entries(changes)) {
          if (value) now.set(name, value)
          else now.delete(name)
        }
        return now
      },
      { replace: true },
    )
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was typed moves the address.
  useEffect(() => {
    if (settled !== (filter.search ?? '')) put({ search: settled })
  }, [settled])

  const narrowed = filterNames.some((name) => filter[name])
  const by = fleetSorts.find((one) => one === filter.sort) ?? 'name'
  const sort = { by, down: (filter.order ?? usualOrder[by]) === 'desc' }
  const sites = (facets.data?.sites ?? []).filter((site) => !filter.customer || site.customerId === filter.customer)
  const options = (all: readonly { id: string; name: string }[]) =>
    all.map(({ id, name }) => ({ value: id, label: name }))
  const several = (facets.data?.customers.length ?? 0) > 1

  return (
    <Page
      title={me.customer ? 'Devices' : 'Fleet'}
      lead={me.customer ? `Devices of ${me.customer.name}` : undefined}
      width="full"
    >
      <Section flush>
        <Group gap="xs" className={classes.filters}>
          <SearchBox label="Search devices" value={search} onChange={setSearch} />
          {several && (
            <Select
              aria-label="Customer"
              placeholder="Every customer"
              clearable
              searchable
              data={options(facets.data?.customers ?? [])}
              value={filter.customer ?? null}
              onChange={(customer) => put({ customer, site: null })}
            />
          )}
          <Select
            aria-label="Site"
            placeholder="Every site"
            clearable
            searchable
            data={options(sites)}
            value={filter.site ?? null}
            onChange={(site) => put({ site })}
          />
          <Select
            aria-label="Model"
            placeholder="Every model"
            clearable
            searchable
            data={options(facets.data?.models ?? [])}
            value={filter.model ?? null}
            onChange={(model) => put({ model })}
          />
          <Select
            aria-label="Connection"
            placeholder="Any connection"
            clearable
            data={connections.map((value) => ({ value, label: connectionSays[value] }))}
            value={filter.connection ?? null}
            onChange={(connection) => put({ connection })}
          />
          <Select
            aria-label="Alarms"
            placeholder="Alarms or none"
            clearable
            data={alarmFilters.map((value) => ({ value, label: alarmSays[value] }))}
            value={filter.alarm ?? null}
            onChange={(alarm) => put({ alarm })}
          />
          {narrowed && (
            <Button
              variant="subtle"
              onClick={() => {
                setSearch('')
                setQuery({}, { replace: true })
              }}
            >
              Show all
            </Button>
          )}
        </Group>
        <Paged list={list}>
          {(rows) => (
            <DataTable
              label="Devices"
              columns={columns}
              rows={rows}
              rowKey={(row) => row.id}
              onOpen={(row) => void navigate(paths.device(row.id))}
              sort={sort}
              onSort={(next) => {
                const order = next.by === sort.by ? (next.down ? 'desc' : 'asc') : usualOrder[next.by]
                put({ sort: next.by, order })
              }}
              stale={list.isPlaceholderData}
              empty={
                narrowed ? (
                  <Empty title="No device fits">Take a filter away, or search for something shorter.</Empty>
                ) : (
                  <Empty title="No devices yet">
                    {me.customer
                      ? 'Devices appear here as soon as the maker has added them for you.'
                      : 'An administrator adds devices on the page of their customer, and your groups decide which of them you see.'}
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
