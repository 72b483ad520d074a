import { Alert, Button, Modal, Stack } from '@mantine/core'
import { type ReactNode, useId } from 'react'
import { DialogDeeds } from './dialog-deeds.tsx'

/** Asks once more before a deed that cannot simply be undone; stays open with the words of an error. */
export const ConfirmDialog = ({
  title,
  confirm,
  danger = false,
  busy = false,
  shut = false,
  error,
  onConfirm,
  onClose,
  children,
}: {
  title: string
  /** The word on the button: the deed itself, never "OK". */
  confirm: string
  danger?: boolean
  busy?: boolean
  /** True while what the dialog asks for is not filled in. */
  shut?: boolean
  error?: string
  onConfirm: () => void
  onClose: () => void
  children: ReactNode
}) => {
  const id = useId()
  return (
    <Modal opened onClose={onClose} title={title} id={id}>
      <Stack gap="md">
        <div>{children}</div>
        {error && (
          <Alert color="brick" role="alert">
            {error}
          </Alert>
        )}
        <DialogDeeds>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button color={danger ? 'brick' : undefined} loading={busy} disabled={shut} onClick={onConfirm}>
            {confirm}
          </Button>
        </DialogDeeds>
      </Stack>
    </Modal>
  )
}
