import { type RequestState, requestStateSays, requestStates } from '@gatehouse/shared/requests/request-states'
import { Group, Select, Switch } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { Paged } from '../../kernel/answered.tsx'
import { holds, useMe } from '../../kernel/me.ts'
import { useServerNow } from '../../kernel/now.ts'
import { paths } from '../../kernel/paths.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import { requestsQuery } from './queries.ts'
import { requestColumns } from './request-columns.tsx'

const isState = (text: string | null): text is RequestState =>
  (requestStates as readonly (string | null)[]).includes(text)

/** What the list is narrowed to stands in the address, so that it can be kept and passed on. */
const useFilter = () => {
  const [search, setSearch] = useSearchParams()
  const state = search.get('state')
  return {
    state: isState(state) ? state : undefined,
    search: search.get('search') ?? '',
    mine: search.get('mine') === '1',
    set: (name: 'state' | 'search' | 'mine', value: string) =>
      setSearch(
        (now) => {
          if (value) now.set(name, value)
          else now.delete(name)
          return now
        },
        { replace: true },
      ),
  }
}

/** The requests for access to the devices one may see. */
export default function RequestsPage() {
  const { set, ...filter } = useFilter()
  const [typed, setTyped] = useState(filter.search)
  const look = useDebouncedCallback((text: string) => set('search', text.trim()), 250)
  const list = useInfiniteQuery(requestsQuery(filter))
  const navigate = useNavigate()
  const now = useServerNow(30_000)
  const canAsk = holds(useMe(), 'session.request')
  const narrowed = filter.state !== undefined || filter.search !== '' || filter.mine
  return (
    <Page title="Requests" lead="Who asked for access to a device, and what became of it">
      <Group gap="sm" align="center">
        <SearchBox
          label="Reason, case, technician or device"
          value={typed}
          onChange={(text) => {
            setTyped(text)
            look(text)
          }}
        />
        <Select
          aria-label="State"
          placeholder="Any state"
          clearable
          w="15rem"
          data={requestStates.map((state) => ({ value: state, label: requestStateSays[state] }))}
          value={filter.state ?? null}
          onChange={(state) => set('state', state ?? '')}
        />
        {canAsk && (
          <Switch
            label="Only mine"
            checked={filter.mine}
            onChange={(event) => set('mine', event.currentTarget.checked ? '1' : '')}
          />
        )}
      </Group>
      <Section flush>
        <Paged list={list}>
          {(rows) => (
            <DataTable
              label="Requests"
              columns={requestColumns(now)}
              rows={rows}
              rowKey={(row) => row.id}
              onOpen={(row) => navigate(paths.request(row.id))}
              stale={list.isPlaceholderData}
              empty={
                narrowed ? (
                  <Empty title="No such request">Nothing matches what you look for.</Empty>
                ) : (
                  <Empty title="No requests yet">
                    {canAsk
                      ? 'Open a device of the fleet to ask for access to it.'
                      : 'Nobody has asked for access yet.'}
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
