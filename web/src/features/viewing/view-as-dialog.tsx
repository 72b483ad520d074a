import type { PersonView } from '@gatehouse/shared/views/people'
import { NumberInput, Text, Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { fieldFaults, formFault } from '../../kernel/field-faults.ts'
import { loadAnew } from '../../kernel/leave.ts'
import { paths } from '../../kernel/paths.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { startViewing } from './queries.ts'

const shortest = 5
const longest = 60

/** Asks why, and for how long, before somebody looks at Gatehouse as this person. */
export const ViewAsDialog = ({
  customerId,
  person,
  onClose,
}: {
  customerId: string
  person: PersonView
  onClose: () => void
}) => {
  const [reason, setReason] = useState('')
  const [caseNumber, setCaseNumber] = useState('')
  const [minutes, setMinutes] = useState<number | string>(15)
  const start = useMutation({
    mutationFn: () =>
      startViewing(customerId, person.id, {
        reason: reason.trim(),
        caseNumber: caseNumber.trim(),
        minutes: Number(minutes),
      }),
    // Nothing that was shown before may be taken for what that person sees.
    onSuccess: () => loadAnew(paths.home()),
  })
  const faults = fieldFaults(start.error)
  const lasts = typeof minutes === 'number' && minutes >= shortest && minutes <= longest
  return (
    <FormDialog
      title={`See what ${person.name} sees`}
      submit="Begin"
      busy={start.isPending}
      shut={!reason.trim() || !lasts}
      error={formFault(start.error, ['reason', 'caseNumber', 'minutes'])}
      onSubmit={() => start.mutate()}
      onClose={onClose}
    >
      <Text>
        You see every page as {person.name} sees it, and can change nothing. {person.name} is told by mail, and it
        stands in the log of {person.customer?.name}, with your name and the reason.
      </Text>
      <Textarea
        label="Reason"
        withAsterisk
        autosize
        minRows={2}
        maxLength={200}
        data-autofocus
        value={reason}
        error={faults.reason}
        onChange={(event) => setReason(event.currentTarget.value.replace(/\s*\n\s*/g, ' '))}
      />
      <TextInput
        label="Case number"
        description="Of your service desk, if there is one"
        maxLength={60}
        value={caseNumber}
        error={faults.caseNumber}
        onChange={(event) => setCaseNumber(event.currentTarget.value)}
      />
      <NumberInput
        label="Minutes"
        description={`From ${shortest} to ${longest}; you can stop at any time`}
        min={shortest}
        max={longest}
        clampBehavior="none"
        allowDecimal={false}
        allowNegative={false}
        maw="12rem"
        value={minutes}
        error={faults.minutes}
        onChange={setMinutes}
      />
    </FormDialog>
  )
}
