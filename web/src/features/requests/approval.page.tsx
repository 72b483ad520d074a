import { awaitsAnswer, type RequestState, requestStateSays } from '@gatehouse/shared/requests/request-states'
import type { RequestView } from '@gatehouse/shared/views/requests'
import { Alert, Anchor, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { paths } from '../../kernel/paths.ts'
import type { ApiError } from '../../kernel/words.ts'
import { RequestBadge } from '../../ui/badges.tsx'
import { Roomy } from '../../ui/density.tsx'
import { Breadcrumbs, Page, Section } from '../../ui/page.tsx'
import { LiveSession } from '../sessions/live-sessions.tsx'
import { AskedFacts } from './asked-facts.tsx'
import { Deadline } from './deadline.tsx'
import { ChangeOfMind, DecideForm } from './decide-form.tsx'
import { Given } from './given.tsx'
import { watchedRequestQuery } from './queries.ts'
import { RequestLog } from './request-log.tsx'
import { Story } from './story-line.tsx'
import { RevokeButton } from './take-back.tsx'
import { WhoAnswers } from './who-answers.tsx'

/** One request as its approver reads and answers it. A link to it decides nothing. */
export default function ApprovalPage() {
  const { requestId = '' } = useParams()
  return (
    <Roomy>
      <Answered query={useQuery(watchedRequestQuery(requestId))}>
        {(request) => <Shown key={request.id} request={request} />}
      </Answered>
    </Roomy>
  )
}

const Shown = ({ request }: { request: RequestView }) => {
  const [lost, setLost] = useState<ApiError | null>(null)
  const { decide, deny } = request.may
  const waits = awaitsAnswer(request.state)
  const runs = request.session !== null && request.session.state !== 'ended'
  return (
    <Page
      width="reading"
      title={`${request.technician.name} ${waits ? 'asks' : 'asked'} for access to ${request.device.name}`}
      badges={<RequestBadge state={request.state} />}
      breadcrumbs={
        <Breadcrumbs>
          <Link to={paths.approvals()}>Approvals</Link>
        </Breadcrumbs>
      }
      lead={<Deadline request={request} />}
    >
      {runs && request.session && <LiveSession sessionId={request.session.id} />}
      <Section>
        <AskedFacts asked={request} />
      </Section>
      {lost && (
        <Alert color="yellow" role="alert" title="Somebody was faster">
          Your answer came too late: {stateThatWon(request, lost)}.
        </Alert>
      )}
      {waits && <Given request={request} />}
      {!decide.ok && deny.ok && (
        <Section title="You have approved this">
          <ChangeOfMind request={request} onLost={setLost} />
        </Section>
      )}
      {decide.ok ? (
        <Section title="Your answer">
          <DecideForm request={request} onLost={setLost} />
        </Section>
      ) : (
        <Section
          title={waits ? 'How it stands' : 'What became of it'}
          actions={request.may.revoke.ok && <RevokeButton request={request} />}
        >
          <Stack>
            {waits && !deny.ok && <Text>You cannot answer this. {decide.says}</Text>}
            {waits && <WhoAnswers request={request} />}
            <Story request={request} />
            {request.session?.state === 'ended' && (
              <Anchor component={Link} to={paths.session(request.session.id)}>
                What the session was, and its recording
              </Anchor>
            )}
            <Anchor component={Link} to={paths.device(request.device.id, 'audit')}>
              The audit log of {request.device.name}
            </Anchor>
          </Stack>
        </Section>
      )}
      {!waits && <RequestLog request={request} narrow />}
    </Page>
  )
}

const stateThatWon = (request: RequestView, lost: ApiError): string => {
  const state = (awaitsAnswer(request.state) ? lost.state : request.state) as RequestState | undefined
  const says = state && state in requestStateSays ? requestStateSays[state].toLowerCase() : 'already answered'
  return request.decision ? `it was ${says} by ${request.decision.by}` : `it is ${says}`
}
