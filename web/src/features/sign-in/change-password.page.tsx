import { passwordLength, unfit } from '@gatehouse/shared/passwords/rules'
import { Alert, Button, PasswordInput, Stack, Text } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import { useSearchParams } from 'react-router'
import { withFragment } from '../../kernel/link-fragment.ts'
import { wayBack } from '../../kernel/paths.ts'
import { ApiError, wordsFor } from '../../kernel/words.ts'
import { Front } from './front.tsx'
import { changePassword } from './queries.ts'
import { StrengthMeter } from './strength-meter.tsx'

/** Names and addresses are the server's to compare: this page asks for nothing but the passwords. */
const context = ['gatehouse']

/** Where a password is changed; the one page that a password of 90 days still opens. */
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

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setError(undefined)
    setNextError(undefined)
    const present = String(new FormData(event.currentTarget).get('present'))
    const why = unfit(next, { words: context, present })
    if (why) return setNextError(why)
    if (next !== again) return
    setBusy(true)
    try {
      await changePassword({ present, next })
      location.replace(withFragment(wayBack(query.get('to'))))
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
            description={`${passwordLength.least} characters or more, ${passwordLength.advised} are better: a sentence of your own, not a riddle.`}
            autoComplete="new-password"
            required
            withAsterisk={false}
            value={next}
            error={nextError}
            onChange={(event) => setNext(event.currentTarget.value)}
          />
          <StrengthMeter password={next} context={context} />
          <PasswordInput
            size="sm"
            label="New password again"
            autoComplete="new-password"
            required
            withAsterisk={false}
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
