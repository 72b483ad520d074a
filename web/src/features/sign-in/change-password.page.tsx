import { Alert, Button, PasswordInput, Stack, Text } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import { useSearchParams } from 'react-router'
import { wayBack } from '../../kernel/paths.ts'
import { ApiError, wordsFor } from '../../kernel/words.ts'
import { Front } from './front.tsx'
import { changePassword } from './queries.ts'

const shortest = 12

/** The one page that a password of 90 days still opens. */
export default function ChangePasswordPage() {
  const [query] = useSearchParams()
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string>()
  const [nextError, setNextError] = useState<string>()
  useEffect(() => {
    document.title = 'Change your password · Gatehouse'
  }, [])
  const length = [...next].length

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setError(undefined)
    setNextError(undefined)
    if (length < shortest) return setNextError(`Use at least ${shortest} characters.`)
    if (next !== again) return
    setBusy(true)
    try {
      await changePassword({ present: String(new FormData(event.currentTarget).get('present')), next })
      location.replace(wayBack(query.get('to')))
    } catch (thrown) {
      setBusy(false)
      const fault = thrown instanceof ApiError ? thrown.fields.next : undefined
      if (fault) setNextError(fault)
      else setError(wordsFor(thrown))
    }
  }

  return (
    <Front title="Choose a new password">
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          <Text c="dimmed">Passwords are changed every 90 days. Your other sign-ins end when you change it.</Text>
          {error && (
            <Alert color="brick" role="alert">
              {error}
            </Alert>
          )}
          <PasswordInput
            size="sm"
            label="Present password"
            name="present"
            autoComplete="current-password"
            required
            withAsterisk={false}
            autoFocus
          />
          <PasswordInput
            size="sm"
            label="New password"
            description="12 characters or more; a sentence of your own is better than a riddle."
            autoComplete="new-password"
            required
            withAsterisk={false}
            maxLength={128}
            value={next}
            error={nextError}
            onChange={(event) => setNext(event.currentTarget.value)}
          />
          <PasswordInput
            size="sm"
            label="New password again"
            autoComplete="new-password"
            required
            withAsterisk={false}
            maxLength={128}
            value={again}
            error={again && again !== next ? 'The two differ.' : undefined}
            onChange={(event) => setAgain(event.currentTarget.value)}
          />
          <Button type="submit" size="sm" loading={busy} disabled={!next || next !== again} fullWidth>
            Change the password
          </Button>
        </Stack>
      </form>
    </Front>
  )
}
