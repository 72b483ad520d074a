import type { Declaration } from '@gatehouse/shared/devices/declaration'
import { JsonInput, Text } from '@mantine/core'
import { useState } from 'react'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { readDeclaration } from './declaration-form.ts'

/** Takes a declaration over from JSON text into the form; nothing is saved by it. */
export const ImportDialog = ({
  onTake,
  onClose,
}: {
  onTake: (declaration: Declaration) => void
  onClose: () => void
}) => {
  const [text, setText] = useState('')
  const [says, setSays] = useState<string>()
  return (
    <FormDialog
      title="Declaration from JSON"
      submit="Take it over"
      shut={!text.trim()}
      onSubmit={() => {
        const read = readDeclaration(text)
        if ('declaration' in read) onTake(read.declaration)
        else setSays(read.says)
      }}
      onClose={onClose}
    >
      <Text>It replaces all rows of the form. Nothing is saved before you save the form.</Text>
      <JsonInput
        size="xs"
        label="JSON"
        autosize
        minRows={10}
        maxRows={18}
        data-autofocus
        spellCheck={false}
        value={text}
        error={says}
        onChange={(next) => {
          setText(next)
          setSays(undefined)
        }}
      />
    </FormDialog>
  )
}
