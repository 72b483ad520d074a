import type { SessionView } from '@gatehouse/shared/views/sessions'
import { Button, type ButtonProps, Stack, Text, Textarea } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlayerStop } from '@tabler/icons-react'
import { useState } from 'react'
import { useMe } from '../../kernel/me.ts'
import { ApiError, wordsFor } from '../../kernel/words.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { useEndSession } from './queries.ts'

/** Ends a running session: at once for everybody, and for good. */
export const EndButton = ({ session, ...look }: { session: SessionView } & ButtonProps) => {
  const [asking, { open, close }] = useDisclosure(false)
  const [comment, setComment] = useState('')
  const end = useEndSession(session.id)
  const own = useMe().id === session.technician.id
  const says = own ? 'End session' : 'End session now'
  const stop = () =>
    end.mutate(comment.trim(), {
      onSuccess: close,
      onError: (thrown) => {
        // It is over already, which is what was wanted: the page shows how it ended.
        if (thrown instanceof ApiError && thrown.code === 'wrong_state') close()
      },
    })
  return (
    <>
      <Button color="brick" leftSection={<IconPlayerStop size={18} aria-hidden />} {...look} onClick={open}>
        {says}
      </Button>
      {asking && (
        <ConfirmDialog
          title={`${says}?`}
          confirm={says}
          danger
          busy={end.isPending}
          error={end.error ? wordsFor(end.error) : undefined}
          onConfirm={stop}
          onClose={close}
        >
          <Stack>
            <Text>
              {own
                ? 'The approval is used up with it: to go on you have to ask again. What still runs in the terminal is stopped.'
                : `${session.technician.name} is cut off within a second and cannot come back without a new approval. What still runs in the terminal is stopped.`}
            </Text>
            {!own && (
              <Textarea
                label="Why?"
                description="May be left empty; it stands in the audit log"
                autosize
                minRows={2}
                maxLength={500}
                value={comment}
                onChange={(event) => setComment(event.currentTarget.value)}
              />
            )}
          </Stack>
        </ConfirmDialog>
      )}
    </>
  )
}
