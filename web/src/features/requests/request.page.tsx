import { awaitsAnswer } from '@gatehouse/shared/requests/request-states'
import type { RequestView } from '@gatehouse/shared/views/requests'
import { Alert, Anchor, Button, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { wordsFor } from '../../kernel/words.ts'
import { RequestBadge } from '../../ui/badges.tsx'
import { Breadcrumbs, Page, Section } from '../../ui/page.tsx'
import { AskedFacts } from './asked-facts.tsx'
import { Deadline } from './deadline.tsx'
import { OpenTerminal } from './open-terminal.tsx'
import { watchedRequestQuery } from './queries.ts'
import classes from './request.module.css'
import { RequestLog } from './request-log.tsx'
import { Story } from './story-line.tsx'
import { RevokeButton, WithdrawButton } from './take-back.tsx'
import { WhoAnswers } from './who-answers.tsx'

/** One request, as its technician and everybody who may see the device reads it. */
export default function RequestPage() {
  const { requestId = '' } = useParams()
  return (
    <Answered query={useQuery(watchedRequestQuery(requestId))}>{(request) => <Shown request={request} />}</Answered>
  )
}

const Shown = ({ request }: { request: RequestView }) => {
  const me = useMe()
  const [failed, setFailed] = useState<Error | null>(null)
  const mine = request.technician.id === me.id
  const runs = request.session !== null && request.session.state !== 'ended'
  const waits = awaitsAnswer(request.state)
  const canCome = runs || waits || request.state === 'approved'
  return (
    <Page
      title={`Access to ${request.device.name}`}
      badges={<RequestBadge state={request.state} />}
      breadcrumbs={
        <Breadcrumbs>
          <Link to={paths.requests()}>Requests</Link>
          <Link to={paths.device(request.device.id, 'requests')}>{request.device.name}</Link>
        </Breadcrumbs>
      }
      lead={<Deadline request={request} />}
      actions={
        <>
          {request.may.decide.ok && (
            <Button component={Link} to={paths.approval(request.id)}>
              Answer this request
            </Button>
          )}
          {request.may.revoke.ok && <RevokeButton request={request} />}
          {mine && request.may.withdraw.ok && <WithdrawButton request={request} />}
          {mine && canCome && <OpenTerminal request={request} onError={setFailed} />}
        </>
      }
    >
      {failed && (
        <Alert
          color="red"
          role="alert"
          withCloseButton
          onClose={() => setFailed(null)}
          title="The terminal was not opened"
        >
          {wordsFor(failed)}
        </Alert>
      )}
      <div className={classes.columns}>
        <Section title="What was asked">
          <AskedFacts asked={request} />
        </Section>
        <Section title="How it stands">
          <Stack gap="lg">
            <Story request={request} />
            {waits && <WhoAnswers request={request} />}
            <Links request={request} />
          </Stack>
        </Section>
      </div>
      <RequestLog request={request} />
    </Page>
  )
}

const Links = ({ request: { device, session } }: { request: RequestView }) => (
  <Stack gap={4} align="flex-start">
    {session && (
      <Anchor component={Link} to={paths.session(session.id)}>
        {session.state === 'ended' ? 'What the session was, and its recording' : 'The running session'}
      </Anchor>
    )}
    <Anchor component={Link} to={paths.device(device.id, 'audit')}>
      The audit log of {device.name}
    </Anchor>
  </Stack>
)
