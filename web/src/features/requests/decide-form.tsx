import type { RequestView } from '@gatehouse/shared/views/requests'
import { Alert, Button, Stack, Text } from '@mantine/core'
import { IconCheck, IconClockMinus, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { ApiError, wordsFor } from '../../kernel/words.ts'
import { limitNoteId } from '../../ui/at-limit.ts'
import { useNothingNew } from '../limits/queries.ts'
import classes from './approvals.module.css'
import { Deny } from './decide-deny.tsx'
import { Less } from './decide-less.tsx'
import { Means, type Part } from './decide-parts.tsx'
import { type Answer, useDecide } from './queries.ts'

/** Which of the three answers is being written. */
type Mode = 'whole' | 'less' | 'deny'

/** The three answers an approver has. What he answers holds for what he has read: `request` as it was when shown. */
export const DecideForm = ({ request, onLost }: { request: RequestView; onLost: (thrown: ApiError) => void }) => {
  const [mode, setMode] = useState<Mode>('whole')
  const [read, setRead] = useState(request.hash)
  const decide = useDecide(request.id, (thrown) => {
    if (thrown instanceof ApiError && thrown.code === 'already_decided') onLost(thrown)
  })
  const answer = (given: Omit<Answer, 'hash'>) => decide.mutate({ ...given, hash: read })
  const waits = useNothingNew(request.customer.id)
  const parts = { request, answer, busy: decide.isPending, onBack: () => setMode('whole') }
  if (read !== request.hash)
    return (
      <Alert color="yellow" role="alert" title="This has changed since you opened it">
        <Stack align="flex-start">
          Read it once more before you answer.
          <Button
            onClick={() => {
              decide.reset()
              setRead(request.hash)
            }}
          >
            I have read it
          </Button>
        </Stack>
      </Alert>
    )
  return (
    <Stack gap="lg">
      {decide.error && (
        <Alert color="red" role="alert" title="Your answer was not taken">
          {wordsFor(decide.error)}
        </Alert>
      )}
      {waits && (
        <Alert color="amber" title="You can deny now, and approve later">
          Approving waits until the notice at the top of the page is gone. Nothing can be begun until then.
        </Alert>
      )}
      {mode === 'whole' && <Whole {...parts} waits={waits} onMode={setMode} />}
      {mode === 'less' && <Less {...parts} />}
      {mode === 'deny' && <Deny {...parts} />}
    </Stack>
  )
}

const Whole = ({
  request,
  busy,
  answer,
  waits,
  onMode,
}: Part & {
  /** Nothing new may be begun: a yes would be refused. */
  waits: boolean
  onMode: (mode: Mode) => void
}) => (
  <>
    <Means request={request} giving={request.offer} />
    <div className={classes.answers}>
      <Button
        size="lg"
        color="moss"
        leftSection={<IconCheck aria-hidden />}
        loading={busy}
        disabled={waits}
        aria-describedby={waits ? limitNoteId : undefined}
        onClick={() => answer({ answer: 'approve', comment: '' })}
      >
        Approve
      </Button>
      <Button
        size="lg"
        variant="default"
        leftSection={<IconClockMinus aria-hidden />}
        disabled={busy || waits}
        onClick={() => onMode('less')}
      >
        {request.offer.activities.length > 1 ? 'Approve less' : 'Approve shorter'}
      </Button>
      <Button
        size="lg"
        variant="default"
        leftSection={<IconX aria-hidden />}
        disabled={busy}
        onClick={() => onMode('deny')}
      >
        Deny
      </Button>
    </div>
  </>
)

/** Who has approved already, and may still end it, as long as nobody else has. */
export const ChangeOfMind = ({ request, onLost }: { request: RequestView; onLost: (thrown: ApiError) => void }) => {
  const [denying, setDenying] = useState(false)
  const decide = useDecide(request.id, (thrown) => {
    if (thrown instanceof ApiError && thrown.code === 'already_decided') onLost(thrown)
  })
  return (
    <Stack gap="lg">
      <Text>Somebody else has to approve it as well. Until then nothing is allowed.</Text>
      {decide.error && (
        <Alert color="red" role="alert" title="Your answer was not taken">
          {wordsFor(decide.error)}
        </Alert>
      )}
      {denying ? (
        <Deny
          request={request}
          busy={decide.isPending}
          answer={(given) => decide.mutate({ ...given, hash: request.hash })}
          onBack={() => setDenying(false)}
        />
      ) : (
        <div className={classes.answers}>
          <Button size="lg" variant="default" leftSection={<IconX aria-hidden />} onClick={() => setDenying(true)}>
            Deny it after all
          </Button>
        </div>
      )}
    </Stack>
  )
}
