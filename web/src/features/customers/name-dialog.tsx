import { TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { fieldFaults, formFault } from '../../kernel/field-faults.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'

/** Asks for a customer's name; `deed` answers when it is done. */
export const NameDialog = <Answer,>({
  title,
  submit,
  name: before = '',
  deed,
  onDone,
  onClose,
}: {
  title: string
  submit: string
  name?: string
  deed: (name: string) => Promise<Answer>
  onDone: (answer: Answer) => void
  onClose: () => void
}) => {
  const [name, setName] = useState(before)
  const save = useMutation({ mutationFn: () => deed(name.trim()), onSuccess: onDone })
  return (
    <FormDialog
      title={title}
      submit={submit}
      busy={save.isPending}
      shut={!name.trim() || name.trim() === before}
      error={formFault(save.error, ['name'])}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <TextInput
        label="Name of the company"
        withAsterisk
        maxLength={120}
        data-autofocus
        value={name}
        error={fieldFaults(save.error).name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </FormDialog>
  )
}
