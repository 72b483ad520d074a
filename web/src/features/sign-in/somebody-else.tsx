import { Anchor, Text } from '@mantine/core'
import { useState } from 'react'
import { ApiError, wordsFor } from '../../kernel/words.ts'
import { startOver } from './queries.ts'
import { useNextStep } from './use-standing.ts'

/** The way out of a sign-in that is not complete. */
export const SomebodyElse = () => {
  const next = useNextStep()
  const [error, setError] = useState<string>()
  const leave = async () => {
    try {
      await startOver()
    } catch (thrown) {
      if (!(thrown instanceof ApiError && thrown.code === 'not_signed_in')) return setError(wordsFor(thrown))
    }
    next('nobody')
  }
  return (
    <Text ta="center" c="dimmed">
      {error ?? 'Not you?'}{' '}
      <Anchor component="button" type="button" onClick={() => void leave()}>
        Sign in as somebody else
      </Anchor>
    </Text>
  )
}
