import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { noteActivity, useIdleReading } from '../kernel/activity.ts'
import { countdown } from '../kernel/format.ts'

/** Two minutes before the end: a dialog that one gesture takes away, and the time left. */
export const IdleWarning = () => {
  const { phase, because, secondsLeft } = useIdleReading()
  if (phase !== 'warning') return null
  const left = countdown(secondsLeft * 1_000)
  return (
    <Modal
      opened
      onClose={noteActivity}
      withCloseButton={false}
      title={because === 'idle' ? 'Are you still there?' : 'Your 12 hours are nearly over'}
    >
      <Stack gap="md">
        <Text role="timer" aria-live="off">
          {because === 'idle'
            ? `Nobody has done anything here for 18 minutes. You are signed out in ${left}, and running remote sessions end.`
            : `You have been signed in for 12 hours and have to sign in again in ${left}. Running remote sessions end then.`}
        </Text>
        {because === 'idle' && (
          <Group justify="flex-end">
            <Button onClick={noteActivity} data-autofocus>
              Stay signed in
            </Button>
          </Group>
        )}
      </Stack>
    </Modal>
  )
}
