import type { May } from '@gatehouse/shared/views/basics'
import type { PersonView } from '@gatehouse/shared/views/people'
import type { MeView } from '@gatehouse/shared/views/sign-in'
import { ActionIcon, Button, Checkbox, Menu, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { IconDotsVertical, IconEraser, IconNetwork, IconUserPlus, IconUsersGroup } from '@tabler/icons-react'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { Paged } from '../../kernel/answered.tsx'
import { key } from '../../kernel/keys.ts'
import { holds, useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { wordsFor } from '../../kernel/words.ts'
import { useZone } from '../../kernel/zone.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { Breadcrumbs, Page, Section } from '../../ui/page.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import { customerQuery } from '../customers/queries.ts'
import { AskErasureDialog } from '../erasures/ask-dialog.tsx'
import { FactorDemand } from '../factors/factor-demand.tsx'
import { ViewAsDialog } from '../viewing/view-as-dialog.tsx'
import { type Deed, deeds, deedsIn } from './deeds.ts'
import { GroupsDialog } from './groups-dialog.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { PersonStateBadge } from './person-state.tsx'
import { people, touchPerson } from './queries.ts'

type Asked = { person: PersonView; deed: Deed | 'groups' | 'view' | 'erase' }

const mayOf = ({ may }: PersonView, deed: Deed): May =>
  ({
    'invite-again': may.invite,
    withdraw: may.invite,
    reset: may.reset,
    'sign-out': may.changeGroups,
    disable: may.disable,
    enable: may.disable,
    remove: may.remove,
  })[deed]

/** A deed that is shut says why; one that no group allows is not offered. */
const DeedItem = ({ deed, may, onAsk }: { deed: Deed; may: May; onAsk: () => void }) => {
  if (!may.ok && may.because === 'not_granted') return null
  return (
    <Menu.Item
      color={deed === 'remove' || deed === 'withdraw' ? 'red' : undefined}
      disabled={!may.ok}
      maw="20rem"
      onClick={onAsk}
    >
      {deeds[deed].says}
      {!may.ok && (
        <Text component="span" display="block" size="xs">
          {may.says}
        </Text>
      )}
    </Menu.Item>
  )
}

const columns = (
  zone: string,
  log: boolean,
  ask: (person: PersonView, deed: Asked['deed']) => void,
): Column<PersonView>[] => [
  {
    id: 'name',
    header: 'Name',
    headline: true,
    cell: (row) => (
      <Text component="span" fw={550}>
        {row.name}
      </Text>
    ),
  },
  { id: 'state', header: 'State', width: '7.5rem', cell: (row) => <PersonStateBadge state={row.state} /> },
  { id: 'email', header: 'E-mail', cell: (row) => row.email },
  { id: 'groups', header: 'Groups', cell: (row) => row.groups.map((group) => group.name).join(', ') || '–' },
  {
    id: 'last',
    header: 'Last sign-in',
    cell: (row) => (row.lastSignInAt === null ? 'Never' : <TimeText at={row.lastSignInAt} zone={zone} withZone />),
  },
  {
    id: 'log',
    header: 'Log',
    width: '4rem',
    cell: (row) =>
      log ? (
        <Link to={paths.audit({ personId: row.id })} aria-label={`Audit log of ${row.name}`}>
          Log
        </Link>
      ) : null,
  },
  {
    id: 'act',
    header: '',
    align: 'end',
    width: '3rem',
    cell: (row) =>
      Object.values(row.may).some(({ ok }) => ok) ? (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon aria-label={`What to do with ${row.name}`}>
              <IconDotsVertical size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {row.may.viewAs.ok && <Menu.Item onClick={() => ask(row, 'view')}>See what {row.name} sees</Menu.Item>}
            {row.may.changeGroups.ok && <Menu.Item onClick={() => ask(row, 'groups')}>Change the groups</Menu.Item>}
            {deedsIn[row.state].map((deed) => (
              <DeedItem key={deed} deed={deed} may={mayOf(row, deed)} onAsk={() => ask(row, deed)} />
            ))}
            {row.may.disable.ok && (
              <Menu.Item color="red" onClick={() => ask(row, 'erase')}>
                Erase personal data…
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      ) : null,
  },
]

/** Whose people a person looks at: his customer's; of the maker's people, those of the customer asked for, or their own. */
const whose = (me: MeView, asked: string | null): string | null => {
  if (!me.customer) return asked
  return holds(me, 'person.view') ? me.customer.id : null
}

/** The people one is in charge of. */
export default function PeoplePage() {
  const me = useMe()
  const zone = useZone()
  const [query] = useSearchParams()
  const customerId = whose(me, query.get('customer'))
  const customer = useQuery({ ...customerQuery(customerId ?? ''), enabled: !me.customer && customerId !== null }).data
  const [search, setSearch] = useState('')
  const [settled] = useDebouncedValue(search.trim(), 250)
  const [asked, setAsked] = useState<Asked | null>(null)
  const [inviting, setInviting] = useState(false)
  const mayInvite = holds(me, customerId === null ? 'staff.edit' : 'person.edit')
  const list = useInfiniteQuery(people(customerId, settled))
  const queryClient = useQueryClient()
  const touch = useMutation({
    mutationFn: ({ person, deed, factors }: { person: PersonView; deed: Deed; factors: boolean }) =>
      touchPerson(customerId, person.id, deed, { factors }),
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
      actions={
        <>
          {holds(me, customerId === null ? 'staff.view' : 'person.view') && (
            <Button
              variant="default"
              component={Link}
              to={paths.networks(customerId ?? undefined)}
              leftSection={<IconNetwork size={15} aria-hidden />}
            >
              Networks
            </Button>
          )}
          {!me.customer && customerId !== null && (
            <Button
              variant="default"
              component={Link}
              to={paths.groups(customerId)}
              leftSection={<IconUsersGroup size={15} aria-hidden />}
            >
              Groups
            </Button>
          )}
          {mayInvite && (
            <Button
              variant="default"
              component={Link}
              to={paths.erasures(customerId ?? undefined)}
              leftSection={<IconEraser size={15} aria-hidden />}
            >
              Erasures
            </Button>
          )}
          {mayInvite && (
            <Button leftSection={<IconUserPlus size={15} aria-hidden />} onClick={() => setInviting(true)}>
              Invite
            </Button>
          )}
        </>
      }
    >
      <Section actions={<SearchBox label="Search people" value={search} onChange={setSearch} />} flush>
        <Paged list={list}>
          {(rows) => (
            <DataTable
              label="People"
              columns={columns(zone, holds(me, 'audit.view', 'audit.view_maker'), (person, deed) =>
                setAsked({ person, deed }),
              )}
              rows={rows}
              rowKey={(row) => row.id}
              empty={<Empty title={settled ? 'Nobody fits' : 'Nobody here yet'} />}
            />
          )}
        </Paged>
      </Section>
      {customerId !== null && <FactorDemand customerId={customerId} />}
      {inviting && <InviteDialog customerId={customerId} onClose={() => setInviting(false)} />}
      {asked?.deed === 'groups' && (
        <GroupsDialog customerId={customerId} person={asked.person} onClose={() => setAsked(null)} />
      )}
      {asked?.deed === 'view' && customerId !== null && (
        <ViewAsDialog customerId={customerId} person={asked.person} onClose={() => setAsked(null)} />
      )}
      {asked?.deed === 'erase' && (
        <AskErasureDialog customerId={customerId} person={asked.person} onClose={() => setAsked(null)} />
      )}
      {asked && asked.deed !== 'groups' && asked.deed !== 'view' && asked.deed !== 'erase' && (
        <DeedDialog
          name={asked.person.name}
          deed={asked.deed}
          busy={touch.isPending}
          error={touch.error ? wordsFor(touch.error) : undefined}
          onConfirm={(deed, factors) => touch.mutate({ person: asked.person, deed, factors })}
          onClose={() => {
            touch.reset()
            setAsked(null)
          }}
        />
      )}
    </Page>
  )
}

const DeedDialog = ({
  name,
  deed,
  onConfirm,
  ...rest
}: {
  name: string
  deed: Deed
  busy: boolean
  error: string | undefined
  onConfirm: (deed: Deed, factors: boolean) => void
  onClose: () => void
}) => {
  const [factors, setFactors] = useState(false)
  return (
    <ConfirmDialog
      title={`${deeds[deed].says}: ${name}`}
      confirm={deeds[deed].says}
      danger={deeds[deed].danger}
      onConfirm={() => onConfirm(deed, factors)}
      {...rest}
    >
      {deeds[deed].warns(name)}
      {deed === 'reset' && (
        <Checkbox
          mt="md"
          label="Has lost phone or key: remove the second factors as well"
          description="Another one is set up at the next sign-in. Make sure that it is really the person who asks for this."
          checked={factors}
          onChange={(event) => setFactors(event.currentTarget.checked)}
        />
      )}
    </ConfirmDialog>
  )
}
