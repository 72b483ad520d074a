import { Alert, Anchor, Button, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import { Link } from 'react-router'
import { paths } from '../../kernel/paths.ts'
import { wordsFor } from '../../kernel/words.ts'
import { Front } from '../sign-in/front.tsx'
import { askForLink } from './queries.ts'

/** For whoever has forgotten his password. It never tells whether there is an account. */
export default function ForgottenPage() {
  const [stands, setStands] = useState<'asks' | 'busy' | 'done'>('asks')
  const [error, setError] = useState<string>()
  useEffect(() => {
    document.title = 'Forgot your password · Gatehouse'
  }, [])

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const email = String(new FormData(event.currentTarget).get('email'))
    setError(undefined)
    setStands('busy')
    try {
      await askForLink({ email })
      setStands('done')
    } catch (thrown) {
      setError(wordsFor(thrown))
      setStands('asks')
    }
  }

  const back = (
    <Anchor component={Link} to={paths.signIn()} ta="center">
      Back to sign in
    </Anchor>
  )
  if (stands === 'done')
    return (
      <Front title="Look into your mail">
        <Stack gap="md">
          <Text role="status">
            If that address has an account here, a link to choose another password is on its way. It works once, within
            an hour. Until it is used your password stays as it is.
          </Text>
          <Text c="dimmed">No mail after a few minutes? Ask your administrator.</Text>
          {back}
        </Stack>
      </Front>
    )
  return (
    <Front title="Forgot your password?">
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          <Text c="dimmed">We mail you a link to choose another one.</Text>
          {error && (
            <Alert color="brick" role="alert">
              {error}
            </Alert>
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
          <Button type="submit" size="sm" loading={stands === 'busy'} fullWidth>
            Send me a link
          </Button>
          {back}
        </Stack>
      </form>
    </Front>
  )
}
