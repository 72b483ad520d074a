import { Alert, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { fieldFaults, formFault } from '../../kernel/field-faults.ts'
import { key } from '../../kernel/keys.ts'
import { useMe } from '../../kernel/me.ts'
import { wordsFor } from '../../kernel/words.ts'
import { Page, Section } from '../../ui/page.tsx'
import { useLinkToken } from './link-token.ts'
import { askForAddress, confirmAddress } from './queries.ts'

/** Where one's own e-mail address is changed, and where the link to the new one leads. */
export default function AddressPage() {
  const me = useMe()
  const token = useLinkToken()
  return (
    <Page title="Your e-mail address" lead={me.email} width="reading">
      {token ? <Confirm token={token} /> : <Ask />}
    </Page>
  )
}

const Ask = () => {
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const ask = useMutation({ mutationFn: () => askForAddress({ email: email.trim(), password }) })
  if (ask.isSuccess)
    return (
      <Section>
        <Alert role="status">
          A link went to {email.trim()}. Open it here, signed in; until then nothing changes. Your present address was
          told.
        </Alert>
      </Section>
    )
  const fault = formFault(ask.error, ['email'])
  return (
    <Section title="Change it">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          ask.mutate()
        }}
      >
        <Stack gap="md" maw="25rem">
          <TextInput
            label="New address"
            type="email"
            autoComplete="email"
            value={email}
            error={fieldFaults(ask.error).email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label="Present password"
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {fault && (
            <Alert color="brick" role="alert">
              {fault}
            </Alert>
          )}
          <Button type="submit" loading={ask.isPending} disabled={!email.trim() || !password}>
            Send a link to the new address
          </Button>
        </Stack>
      </form>
    </Section>
  )
}

const Confirm = ({ token }: { token: string }) => {
  const cache = useQueryClient()
  const confirm = useMutation({
    mutationFn: () => confirmAddress({ token }),
    onSuccess: () => cache.invalidateQueries({ queryKey: key('me') }),
  })
  if (confirm.isSuccess)
    return (
      <Section>
        <Alert role="status">Your address is changed. Sign in with it from now on.</Alert>
      </Section>
    )
  return (
    <Section title="Confirm the new address">
      <Stack gap="md">
        <Text>Mails to you will go to the address at which you have got this link, and you will sign in with it.</Text>
        {confirm.error && (
          <Alert color="brick" role="alert">
            {formFault(confirm.error, []) ?? wordsFor(confirm.error)}
          </Alert>
        )}
        <Button loading={confirm.isPending} onClick={() => confirm.mutate()}>
          Use the new address
        </Button>
      </Stack>
    </Section>
  )
}
