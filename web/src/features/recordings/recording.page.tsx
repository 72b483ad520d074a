import { byteCount } from '@gatehouse/shared/amounts'
import type { SessionView } from '@gatehouse/shared/views/sessions'
import { Alert, Anchor, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { Link, useParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { counted, stretch } from '../../kernel/format.ts'
import { paths } from '../../kernel/paths.ts'
import { Loading, Refused } from '../../ui/notices.tsx'
import { Breadcrumbs, Page, Section } from '../../ui/page.tsx'
import { sessionQuery } from '../sessions/queries.ts'
import type { Cast } from './asciicast.ts'
import { recordingFile, recordingQuery } from './queries.ts'

const Player = lazy(async () => ({ default: (await import('./player.tsx')).Player }))

/** What was said in a session, played back. */
export default function RecordingPage() {
  const { sessionId = '' } = useParams()
  return <Answered query={useQuery(sessionQuery(sessionId))}>{(session) => <Shown session={session} />}</Answered>
}

const Shown = ({ session }: { session: SessionView }) => (
  <Page
    title={`Recording: ${session.technician.name} on ${session.device.name}`}
    breadcrumbs={
      <Breadcrumbs>
        <Link to={paths.sessions()}>Sessions</Link>
        <Link to={paths.session(session.id)}>Session on {session.device.name}</Link>
      </Breadcrumbs>
    }
    lead={session.causeSays && `${session.causeSays}.`}
  >
    <Section>
      {session.may.playBack.ok ? (
        <Played session={session} />
      ) : (
        <Refused
          says={session.recording ? session.may.playBack.says : 'Nothing was recorded: the session never went live.'}
        >
          <Anchor component={Link} to={paths.session(session.id)}>
            Back to the session
          </Anchor>
        </Refused>
      )}
    </Section>
  </Page>
)

const Played = ({ session }: { session: SessionView }) => {
  const { id, device, recording } = session
  return (
    <Answered query={useQuery(recordingQuery(id))}>
      {(cast) => (
        <Stack gap="md">
          <Gaps session={session} cast={cast} />
          <Suspense fallback={<Loading />}>
            <Player cast={cast} zone={device.zone} label={`Recorded terminal of ${device.name}`} />
          </Suspense>
          <Text c="dimmed" size="xs">
            {recording &&
              `${counted(recording.parts, 'part')}, ${byteCount(recording.bytes)}; each part was compared with its hash. `}
            That you play it back stands in the audit log.{' '}
            <Anchor href={recordingFile(id)} download inherit>
              Save as asciicast
            </Anchor>
          </Text>
        </Stack>
      )}
    </Answered>
  )
}

/** The end of a recording and of its session are told by different clocks; less than this is no gap. */
const tolerance = 10_000

/** What is missing is said aloud: a recording with a hole never looks whole. */
const Gaps = ({ session, cast }: { session: SessionView; cast: Cast }) => {
  const until = session.endedAt ?? session.now
  const end = cast.startedAt === null ? until : cast.startedAt + cast.length
  const missing = session.recording?.failed ? until - end : 0
  if (!session.recording?.failed && cast.unread === 0) return null
  return (
    <Alert color="amber" role="alert" title="This recording has a gap">
      {cast.unread > 0 && `${counted(cast.unread, 'line')} of it could not be read. `}
      {session.recording?.failed &&
        (missing > tolerance
          ? `Nothing was recorded in the last ${stretch(missing)} of the session.`
          : 'The recording broke off at the end.')}
    </Alert>
  )
}
