import type { StandingView } from '@gatehouse/shared/views/sign-in'
import { Alert, Anchor, Button, Divider, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { browserSupportsWebAuthn } from '@simplewebauthn/browser'
import { IconFingerprint } from '@tabler/icons-react'
import { type FormEvent, lazy, type ReactNode, Suspense, useRef, useState } from 'react'
import { wordsFor } from '../../kernel/words.ts'
import { CodeField, isWholeCode } from '../factors/code-field.tsx'
import { passkeyWords } from '../factors/passkey-words.ts'
import { proveByCode, proveByPasskey, proveByPassword } from './queries.ts'

const DemoPhone = lazy(() => import('./demo-phone.tsx'))

/** After this many wrong codes the server looks at none for a while. */
const manyWrong = 5

type Busy = 'passkey' | 'form' | undefined

/** The ways to show who one is that a person has, the easiest first; `onProven` once one was believed. */
export const ProofForm = ({
  standing,
  withPassword,
  onProven,
  children,
}: {
  standing: StandingView
  /** True where the password is wanted as well. */
  withPassword: boolean
  onProven: () => void
  /** What stands below the ways: how to leave. */
  children?: ReactNode
}) => {
  const { ways } = standing
  const passkeys = ways.passkey && browserSupportsWebAuthn()
  const nothing = !ways.passkey && !ways.code
  const asksPassword = withPassword || nothing
  const [recovery, setRecovery] = useState(false)
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [busy, setBusy] = useState<Busy>()
  const [error, setError] = useState<string>()
  const wrong = useRef(0)
  const fields = { password: useRef<HTMLInputElement>(null), code: useRef<HTMLInputElement>(null) }
  const asksCode = recovery || ways.code

  const show = async (
    as: Busy,
    deed: () => Promise<void>,
    says: (thrown: unknown) => string,
    field: HTMLInputElement | null,
  ) => {
    setError(undefined)
    setBusy(as)
    try {
      await deed()
      onProven()
    } catch (thrown) {
      setBusy(undefined)
      const isPassword = (thrown as { code?: string }).code === 'password_wrong'
      wrong.current += as === 'form' && !isPassword ? 1 : 0
      setError(
        wrong.current >= manyWrong ? `${says(thrown)} After ${manyWrong} wrong ones wait five minutes.` : says(thrown),
      )
      const next = isPassword ? fields.password.current : field
      next?.focus()
      next?.select()
    }
  }
  const given = asksPassword ? password : undefined
  const byPasskey = () => {
    if (asksPassword && !password) {
      setError('Enter your password first.')
      return fields.password.current?.focus()
    }
    return show('passkey', () => proveByPasskey(given), passkeyWords, null)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    // To React a dialog lies inside what opened it: a form around it must not be sent along.
    event.stopPropagation()
    if (nothing) return void show('form', () => proveByPassword(password), wordsFor, fields.password.current)
    if (!code && passkeys) return void byPasskey()
    return void show('form', () => proveByCode(code, given), wordsFor, fields.code.current)
  }
  const ready = (!asksPassword || password) && (nothing || (recovery ? code.trim() : isWholeCode(code)))

  return (
    <form noValidate onSubmit={submit}>
      <Stack gap="md">
        {error && (
          <Alert color="brick" role="alert">
            {error}
          </Alert>
        )}
        {asksPassword && (
          <PasswordInput
            ref={fields.password}
            size="sm"
            label="Password"
            autoComplete="current-password"
            autoFocus
            data-autofocus
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        )}
        {passkeys && (
          <Button
            size="sm"
            fullWidth
            leftSection={<IconFingerprint size={18} aria-hidden />}
            loading={busy === 'passkey'}
            disabled={busy === 'form'}
            autoFocus={!asksPassword}
            onClick={() => void byPasskey()}
          >
            Use your passkey
          </Button>
        )}
        {ways.passkey && !passkeys && <Text c="dimmed">This browser cannot use your passkey.</Text>}
        {passkeys && asksCode && <Divider label="or" />}
        {recovery ? (
          <TextInput
            ref={fields.code}
            size="sm"
            label="Recovery code"
            description="One of those you kept when you set up your second factor. Each works once."
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            autoFocus
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        ) : (
          ways.code && (
            <CodeField
              ref={fields.code}
              label="Code of your authenticator app"
              autoFocus={!passkeys && !asksPassword}
              value={code}
              onChange={setCode}
            />
          )
        )}
        {!recovery && ways.code && standing.demo && (
          <Suspense>
            <DemoPhone
              email={standing.email}
              onTake={(taken) => {
                setCode(taken)
                fields.code.current?.focus()
              }}
            />
          </Suspense>
        )}
        {(asksCode || nothing) && (
          <Button
            type="submit"
            size="sm"
            fullWidth
            variant={passkeys ? 'default' : undefined}
            loading={busy === 'form'}
            disabled={!ready || busy === 'passkey'}
          >
            {nothing ? 'Go on' : recovery ? 'Use this recovery code' : 'Use this code'}
          </Button>
        )}
        {ways.recovery && (
          <Anchor
            component="button"
            type="button"
            ta="center"
            onClick={() => {
              setError(undefined)
              setCode('')
              setRecovery(!recovery)
            }}
          >
            {recovery ? 'Show it another way' : 'Use a recovery code'}
          </Anchor>
        )}
        {children}
      </Stack>
    </form>
  )
}
