import type { Named } from '@gatehouse/shared/views/basics'
import { type ErasureView, erasedWord } from '@gatehouse/shared/views/erasures'
import { Badge, Button, Card, Group, List, Stack, Text, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { Paged } from '../../kernel/answered.tsx'
import { counted } from '../../kernel/format.ts'
import { key } from '../../kernel/keys.ts'
import { useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { wordsFor } from '../../kernel/words.ts'
import { useZone } from '../../kernel/zone.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { Breadcrumbs, Page, Section } from '../../ui/page.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import { number } from '../integrity/looks.tsx'
import { AskErasureDialog } from './ask-dialog.tsx'
import { answerErasure, erasuresQuery, removedQuery } from './queries.ts'

const states: Record<ErasureView['state'], { says: string; color: string }> = {
  asked: { says: 'Waits for a second yes', color: 'amber' },
  confirmed: { says: 'Confirmed', color: 'red' },
  running: { says: 'Being erased', color: 'red' },
  done: { says: 'Erased', color: 'gray' },
  stopped: { says: 'Stopped', color: 'gray' },
  lapsed: { says: 'Lapsed', color: 'gray' },
}

/** What goes and what stays, before anybody says yes. */
const Consequences = ({ name }: { name: string }) => (
  <Stack gap="xs">
    <Text fw={550}>What goes</Text>
    <List size="sm" spacing={2}>
      <List.Item>{name}'s account, with password, second factors, groups, settings and sign-ins.</List.Item>
      <List.Item>
        Name, e-mail address and network addresses in the audit log: “(erased)” stands in their place.
      </List.Item>
      <List.Item>The name in requests, sessions, policies, alarms, reports and waiting mails.</List.Item>
      <List.Item>Exports of the log that are still kept here; those under way are cancelled.</List.Item>
    </List>
    <Text fw={550}>What stays</Text>
    <List size="sm" spacing={2}>
      <List.Item>That somebody did what was done, when and to which device. Every proof holds.</List.Item>
      <List.Item>What {name} wrote, without the name.</List.Item>
      <List.Item>
        A name of one word, or one that somebody else bears as well, in what people wrote; what another company's people
        wrote of {name}; the names of devices, sites, groups and customers.
      </List.Item>
      <List.Item>The fingerprints of what was approved: of a name they tell nothing.</List.Item>
      <List.Item>
        Out of our reach: files, mails and proofs that were handed out or wait to go to another company, backups, and
        what recordings show.
      </List.Item>
    </List>
    <Text fw={550}>It begins after 24 hours. Until then it can be stopped; after that it cannot be undone.</Text>
  </Stack>
)

type Answer = { erasure: ErasureView; answer: 'confirm' | 'stop' }

const Pending = ({ one, zone, onAnswer }: { one: ErasureView; zone: string; onAnswer: (answer: Answer) => void }) => (
  <Card withBorder padding="lg" component="article" aria-label={one.person.name}>
    <Stack gap="sm">
      <Group justify="space-between" align="flex-start">
        <Title order={2} size="h3">
          {one.person.name}
        </Title>
        <Badge color={states[one.state].color} variant="light" size="lg">
          {states[one.state].says}
        </Badge>
      </Group>
      <Text>
        <bdi>“{one.reason}”</bdi>
      </Text>
      <Text size="sm">
        Asked for by {one.askedBy}, <TimeText at={one.askedAt} zone={zone} withZone />.
        {one.confirmedAt !== null && (
          <>
            {' '}
            Confirmed by {one.confirmedBy}, <TimeText at={one.confirmedAt} zone={zone} withZone />.
          </>
        )}
      </Text>
      {one.state === 'confirmed' && one.beginsAt !== null && (
        <Text fw={550}>
          It begins on <TimeText at={one.beginsAt} zone={zone} withZone />. Until then it can be stopped.
        </Text>
      )}
      {one.state === 'running' && (
        <Text fw={550} role="status">
          Words of {counted(one.events, 'event')} are erased so far. It can no longer be stopped.
        </Text>
      )}
      {one.state !== 'running' && (
        <Group>
          {one.state === 'asked' && (
            <Button
              size="md"
              color="red"
              disabled={!one.may.confirm.ok}
              onClick={() => onAnswer({ erasure: one, answer: 'confirm' })}
            >
              Confirm…
            </Button>
          )}
          {one.may.stop.ok && (
            <Button size="md" variant="default" onClick={() => onAnswer({ erasure: one, answer: 'stop' })}>
              Stop it
            </Button>
          )}
        </Group>
      )}
      {one.state === 'asked' && !one.may.confirm.ok && (
        <Text size="sm" c="dimmed">
          {one.may.confirm.says}
        </Text>
      )}
      {one.needsMaker && (
        <Text size="sm">
          No other administrator of this company can confirm it: there is none who has been one for a day and is
          independent of whoever asks. Those who look after the company at the maker can confirm it instead: ask one of
          them.
        </Text>
      )}
    </Stack>
  </Card>
)

const columns = (zone: string): Column<ErasureView>[] => [
  {
    id: 'person',
    header: 'Person',
    headline: true,
    cell: (row) => (row.person.name === erasedWord ? <em>Erased person</em> : <bdi>{row.person.name}</bdi>),
  },
  { id: 'state', header: 'State', cell: (row) => states[row.state].says },
  { id: 'reason', header: 'Why', cell: (row) => <bdi>{row.reason}</bdi> },
  { id: 'asked', header: 'Asked for by', cell: (row) => row.askedBy },
  { id: 'answered', header: 'Confirmed or stopped by', cell: (row) => row.stoppedBy ?? row.confirmedBy ?? '–' },
  {
    id: 'ended',
    header: 'Ended',
    cell: (row) => (row.endedAt === null ? '–' : <TimeText at={row.endedAt} zone={zone} withZone />),
  },
  { id: 'events', header: 'Events', align: 'end', cell: (row) => (row.state === 'done' ? number(row.events) : '–') },
]

const removedColumns = (onAsk: (person: Named) => void): Column<Named>[] => [
  { id: 'name', header: 'Person', headline: true, cell: (row) => <bdi>{row.name}</bdi> },
  {
    id: 'deed',
    header: 'Personal data',
    align: 'end',
    cell: (row) => (
      <Button variant="default" size="compact-sm" onClick={() => onAsk(row)} aria-label={`Erase ${row.name}…`}>
        Erase…
      </Button>
    ),
  },
]

/** Whoever was removed and is not erased: the name stands in the log still. Nothing is shown where there is nobody. */
const Removed = ({ customerId, onAsk }: { customerId: string | null; onAsk: (person: Named) => void }) => {
  const [typed, setTyped] = useState('')
  const [settled] = useDebouncedValue(typed.trim(), 250)
  const list = useInfiniteQuery(removedQuery(customerId, settled))
  if (settled === '' && typed === '' && list.data?.pages[0]?.rows.length === 0) return null
  return (
    <Section
      title="People who were removed"
      flush
      actions={<SearchBox label="Search removed people" value={typed} onChange={setTyped} />}
    >
      <Paged list={list}>
        {(people) => (
          <DataTable
            label="People who were removed"
            columns={removedColumns(onAsk)}
            rows={people}
            rowKey={(row) => row.id}
            stale={list.isPlaceholderData}
            empty={<Empty title="Nobody of this name was removed" />}
          />
        )}
      </Paged>
    </Section>
  )
}

const Earlier = ({ customerId, zone }: { customerId: string | null; zone: string }) => {
  const list = useInfiniteQuery(erasuresQuery(customerId, 'over'))
  if (list.data?.pages[0]?.rows.length === 0) return null
  return (
    <Section title="Earlier" flush>
      <Paged list={list}>
        {(over) => (
          <DataTable
            label="Earlier erasures"
            columns={columns(zone)}
            rows={over}
            rowKey={(row) => row.id}
            empty={null}
          />
        )}
      </Paged>
    </Section>
  )
}

/** Erasing what names a person: what waits for a second yes, what is under way, and what was done. */
export default function ErasuresPage() {
  const me = useMe()
  const zone = useZone()
  const { customerId: asked } = useParams()
  const customerId = me.customer?.id ?? asked ?? null
  const list = useInfiniteQuery(erasuresQuery(customerId, 'open'))
  const may = list.data?.pages[0]?.may
  const [answer, setAnswer] = useState<Answer | null>(null)
  const [person, setPerson] = useState<Named | null>(null)
  const queryClient = useQueryClient()
  const give = useMutation({
    mutationFn: (one: Answer) => answerErasure(customerId, one.erasure.id, one.answer),
    onSuccess: (_, one) => {
      setAnswer(null)
      notifications.show({
        message: one.answer === 'confirm' ? 'Confirmed. It can be stopped for 24 hours.' : 'Stopped.',
      })
      return queryClient.invalidateQueries({ queryKey: key('people') })
    },
  })
  return (
    <Page
      title="Erasing personal data"
      lead="One administrator asks, another confirms within 14 days, and for 24 hours it can be stopped."
      breadcrumbs={
        <Breadcrumbs>
          <Link to={paths.people(me.customer ? undefined : (customerId ?? undefined))}>People</Link>
        </Breadcrumbs>
      }
    >
      <Stack gap="lg">
        <Paged list={list}>
          {(pending) => (
            <Stack gap="lg">
              {pending.map((one) => (
                <Pending key={one.id} one={one} zone={zone} onAnswer={setAnswer} />
              ))}
              {pending.length === 0 && (
                <Section>
                  <Empty title="Nothing is asked for">Choose a person on the page of people.</Empty>
                </Section>
              )}
            </Stack>
          )}
        </Paged>
        {may?.ask.ok && <Removed customerId={customerId} onAsk={setPerson} />}
        {list.data && <Earlier customerId={customerId} zone={zone} />}
      </Stack>
      {person && <AskErasureDialog customerId={customerId} person={person} onClose={() => setPerson(null)} />}
      {answer && (
        <ConfirmDialog
          title={
            answer.answer === 'confirm'
              ? `Erase the personal data of ${answer.erasure.person.name}`
              : `Stop erasing ${answer.erasure.person.name}`
          }
          confirm={answer.answer === 'confirm' ? 'Yes, erase it' : 'Stop it'}
          danger={answer.answer === 'confirm'}
          busy={give.isPending}
          error={give.error ? wordsFor(give.error) : undefined}
          onConfirm={() => give.mutate(answer)}
          onClose={() => {
            give.reset()
            setAnswer(null)
          }}
        >
          {answer.answer === 'confirm' ? (
            <Consequences name={answer.erasure.person.name} />
          ) : (
            'Nothing is erased. It can be asked for again.'
          )}
        </ConfirmDialog>
      )}
    </Page>
  )
}
