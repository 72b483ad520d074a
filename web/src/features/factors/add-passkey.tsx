import { Alert, Button, Stack, Text, TextInput } from '@mantine/core'
import { IconFingerprint } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { browserWords } from '../profile/browser-words.ts'
import { passkeyWords } from './passkey-words.ts'
import { addPasskey } from './queries.ts'

/** `Firefox on Windows`: what a passkey that is made here may be called. */
const suggestion = () => browserWords(navigator.userAgent).replace(/ \d+/, '')

/** Has this browser make a passkey. `onAdded` is given the recovery codes that come with a first factor. */
export const AddPasskey = ({ onAdded }: { onAdded: (recoveryCodes: string[] | null) => void }) => {
  const [name, setName] = useState(suggestion)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string>()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    event.stopPropagation()
    if (!name.trim()) return setError('Give it a name first.')
    setBusy(true)
    setError(undefined)
    try {
      onAdded((await addPasskey(name.trim())).recoveryCodes)
    } catch (thrown) {
      setError(passkeyWords(thrown))
      setBusy(false)
    }
  }
  return (
    <form noValidate onSubmit={(event) => void submit(event)}>
      <Stack gap="md">
        <Text c="dimmed">
          Your browser asks for your finger, your face, the PIN of this device, or a security key. It is kept there, and
          works on this address alone.
        </Text>
        {error && (
          <Alert color="brick" role="alert">
            {error}
          </Alert>
        )}
        <TextInput
          size="sm"
          label="Name"
          description="So that you know it again."
          maxLength={60}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button
          type="submit"
          size="sm"
          fullWidth
          loading={busy}
          leftSection={<IconFingerprint size={18} aria-hidden />}
        >
          Make a passkey
        </Button>
      </Stack>
    </form>
  )
}
