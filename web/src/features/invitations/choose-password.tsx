import { passwordLength, unfit } from '@gatehouse/shared/passwords/rules'
import { Alert, Button, PasswordInput, Stack, Text } from '@mantine/core'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { Link } from 'react-router'
import { paths } from '../../kernel/paths.ts'
import { ApiError, wordsFor } from '../../kernel/words.ts'
import { Front } from '../sign-in/front.tsx'
import { StrengthMeter } from '../sign-in/strength-meter.tsx'
import { useLinkToken } from './link-token.ts'

/** Names and addresses are the server's to compare: this page does not know whose link it is. */
const context = ['gatehouse']

/** The page of a link by which a password is chosen. To open it does nothing, and to choose one signs nobody in. */
export const ChoosePassword = ({
  title,
  lead,
  choose,
  ifUnusable,
}: {
  title: string
  lead: string
  choose: (json: { token: string; password: string }) => Promise<unknown>
  /** What to do where the link is over. */
  ifUnusable: ReactNode
}) => {
  const token = useLinkToken()
  const [stands, setStands] = useState<'asks' | 'busy' | 'done' | 'over'>(token ? 'asks' : 'over')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const [error, setError] = useState<string>()
  const [nextError, setNextError] = useState<string>()
  useEffect(() => {
    document.title = `${title} · Gatehouse`
  }, [title])

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setError(undefined)
    const why = unfit(next, { words: context })
    setNextError(why)
    if (why || next !== again) return
    setStands('busy')
    try {
      await choose({ token, password: next })
      setStands('done')
    } catch (thrown) {
      const over = thrown instanceof ApiError && thrown.code === 'link_unusable'
      setStands(over ? 'over' : 'asks')
      const fault = thrown instanceof ApiError ? thrown.fields.password : undefined
      if (fault) setNextError(fault)
      else setError(wordsFor(thrown))
    }
  }

  if (stands === 'over')
    return (
      <Front title="This link cannot be used">
        <Stack gap="md">
          <Text role="alert">It is wrong, was used already, or is too old. A link works once.</Text>
          {ifUnusable}
        </Stack>
      </Front>
    )
  if (stands === 'done')
    return (
      <Front title="Your password is set">
        <Stack gap="md">
          <Text role="status">Sign in with your e-mail address and the password you have just chosen.</Text>
          <Button component={Link} to={paths.signIn()} size="sm" fullWidth>
            Sign in
          </Button>
        </Stack>
      </Front>
    )
  return (
    <Front title={title}>
      <form noValidate onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          <Text c="dimmed">{lead}</Text>
          {error && (
            <Alert color="brick" role="alert">
              {error}
            </Alert>
          )}
          <PasswordInput
            size="sm"
            label="New password"
            description={`${passwordLength.least} characters or more, ${passwordLength.advised} are better: a sentence of your own, not a riddle.`}
            autoComplete="new-password"
            withAsterisk={false}
            autoFocus
            value={next}
            error={nextError}
            onChange={(event) => setNext(event.currentTarget.value)}
          />
          <StrengthMeter password={next} context={context} />
          <PasswordInput
            size="sm"
            label="New password again"
            autoComplete="new-password"
            withAsterisk={false}
            value={again}
            error={again && again !== next ? 'The two differ.' : undefined}
            onChange={(event) => setAgain(event.currentTarget.value)}
          />
          <Button type="submit" size="sm" loading={stands === 'busy'} disabled={!next || next !== again} fullWidth>
            Set this password
          </Button>
        </Stack>
      </form>
    </Front>
  )
}
