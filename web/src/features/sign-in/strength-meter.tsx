import { Progress, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useEffect, useState } from 'react'

const words = ['Guessed at once', 'Easily guessed', 'Could be better', 'Good', 'Very good'] as const
const colors = ['brick', 'brick', 'amber', 'teal', 'teal'] as const

/** How hard the password in the field is to guess. It advises only: what may be used is said by the server. */
export const StrengthMeter = ({ password, context }: { password: string; context: readonly string[] }) => {
  const [settled] = useDebouncedValue(password, 200)
  const [score, setScore] = useState<number>()
  useEffect(() => {
    if (!settled) return setScore(undefined)
    let left = false
    // Without the estimator there is no meter, and the form works all the same.
    import('./strength.ts').then(
      ({ strengthOf }) => !left && setScore(strengthOf(settled, context)),
      () => undefined,
    )
    return () => {
      left = true
    }
  }, [settled, context])
  if (score === undefined) return null
  return (
    <div>
      <Progress
        value={(score + 1) * 20}
        color={colors[score] ?? 'amber'}
        size="sm"
        aria-label="Strength of the password"
      />
      <Text size="xs" c="dimmed" mt={4} aria-live="polite">
        {words[score]}
      </Text>
    </div>
  )
}
