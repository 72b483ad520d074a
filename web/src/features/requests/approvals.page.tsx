import { awaitsAnswer } from '@gatehouse/shared/requests/request-states'
import type { RequestView } from '@gatehouse/shared/views/requests'
import { Group, Stack, Text, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { Paged } from '../../kernel/answered.tsx'
import { fromNow } from '../../kernel/format.ts'
import { useServerNow } from '../../kernel/now.ts'
import { paths } from '../../kernel/paths.ts'
import { RequestBadge } from '../../ui/badges.tsx'
import { Roomy } from '../../ui/density.tsx'
import { Empty } from '../../ui/notices.tsx'
import { Page } from '../../ui/page.tsx'
import { LiveSessions } from '../sessions/live-sessions.tsx'
import classes from './approvals.module.css'
import { Deadline } from './deadline.tsx'
import { requestsQuery } from './queries.ts'
import { approvedSays, canDo, duration } from './words.ts'

/** What waits for an approver: requests first, then what runs, then what was answered. */
export default function ApprovalsPage() {
  const waiting = useInfiniteQuery(requestsQuery({ state: 'open' }))
  const all = useInfiniteQuery(requestsQuery({}))
  return (
    <Roomy>
      <Page title="Approvals" width="reading">
        <Part title="Waiting for an answer">
          <Paged list={waiting}>
            {(rows) =>
              rows.length === 0 ? (
                <Empty title="Nobody asks for anything">
                  When a technician asks for access to one of your devices, it appears here at once, and in your mail.
                </Empty>
              ) : (
                <Cards rows={rows} />
              )
            }
          </Paged>
        </Part>
        <LiveSessions title="Running now" />
        <Part title="Answered">
          <Paged list={all}>
            {(rows) => {
              const over = rows.filter((row) => !awaitsAnswer(row.state))
              return over.length === 0 ? <Text c="dimmed">Nothing yet</Text> : <Cards rows={over} />
            }}
          </Paged>
        </Part>
      </Page>
    </Roomy>
  )
}

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <Stack component="section" gap="sm">
    <Title order={2}>{title}</Title>
    {children}
  </Stack>
)

const Cards = ({ rows }: { rows: RequestView[] }) => (
  <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: 'none' }}>
    {rows.map((row) => (
      <li key={row.id}>
        <Card request={row} />
      </li>
    ))}
  </Stack>
)

const Card = ({ request }: { request: RequestView }) => {
  const now = useServerNow(30_000)
  const waits = awaitsAnswer(request.state)
  const approved = approvedSays(request)
  return (
    <Link to={paths.approval(request.id)} className={classes.card} data-waiting={waits || undefined}>
      <Stack gap={6}>
        <Group justify="space-between" gap="xs">
          <span className={classes.title}>
            <bdi>{request.device.name}</bdi>, <bdi>{request.device.site}</bdi>
          </span>
          <RequestBadge state={request.state} />
        </Group>
        <Text className={classes.reason}>
          <bdi>{request.technician.name}</bdi>, {request.company}, wants to {canDo(request.activities, 'it')} for{' '}
          {duration(request.minutes)}: “<bdi>{request.reason}</bdi>”
        </Text>
        {waits ? (
          <>
            {approved && <Text className={classes.reason}>{approved}</Text>}
            <Deadline request={request} />
          </>
        ) : (
          <Text c="dimmed" size="sm">
            {request.decision ? `${request.decision.by}, ` : ''}
            {fromNow(request.decision?.at ?? request.madeAt, now)}
          </Text>
        )}
      </Stack>
    </Link>
  )
}
