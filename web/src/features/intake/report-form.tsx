import {
  type ReportKind,
  type ReportSeverity,
  reportKindSays,
  reportKinds,
  reportLengths,
  reportSeverities,
  reportSeveritySays,
} from '@gatehouse/shared/intake/reports'
import type { IntakeView, ReportReceiptView } from '@gatehouse/shared/views/intake'
import { Alert, Button, NativeSelect, Radio, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { fieldFaults, formFault } from '../../kernel/field-faults.ts'
import { Section } from '../../ui/page.tsx'
import { type Reported, sendReport } from './queries.ts'

const kindMeans: Record<ReportKind, string> = {
  vulnerability: 'A weak spot that somebody could use.',
  breach: 'Data was seen, changed or lost, or a weak spot is being used.',
}

const fieldNames = ['kind', 'severity', 'title', 'place', 'details', 'email']

interface Fields extends Omit<Reported, 'kind' | 'email'> {
  kind: ReportKind | ''
  email: string
}

/** What somebody fills in; what was written stays where it could not be sent. */
export const ReportForm = ({
  intake: { signedInAs, firstAnswerHours },
  onSent,
}: {
  intake: IntakeView
  onSent: (receipt: ReportReceiptView) => void
}) => {
  const [fields, setFields] = useState<Fields>({
    kind: '',
    severity: 'unknown',
    title: '',
    place: '',
    details: '',
    email: signedInAs?.email ?? '',
  })
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const put = (change: Partial<Fields>) => setFields((now) => ({ ...now, ...change }))
  const { kind, email, ...rest } = fields
  const ready = kind !== '' && rest.title.trim() !== '' && rest.details.trim() !== ''
  const faults = fieldFaults(error)
  const fault = formFault(error, fieldNames)

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (!ready || busy) return
    setBusy(true)
    setError(undefined)
    try {
      onSent(await sendReport({ ...rest, kind, ...(email.trim() && { email: email.trim() }) }))
    } catch (thrown) {
      setError(thrown)
      setBusy(false)
    }
  }

  return (
    <Section>
      <form noValidate onSubmit={(event) => void submit(event)}>
        <Stack gap="lg">
          <Text>
            {signedInAs
              ? `You are signed in: the report carries your name, ${signedInAs.name} (${signedInAs.company}). Sign out first if you want to make it without.`
              : 'You need not say who you are.'}
          </Text>
          <Radio.Group
            size="sm"
            label="What is it?"
            withAsterisk
            value={kind}
            error={faults.kind}
            onChange={(value) => put({ kind: value as ReportKind })}
          >
            <Stack gap="sm" mt="xs">
              {reportKinds.map((one) => (
                <Radio
                  key={one}
                  size="sm"
                  value={one}
                  label={reportKindSays[one]}
                  description={`${kindMeans[one]} First answer within ${firstAnswerHours[one]} hours.`}
                />
              ))}
            </Stack>
          </Radio.Group>
          <TextInput
            size="sm"
            label="In one line"
            withAsterisk
            maxLength={reportLengths.title}
            value={fields.title}
            error={faults.title}
            onChange={(event) => put({ title: event.currentTarget.value })}
          />
          <Textarea
            size="sm"
            label="What did you find, and how can we see it too?"
            description="No passwords, keys or data of other people, please. Files cannot be sent; say that you have some, and we ask for them."
            withAsterisk
            autosize
            minRows={6}
            maxRows={20}
            maxLength={reportLengths.details}
            value={fields.details}
            error={faults.details}
            onChange={(event) => put({ details: event.currentTarget.value })}
          />
          <TextInput
            size="sm"
            label="Where?"
            description="An address, a device, a version"
            maxLength={reportLengths.place}
            value={fields.place}
            error={faults.place}
            onChange={(event) => put({ place: event.currentTarget.value })}
          />
          <NativeSelect
            size="sm"
            label="How grave is it, in your eyes?"
            maw="16rem"
            data={reportSeverities.map((value) => ({ value, label: reportSeveritySays[value] }))}
            value={fields.severity}
            error={faults.severity}
            onChange={(event) => put({ severity: event.currentTarget.value as ReportSeverity })}
          />
          <TextInput
            size="sm"
            label="Your e-mail address, if you want to be told of answers"
            description="Without it you look them up with the key that you are given."
            type="email"
            autoComplete="email"
            maxLength={254}
            value={email}
            error={faults.email}
            onChange={(event) => put({ email: event.currentTarget.value })}
          />
          {fault && (
            <Alert color="brick" role="alert" title={fault}>
              What you wrote is still here.
            </Alert>
          )}
          <Button
            type="submit"
            size="sm"
            loading={busy}
            disabled={!ready}
            leftSection={<IconSend size={16} aria-hidden />}
            style={{ alignSelf: 'flex-start' }}
          >
            Send the report
          </Button>
        </Stack>
      </form>
    </Section>
  )
}
