import type { SessionCause } from '@gatehouse/shared/sessions/session-states'
import type { SessionView } from '@gatehouse/shared/views/sessions'
import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { Link } from 'react-router'
import { dateTime, stretch, zoneName } from '../../kernel/format.ts'
import { useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { Facts } from '../../ui/facts.tsx'
import { lasted } from './clock.ts'

const askAgain = 'To go on, ask the customer again.'

/** What its technician does next, by the cause. */
const next: Record<SessionCause, string> = {
  technician: askAgain,
  customer: 'Talk to the customer before you ask again.',
  maker: 'Talk to your colleague before you ask again.',
  at_machine: 'Somebody stands at the machine: call before you ask again.',
  approval_ended: askAgain,
  approval_revoked: 'Talk to the customer before you ask again.',
  policy: 'The policy of the customer says what is allowed, and when.',
  window_closed: 'When the window opens again, ask the customer again.',
  idle: `Nothing was done for 20 minutes. ${askAgain}`,
  signed_out: `Signing out ends what runs. ${askAgain}`,
  network: 'You may work from some networks only: your administrator knows which.',
  rights_changed: 'Ask your administrator which of your groups was changed.',
  watcher_gone: 'It needs somebody who watches. Ask again when the customer has time to.',
  device_lost: 'When the device is back, ask again.',
  device_ended: `The shell was left, or stopped by itself. ${askAgain}`,
  technician_lost: `Your browser could not be reached for too long. ${askAgain}`,
  device_refused: 'The device decides by its own copy of the policy; its audit log says why it refused.',
  device_revoked: 'The device has to be enrolled anew first.',
  misuse: 'The audit log says what was tried.',
  recording_failed: 'Nothing is done that cannot be recorded. Tell your administrator.',
  kill_switch: 'Talk to the customer before you ask again.',
  server_stopping: `Gatehouse was stopped. ${askAgain}`,
}

/** How a session ended, and where its story can be read, unless its log stands below. */
export const Ended = ({ session, withLog = false }: { session: SessionView; withLog?: boolean }) => {
  const mine = useMe().id === session.technician.id
  const { device, cause, endedAt, openedAt } = session
  const ms = lasted(session)
  const when = (at: number) => `${dateTime(at, device.zone, { seconds: true })} ${zoneName(at, device.zone)}`
  return (
    <Stack gap="md">
      <div role="status">
        <Title order={2}>{session.causeSays ?? 'The session is over'}</Title>
        {mine && cause && <Text mt={4}>{next[cause]}</Text>}
      </div>
      <Facts
        facts={[
          ['Technician', <bdi key="t">{session.technician.name}</bdi>],
          ['Device', <bdi key="d">{`${device.name}, ${device.site}, ${session.customer.name}`}</bdi>],
          ['Begun', when(openedAt)],
          // In the moment of the end the page knows the cause before it knows the times.
          ...(endedAt === null
            ? []
            : ([
                ['Ended', when(endedAt)],
                ['Worked for', ms === null ? 'It never went live' : stretch(ms)],
              ] as const)),
        ]}
      />
      <Group gap="sm">
        {session.may.playBack.ok && (
          <Button
            component={Link}
            to={paths.recording(session.id)}
            leftSection={<IconPlayerPlay size={16} aria-hidden />}
          >
            Play the recording back
          </Button>
        )}
        {mine && (
          <Button component={Link} to={paths.ask(device.id)} variant="default">
            Ask again
          </Button>
        )}
        <Anchor component={Link} to={paths.request(session.requestId)}>
          The request
        </Anchor>
        {!withLog && (
          <Anchor component={Link} to={paths.audit({ sessionId: session.id })}>
            Everything about this session in the audit log
          </Anchor>
        )}
        <Anchor component={Link} to={paths.device(device.id, 'audit')}>
          The audit log of {device.name}
        </Anchor>
      </Group>
    </Stack>
  )
}
