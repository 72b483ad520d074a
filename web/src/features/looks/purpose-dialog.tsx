import { Button, Group, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { PurposeWish } from '../../kernel/purpose.ts'
import { wordsFor } from '../../kernel/words.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { statePurpose } from './queries.ts'

const suggestions = ['A call from the customer', 'Preparing a visit', 'Looking for a fault', 'Checking after an update']

/** Asks what somebody looks at a device or a customer for, before anything of it is shown. */
export const PurposeDialog = ({ wish, onSettled }: { wish: PurposeWish; onSettled: (stated: boolean) => void }) => {
  const [text, setText] = useState('')
  const [caseNumber, setCaseNumber] = useState('')
  const whole = `${text.trim()}${caseNumber.trim() ? `, case ${caseNumber.trim()}` : ''}`
  const state = useMutation({ mutationFn: () => statePurpose(wish, whole), onSuccess: () => onSettled(true) })
  return (
    <FormDialog
      title={wish.of === 'device' ? 'What do you look at this device for?' : 'What do you look at this customer for?'}
      submit="Say it and look"
      busy={state.isPending}
      shut={text.trim().length < 5 || whole.length > 200}
      error={state.error ? wordsFor(state.error) : undefined}
      onSubmit={() => state.mutate()}
      onClose={() => onSettled(false)}
    >
      <Text>
        The customer wants to know before anything is shown. What you say stands in the customer’s audit log, with your
        name.
      </Text>
      <Group gap="xs" role="group" aria-label="Suggestions">
        {suggestions.map((one) => (
          <Button
            key={one}
            size="compact-sm"
            variant={text === one ? 'light' : 'default'}
            aria-pressed={text === one}
            onClick={() => setText(one)}
          >
            {one}
          </Button>
        ))}
      </Group>
      <TextInput
        label="Purpose"
        description="5 to 200 characters"
        data-autofocus
        value={text}
        maxLength={200}
        error={whole.length > 200 ? 'Use at most 200 characters, the case number included' : undefined}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <TextInput
        label="Case number (if there is one)"
        value={caseNumber}
        maxLength={60}
        onChange={(event) => setCaseNumber(event.currentTarget.value)}
      />
      <Text size="xs" c="dimmed">
        It holds for eight hours, for this {wish.of} and as long as you stay signed in here.
      </Text>
    </FormDialog>
  )
}
