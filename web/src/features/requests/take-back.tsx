import type { RequestView } from '@gatehouse/shared/views/requests'
import { Button, Stack, Text, Textarea } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState } from 'react'
import { wordsFor } from '../../kernel/words.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { useRevoke, useWithdraw } from './queries.ts'

/** A technician takes his own request back. */
export const WithdrawButton = ({ request }: { request: RequestView }) => {
  const [asking, { open, close }] = useDisclosure(false)
  const withdraw = useWithdraw(request.id)
  return (
    <>
      <Button variant="default" onClick={open}>
        Withdraw
      </Button>
      {asking && (
        <ConfirmDialog
          title="Withdraw the request?"
          confirm="Withdraw"
          busy={withdraw.isPending}
          error={withdraw.error ? wordsFor(withdraw.error) : undefined}
          onConfirm={() => withdraw.mutate(undefined, { onSuccess: close })}
          onClose={close}
        >
          {request.state === 'waiting'
            ? `Nobody at ${request.customer.name} is asked any longer. To go on you have to ask again.`
            : 'The approval can no longer be used. To go on you have to ask again.'}
        </ConfirmDialog>
      )}
    </>
  )
}

/** An approver takes an approval back. */
export const RevokeButton = ({ request }: { request: RequestView }) => {
  const [asking, { open, close }] = useDisclosure(false)
  const [comment, setComment] = useState('')
  const revoke = useRevoke(request.id)
  const runs = request.session !== null && request.session.state !== 'ended'
  return (
    <>
      <Button variant="default" onClick={open}>
        Take approval back
      </Button>
      {asking && (
        <ConfirmDialog
          title="Take the approval back?"
          confirm="Take it back"
          danger
          busy={revoke.isPending}
          error={revoke.error ? wordsFor(revoke.error) : undefined}
          onConfirm={() => revoke.mutate(comment.trim(), { onSuccess: close })}
          onClose={close}
        >
          <Stack>
            <Text>
              {runs
                ? `The running session of ${request.technician.name} ends within a second, and cannot be begun again.`
                : `${request.technician.name} can no longer begin a session with it.`}
            </Text>
            <Textarea
              label="Why?"
              description="May be left empty"
              autosize
              minRows={2}
              maxLength={500}
              value={comment}
              onChange={(event) => setComment(event.currentTarget.value)}
            />
          </Stack>
        </ConfirmDialog>
      )}
    </>
  )
}
