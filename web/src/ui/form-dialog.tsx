import { Alert, Button, Modal, Stack } from '@mantine/core'
import type { KeyboardEvent, ReactNode } from 'react'
import { DialogDeeds } from './dialog-deeds.tsx'

/** Enter in a field that offers choices chooses; it must not send what was there before the choice. */
const sendsNothingFromChoices = (event: KeyboardEvent) => {
  const inChoices = event.target instanceof Element && event.target.getAttribute('aria-haspopup') === 'listbox'
  if (event.key === 'Enter' && inChoices) event.preventDefault()
}

/** A short form in a dialog: Enter sends it, and it stays open with the words of an error. */
export const FormDialog = ({
  title,
  submit,
  busy = false,
  shut = false,
  error,
  onSubmit,
  onClose,
  children,
}: {
  title: string
  /** The word on the button: the deed itself, never "OK". */
  submit: string
  busy?: boolean
  /** True while what the form asks for is not filled in. */
  shut?: boolean
  error?: string
  onSubmit: () => void
  onClose: () => void
  children: ReactNode
}) => (
  <Modal opened onClose={onClose} title={title}>
    <form
      noValidate
      onKeyDown={sendsNothingFromChoices}
      onSubmit={(event) => {
        event.preventDefault()
        // To React a dialog lies inside what opened it: a form around it must not be sent along.
        event.stopPropagation()
        if (!shut && !busy) onSubmit()
      }}
    >
      <Stack gap="md">
        {children}
        {error && (
          <Alert color="brick" role="alert">
            {error}
          </Alert>
        )}
        <DialogDeeds>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={shut}>
            {submit}
          </Button>
        </DialogDeeds>
      </Stack>
    </form>
  </Modal>
)
