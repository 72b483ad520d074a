import type { ModelView } from '@gatehouse/shared/views/models'
import { Button } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { Paged } from '../../kernel/answered.tsx'
import { holds, useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import classes from './models.module.css'
import { modelsQuery } from './queries.ts'
import { driverSays } from './words.ts'

const columns: Column<ModelView>[] = [
  {
    id: 'name',
    header: 'Model',
    headline: true,
    cell: (row) => (
      <Link to={paths.model(row.id)} className={classes.name}>
        <bdi>{row.name}</bdi>
      </Link>
    ),
  },
  { id: 'maker', header: 'Maker', cell: (row) => <bdi>{row.maker}</bdi> },
  { id: 'driver', header: 'Driver', cell: (row) => driverSays[row.declaration.driver] },
  { id: 'items', header: 'Data items', align: 'end', width: '7rem', cell: (row) => row.declaration.items.length },
  { id: 'alarms', header: 'Alarms', align: 'end', width: '6rem', cell: (row) => row.declaration.alarms.length },
  { id: 'settings', header: 'Settings', align: 'end', width: '6rem', cell: (row) => row.declaration.settings.length },
  { id: 'version', header: 'Version', align: 'end', width: '6rem', cell: (row) => row.version },
  {
    id: 'devices',
    header: 'Devices',
    align: 'end',
    width: '6rem',
    cell: (row) => (row.devices === 0 ? 0 : <Link to={paths.fleet({ model: row.id })}>{row.devices}</Link>),
  },
]

/** The models one may see. */
export default function ModelsPage() {
  const me = useMe()
  const navigate = useNavigate()
  const [search, setSearch] = useState('')
  const [settled] = useDebouncedValue(search.trim(), 250)
  const list = useInfiniteQuery(modelsQuery(settled))
  const mayAdd = holds(me, 'model.edit')
  return (
    <Page
      title="Models"
      lead="What devices of each kind can tell and be told. What is not declared is not stored."
      actions={
        mayAdd && (
          <Button component={Link} to={paths.newModel()} leftSection={<IconPlus size={15} aria-hidden />}>
            Declare a model
          </Button>
        )
      }
    >
      <Section actions={<SearchBox label="Search models" value={search} onChange={setSearch} />} flush>
        <Paged list={list}>
          {(rows) => (
            <DataTable
              label="Models"
              columns={columns}
              rows={rows}
              rowKey={(row) => row.id}
              onOpen={(row) => void navigate(paths.model(row.id))}
              stale={list.isPlaceholderData}
              empty={
                settled ? (
                  <Empty title="No model fits">Search for something shorter.</Empty>
                ) : (
                  <Empty title="No models yet">
                    {mayAdd
                      ? 'Declare the first one; devices are added of a model.'
                      : 'The models of the devices you may see appear here.'}
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
