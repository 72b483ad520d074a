import type { Named } from '@gatehouse/shared/views/basics'
import { Alert, Button, List, Modal, Stack, Text, Textarea } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { key } from '../../kernel/keys.ts'
import { paths } from '../../kernel/paths.ts'
import { wordsFor } from '../../kernel/words.ts'
import { DialogDeeds } from '../../ui/dialog-deeds.tsx'
import { askErasure } from './queries.ts'

/** Asks why, and tells what will come of it. */
export const AskErasureDialog = ({
  customerId,
  person,
  onClose,
}: {
  customerId: string | null
  person: Named
  onClose: () => void
}) => {
  const [reason, setReason] = useState('')
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const ask = useMutation({
    mutationFn: () => askErasure(customerId, person.id, reason.trim()),
    onSuccess: async () => {
      notifications.show({ message: 'Asked for. Another administrator has to confirm it.' })
      await queryClient.invalidateQueries({ queryKey: key('people') })
      onClose()
      navigate(paths.erasures(customerId ?? undefined))
    },
  })
  return (
    <Modal opened onClose={onClose} title={`Erase the personal data of ${person.name}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          ask.mutate()
        }}
      >
        <Stack gap="md">
          <Text size="sm">What happens, in this order:</Text>
          <List size="sm" type="ordered" spacing={4}>
            <List.Item>Another administrator confirms it. You cannot do that yourself.</List.Item>
            <List.Item>For 24 hours it can be stopped.</List.Item>
            <List.Item>
              Then the account is closed, and name, e-mail address and network addresses go from the audit log and from
              everywhere else. That cannot be undone.
            </List.Item>
          </List>
          <Textarea
            label="Why"
            description="It stands in the audit log. The name is erased from it as well."
            required
            autosize
            minRows={2}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            data-autofocus
          />
          {ask.error && (
            <Alert color="brick" role="alert">
              {wordsFor(ask.error)}
            </Alert>
          )}
          <DialogDeeds>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" color="red" loading={ask.isPending} disabled={!reason.trim()}>
              Ask for it
            </Button>
          </DialogDeeds>
        </Stack>
      </form>
    </Modal>
  )
}
