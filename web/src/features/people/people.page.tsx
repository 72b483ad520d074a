import type { MeView, PersonView } from '@gatehouse/shared/views/views'
import { ActionIcon, Badge, Group, Menu, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { IconDotsVertical } from '@tabler/icons-react'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { Paged } from '../../kernel/answered.tsx'
import { browserZone } from '../../kernel/format.ts'
import { key } from '../../kernel/keys.ts'
import { holds, useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { wordsFor } from '../../kernel/words.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { Breadcrumbs, Page, Section } from '../../ui/page.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import { customerQuery } from '../customers/queries.ts'
import { people, touchPerson } from './queries.ts'

type Deed = 'sign-out' | 'disable' | 'enable' | 'remove'

const deeds: Record<Deed, { says: string; done: (name: string) => string; warns: (name: string) => string }> = {
  'sign-out': {
    says: 'Sign out everywhere',
    done: (name) => `${name} is signed out everywhere.`,
    warns: (name) =>
      `${name} is signed out of every browser at once, and running sessions end. Signing in again works.`,
  },
  disable: {
    says: 'Disable',
    done: (name) => `${name} is signed out everywhere and cannot sign in.`,
    warns: (name) => `${name} is signed out everywhere within a second, and running sessions end. This can be undone.`,
  },
  enable: {
    says: 'Enable again',
    done: (name) => `${name} may sign in again.`,
    warns: (name) => `${name} may sign in again.`,
  },
  remove: {
    says: 'Remove',
    done: (name) => `${name} was removed. The log keeps the name.`,
    warns: (name) => `The account of ${name} is closed for good and never used again. The audit log keeps the name.`,
  },
}

const columns = (ask: (person: PersonView, deed: Deed) => void): Column<PersonView>[] => {
  const zone = browserZone()
  return [
    {
      id: 'name',
      header: 'Name',
      headline: true,
      cell: (row) => (
        <Group gap="xs">
          <Text component="span" fw={550}>
            {row.name}
          </Text>
          {row.state === 'disabled' && <Badge color="gray">Disabled</Badge>}
        </Group>
      ),
    },
    { id: 'email', header: 'E-mail', cell: (row) => row.email },
    { id: 'groups', header: 'Groups', cell: (row) => row.groups.map((group) => group.name).join(', ') || '–' },
    {
      id: 'last',
      header: 'Last sign-in',
      cell: (row) => (row.lastSignInAt === null ? 'Never' : <TimeText at={row.lastSignInAt} zone={zone} />),
    },
    {
      id: 'act',
      header: '',
      align: 'end',
      width: '3rem',
      cell: (row) =>
        row.may.disable.ok ? (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon aria-label={`What to do with ${row.name}`}>
                <IconDotsVertical size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {(['sign-out', 'disable', 'enable', 'remove'] as const)
                .filter((deed) => deed === 'remove' || (deed === 'enable') === (row.state === 'disabled'))
                .map((deed) => (
                  <Menu.Item key={deed} color={deed === 'remove' ? 'red' : undefined} onClick={() => ask(row, deed)}>
                    {deeds[deed].says}
                  </Menu.Item>
                ))}
            </Menu.Dropdown>
          </Menu>
        ) : null,
    },
  ]
}

/** Whose people a person looks at: his customer's; of the maker's people, those of the customer asked for, or their own. */
const whose = (me: MeView, asked: string | null): string | null => {
  if (!me.customer) return asked
  return holds(me, 'person.view') ? me.customer.id : null
}

/** The people one is in charge of. */
export default function PeoplePage() {
  const me = useMe()
  const [query] = useSearchParams()
  const customerId = whose(me, query.get('customer'))
  const customer = useQuery({ ...customerQuery(customerId ?? ''), enabled: !me.customer && customerId !== null }).data
  const [search, setSearch] = useState('')
  const [settled] = useDebouncedValue(search.trim(), 250)
  const [asked, setAsked] = useState<{ person: PersonView; deed: Deed } | null>(null)
  const list = useInfiniteQuery(people(customerId, settled))
  const queryClient = useQueryClient()
  const touch = useMutation({
    mutationFn: ({ person, deed }: { person: PersonView; deed: Deed }) => touchPerson(customerId, person.id, deed),
    onSuccess: (_, { person, deed }) => {
      setAsked(null)
      notifications.show({ message: deeds[deed].done(person.name) })
      return queryClient.invalidateQueries({ queryKey: key('people') })
    },
  })
  return (
    <Page
      title="People"
      lead={customerId === null ? 'Our own people' : `Who can sign in for ${(me.customer ?? customer)?.name ?? 'it'}`}
      breadcrumbs={
        customer && (
          <Breadcrumbs>
            <Link to={paths.customers()}>Customers</Link>
            <Link to={paths.customer(customer.id)}>{customer.name}</Link>
          </Breadcrumbs>
        )
      }
    >
      <Section actions={<SearchBox label="Search people" value={search} onChange={setSearch} />} flush>
        <Paged list={list}>
          {(rows) => (
            <DataTable
              label="People"
              columns={columns((person, deed) => setAsked({ person, deed }))}
              rows={rows}
              rowKey={(row) => row.id}
              empty={<Empty title={settled ? 'Nobody fits' : 'Nobody here yet'} />}
            />
          )}
        </Paged>
      </Section>
      {asked && (
        <ConfirmDialog
          title={`${deeds[asked.deed].says}: ${asked.person.name}`}
          confirm={deeds[asked.deed].says}
          danger={asked.deed !== 'enable'}
          busy={touch.isPending}
          error={touch.error ? wordsFor(touch.error) : undefined}
          onConfirm={() => touch.mutate(asked)}
          onClose={() => {
            touch.reset()
            setAsked(null)
          }}
        >
          {deeds[asked.deed].warns(asked.person.name)}
        </ConfirmDialog>
      )}
    </Page>
  )
}
