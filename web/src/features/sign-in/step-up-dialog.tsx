import type { StandingView } from '@gatehouse/shared/views/sign-in'
import { Alert, Button, Group, Modal, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { ProofWish } from '../../kernel/step-up.ts'
import { wordsFor } from '../../kernel/words.ts'
import { Loading } from '../../ui/notices.tsx'
import { ProofForm } from './proof-form.tsx'
import { whatFor } from './proof-words.ts'
import { standingNow } from './queries.ts'

/** Asks a person to show once more who he is; what waits for it goes on by itself. */
export const StepUpDialog = ({ wish, onSettled }: { wish: ProofWish; onSettled: (proven: boolean) => void }) => {
  const [standing, setStanding] = useState<StandingView>()
  const [error, setError] = useState<string>()
  useEffect(() => {
    let left = false
    standingNow().then(
      (answer) => !left && setStanding(answer),
      (thrown) => !left && setError(wordsFor(thrown)),
    )
    return () => {
      left = true
    }
  }, [])
  return (
    <Modal
      opened
      closeOnEscape={false}
      closeOnClickOutside={false}
      onClose={() => onSettled(false)}
      title="Show that it is you"
      zIndex={300}
      size="24rem"
    >
      <Text mb="md">{whatFor(wish.call)} asks you to show once more that it is you.</Text>
      {error && (
        <Alert color="brick" role="alert" mb="md">
          {error}
        </Alert>
      )}
      {!standing && !error && <Loading rows={3} />}
      {standing && (
        <ProofForm standing={standing} withPassword={wish.password} onProven={() => onSettled(true)}>
          <Text size="xs" c="dimmed">
            It holds for ten minutes in this browser.
          </Text>
        </ProofForm>
      )}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={() => onSettled(false)}>
          Cancel
        </Button>
      </Group>
    </Modal>
  )
}
