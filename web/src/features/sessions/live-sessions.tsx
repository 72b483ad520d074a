import type { SessionView } from '@gatehouse/shared/views/sessions'
import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core'
import { IconEye, IconTerminal2 } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from 'react-router'
import { Answered, Paged } from '../../kernel/answered.tsx'
import { dateTime, stretch, zoneName } from '../../kernel/format.ts'
import { paths } from '../../kernel/paths.ts'
import { SessionBadge } from '../../ui/badges.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { lasted } from './clock.ts'
import { EndButton } from './end-button.tsx'
import { sessionQuery, sessionsQuery } from './queries.ts'
import classes from './sessions.module.css'
import { TimeLeft } from './time-left.tsx'

/** One running session: who is at work, how long he has, and the way to watch and to end it. */
export const LiveSession = ({ sessionId }: { sessionId: string }) => (
  <Answered query={useQuery(sessionQuery(sessionId))}>
    {(session) => (session.state === 'ended' ? null : <Running session={session} />)}
  </Answered>
)

const Running = ({ session }: { session: SessionView }) => (
  <div className={classes.running}>
    <div className={classes.who}>
      <Group gap="xs">
        <Text fw={600}>
          <bdi>{session.technician.name}</bdi> on <bdi>{session.device.name}</bdi>
        </Text>
        <SessionBadge state={session.state} />
      </Group>
      <TimeLeft session={session} />
    </div>
    {session.watch && session.watch.due !== null && (
      <Text className={classes.wanted}>
        {session.state === 'paused' ? 'Paused' : 'Not begun yet'}: somebody of {session.customer.name} has to watch.
      </Text>
    )}
    <Group gap="xs">
      {session.may.write.ok ? (
        <Button component={Link} to={paths.session(session.id)} leftSection={<IconTerminal2 size={18} aria-hidden />}>
          Go to the terminal
        </Button>
      ) : (
        session.may.watch.ok && (
          <Button
            component={Link}
            to={paths.session(session.id)}
            variant={session.watch?.due == null ? 'default' : 'filled'}
            leftSection={<IconEye size={18} aria-hidden />}
          >
            Watch
          </Button>
        )
      )}
      {session.may.end.ok && <EndButton session={session} />}
    </Group>
  </div>
)

/** The sessions that are running, of one device or of all one may see; nothing at all where none runs. */
export const LiveSessions = ({ deviceId, title }: { deviceId?: string; title?: string }) => {
  const rows = useInfiniteQuery(sessionsQuery({ state: 'live', deviceId })).data?.pages.flatMap((page) => page.rows)
  if (!rows || rows.length === 0) return null
  return (
    <Stack component="section" gap="sm">
      {title && <Title order={2}>{title}</Title>}
      {rows.map((session) => (
        <Running key={session.id} session={session} />
      ))}
    </Stack>
  )
}

const columns = (ofOneDevice: boolean): Column<SessionView>[] => [
  {
    id: 'begun',
    header: 'Begun',
    headline: true,
    cell: ({ id, openedAt, device: { zone } }) => (
      <Link to={paths.session(id)}>
        <time>
          {dateTime(openedAt, zone)} {zoneName(openedAt, zone)}
        </time>
      </Link>
    ),
  },
  ...(ofOneDevice
    ? []
    : [
        {
          id: 'device',
          header: 'Device',
          cell: ({ device, customer }: SessionView) => (
            <span>
              <bdi>{device.name}</bdi>
              <Text span inherit c="dimmed">
                {' '}
                · <bdi>{customer.name}</bdi>
              </Text>
            </span>
          ),
        },
      ]),
  { id: 'technician', header: 'Technician', cell: ({ technician }) => <bdi>{technician.name}</bdi> },
  { id: 'state', header: 'State', width: '9rem', cell: ({ state }) => <SessionBadge state={state} /> },
  { id: 'cause', header: 'How it ended', cell: ({ causeSays }) => causeSays ?? '–' },
  {
    id: 'lasted',
    header: 'Lasted',
    width: '8rem',
    cell: (session) => {
      const ms = lasted(session)
      return ms === null ? '–' : stretch(ms)
    },
  },
  {
    id: 'recording',
    header: 'Recording',
    width: '8rem',
    cell: ({ id, state, may }) =>
      state === 'ended' && may.playBack.ok ? (
        <Anchor component={Link} to={paths.recording(id)} inherit>
          Play back
        </Anchor>
      ) : (
        '–'
      ),
  },
]

/** Sessions, newest first: those that run and those that were. */
export const SessionList = ({ deviceId }: { deviceId?: string }) => {
  const list = useInfiniteQuery(sessionsQuery({ state: 'all', deviceId }))
  const navigate = useNavigate()
  return (
    <Paged list={list}>
      {(rows) => (
        <DataTable
          label="Sessions"
          columns={columns(deviceId !== undefined)}
          rows={rows}
          rowKey={(row) => row.id}
          onOpen={(row) => navigate(paths.session(row.id))}
          empty={
            <Empty title="No sessions yet">
              Every session appears here for good, with its recording and its cause.
            </Empty>
          }
        />
      )}
    </Paged>
  )
}
