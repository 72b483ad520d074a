import { refusals } from '@gatehouse/shared/refusals'
import { Alert, Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { type LeavingReason, leavingReasons, paths } from '../../kernel/paths.ts'
import { wordsFor } from '../../kernel/words.ts'
import { Front } from './front.tsx'
import { signIn } from './queries.ts'
import { SignOutHere } from './sign-out-here.tsx'
import { useNextStep } from './use-standing.ts'

const reasons: Record<LeavingReason, string> = {
  idle: 'You were signed out because nothing was done for 20 minutes.',
  signed_out: 'You have signed out.',
  ended: 'Your session has ended. Please sign in again.',
  limit: 'You were signed out after 12 hours. Please sign in again.',
  network: `${refusals.network_refused.says} From there you can go on, or sign in again.`,
}

const isReason = (text: string | null): text is LeavingReason =>
  (leavingReasons as readonly (string | null)[]).includes(text)

/** How people get in. */
export default function SignInPage() {
  const [query] = useSearchParams()
  const why = query.get('why')
  const next = useNextStep()
  const password = useRef<HTMLInputElement>(null)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string>()
  useEffect(() => {
    document.title = 'Sign in · Gatehouse'
  }, [])

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setError(undefined)
    try {
      next(await signIn({ email: String(form.get('email')), password: String(form.get('password')) }))
    } catch (thrown) {
      setError(wordsFor(thrown))
      setBusy(false)
      password.current?.select()
    }
  }

  return (
    <Front title="Sign in">
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          {error ? (
            <Alert color="brick" role="alert">
              {error}
            </Alert>
          ) : (
            isReason(why) && (
              <Alert role="status">
                {reasons[why]}
                {why === 'network' && <SignOutHere />}
              </Alert>
            )
          )}
          <TextInput
            size="sm"
            label="E-mail"
            name="email"
            type="email"
            autoComplete="username"
            required
            withAsterisk={false}
            autoFocus
          />
          <PasswordInput
            size="sm"
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            ref={password}
          />
          <Button type="submit" size="sm" loading={busy} fullWidth>
            Sign in
          </Button>
          <Anchor component={Link} to={paths.forgotten()} ta="center">
            Forgot your password?
          </Anchor>
        </Stack>
      </form>
    </Front>
  )
}
