import type { CustomerRow } from '@gatehouse/shared/views/customers'
import { Button } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { Paged } from '../../kernel/answered.tsx'
import { key } from '../../kernel/keys.ts'
import { holds, useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import classes from './customers.module.css'
import { NameDialog } from './name-dialog.tsx'
import { addCustomer, customersQuery } from './queries.ts'

const columns: Column<CustomerRow>[] = [
  {
    id: 'name',
    header: 'Customer',
    headline: true,
    cell: (row) => (
      <Link to={paths.customer(row.id)} className={classes.name}>
        <bdi>{row.name}</bdi>
      </Link>
    ),
  },
  { id: 'sites', header: 'Sites', align: 'end', width: '9rem', cell: (row) => row.sites },
  {
    id: 'devices',
    header: 'Devices',
    align: 'end',
    width: '9rem',
    cell: (row) =>
      row.devices === 0 ? 0 : <Link to={paths.fleet({ customer: row.id })}>{row.devices.toLocaleString('en-GB')}</Link>,
  },
]

/** The customers one is granted. */
export default function CustomersPage() {
  const me = useMe()
  const navigate = useNavigate()
  const cache = useQueryClient()
  const [search, setSearch] = useState('')
  const [settled] = useDebouncedValue(search.trim(), 250)
  const [adding, setAdding] = useState(false)
  const list = useInfiniteQuery(customersQuery(settled))
  const mayAdd = holds(me, 'customer.add')
  return (
    <Page
      title="Customers"
      actions={
        mayAdd && (
          <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={() => setAdding(true)}>
            Add a customer
          </Button>
        )
      }
    >
      <Section actions={<SearchBox label="Search customers" value={search} onChange={setSearch} />} flush>
        <Paged list={list}>
          {(rows) => (
            <DataTable
              label="Customers"
              columns={columns}
              rows={rows}
              rowKey={(row) => row.id}
              onOpen={(row) => void navigate(paths.customer(row.id))}
              stale={list.isPlaceholderData}
              empty={
                settled ? (
                  <Empty title="No customer fits">Search for something shorter.</Empty>
                ) : (
                  <Empty title="No customers yet">
                    {mayAdd
                      ? 'Add the first one; its sites and devices come after it.'
                      : 'Your groups decide which customers you see.'}
                  </Empty>
                )
              }
            />
          )}
        </Paged>
      </Section>
      {adding && (
        <NameDialog
          title="Add a customer"
          submit="Add"
          deed={addCustomer}
          onDone={({ id }) => {
            void cache.invalidateQueries({ queryKey: key('customers') })
            void navigate(paths.customer(id))
          }}
          onClose={() => setAdding(false)}
        />
      )}
    </Page>
  )
}
