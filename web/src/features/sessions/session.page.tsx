import type { May } from '@gatehouse/shared/views/basics'
import type { SessionView } from '@gatehouse/shared/views/sessions'
import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { Link, useParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { SessionBadge } from '../../ui/badges.tsx'
import { Roomy } from '../../ui/density.tsx'
import { Refused } from '../../ui/notices.tsx'
import { Breadcrumbs, Page, Section } from '../../ui/page.tsx'
import { AuditExcerpt } from '../audit/audit-excerpt.tsx'
import { EndButton } from './end-button.tsx'
import { Ended } from './ended.tsx'
import { sessionQuery } from './queries.ts'
import { type Direction, Running } from './running.tsx'
import { TimeLeft } from './time-left.tsx'

/** A session: its terminal while it runs, to type in or to watch, and how it ended afterwards. */
export default function SessionPage() {
  const { sessionId = '' } = useParams()
  return (
    <Answered query={useQuery(sessionQuery(sessionId))}>
      {(session) => <Shown key={session.id} session={session} />}
    </Answered>
  )
}

const whyShut = (may: May) => (may.ok ? 'The session could not be opened here.' : may.says)

const Shown = ({ session }: { session: SessionView }) => {
  // Whoever has seen it running keeps its last screen: it may hold what he still needs.
  const [sawIt] = useState(session.state !== 'ended')
  const [direction] = useState<Direction | undefined>(
    session.may.write.ok ? 'write' : session.may.watch.ok ? 'watch' : undefined,
  )
  const mine = useMe().id === session.technician.id
  const scope = useMemo(() => ({ sessionId: session.id }), [session.id])
  if (sawIt && direction === 'write') return <Running session={session} direction={direction} />
  if (sawIt && direction)
    return (
      <Roomy>
        <Running session={session} direction={direction} />
      </Roomy>
    )
  return (
    <Page
      width="reading"
      title={`Session on ${session.device.name}`}
      badges={<SessionBadge state={session.state} />}
      breadcrumbs={
        <Breadcrumbs>
          <Link to={paths.sessions()}>Sessions</Link>
        </Breadcrumbs>
      }
    >
      <Section>
        {session.state === 'ended' ? (
          <Ended session={session} withLog />
        ) : (
          <Refused says={whyShut(mine ? session.may.write : session.may.watch)}>
            <Text mb="sm">
              {session.technician.name} is at work. <TimeLeft session={session} />
            </Text>
            {session.may.end.ok && <EndButton session={session} />}
          </Refused>
        )}
      </Section>
      <AuditExcerpt title="In the audit log" scope={scope} zone={session.device.zone} narrow />
    </Page>
  )
}
