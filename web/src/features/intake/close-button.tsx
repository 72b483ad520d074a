import { reportLengths } from '@gatehouse/shared/intake/reports'
import type { ReportView } from '@gatehouse/shared/views/intake'
import { Button, Stack, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState } from 'react'
import { fieldFaults, formFault } from '../../kernel/field-faults.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { useClose } from './queries.ts'

/** Closes a report, and says why. */
export const CloseButton = ({ report }: { report: ReportView }) => {
  const [asking, { open, close }] = useDisclosure(false)
  const [reason, setReason] = useState('')
  const closing = useClose(report.id)
  return (
    <>
      <Button variant="default" onClick={open}>
        Close the report
      </Button>
      {asking && (
        <FormDialog
          title={`Close ${report.number}`}
          submit="Close it"
          busy={closing.isPending}
          shut={!reason.trim()}
          error={formFault(closing.error, ['reason'])}
          onSubmit={() => closing.mutate(reason.trim(), { onSuccess: close })}
          onClose={close}
        >
          <Stack gap="sm">
            <Text>
              Nothing more can be answered then.
              {report.state === 'received' && ' It has had no answer yet: your reason is the only one it gets.'}
            </Text>
            <TextInput
              label="Why?"
              description="Whoever has the key of this report reads it."
              withAsterisk
              data-autofocus
              maxLength={reportLengths.reason}
              value={reason}
              error={fieldFaults(closing.error).reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          </Stack>
        </FormDialog>
      )}
    </>
  )
}
