import { Button, Text } from '@mantine/core'
import { useState } from 'react'
import { apiFetch } from '../../kernel/api.ts'
import { ApiError, wordsFor } from '../../kernel/words.ts'

/** Ends the sign-in that a browser has brought along to where nothing else works. */
export const SignOutHere = () => {
  const [said, setSaid] = useState<string>()
  const leave = async () => {
    try {
      await apiFetch('/api/sign-out', { method: 'POST' })
      setSaid('This browser is signed out.')
    } catch (thrown) {
      const isOut = thrown instanceof ApiError && thrown.code === 'not_signed_in'
      setSaid(isOut ? 'This browser is signed out.' : wordsFor(thrown))
    }
  }
  if (said) return <Text mt="xs">{said}</Text>
  return (
    <div>
      <Button variant="default" mt="xs" onClick={() => void leave()}>
        Sign this browser out
      </Button>
    </div>
  )
}
