import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { FormDialog } from '../../ui/form-dialog.tsx'
import type { DraftRow } from './draft.ts'

/** Writes another note for a network; it is saved with the rest of the draft. */
export const NoteDialog = ({
  row,
  onSave,
  onClose,
}: {
  row: DraftRow
  onSave: (cidr: string, note: string) => void
  onClose: () => void
}) => {
  const [note, setNote] = useState(row.note)
  return (
    <FormDialog
      title={`Note for ${row.cidr}`}
      submit="Put into the draft"
      onSubmit={() => {
        onSave(row.cidr, note.trim())
        onClose()
      }}
      onClose={onClose}
    >
      <TextInput
        label="Note"
        maxLength={80}
        data-autofocus
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </FormDialog>
  )
}
