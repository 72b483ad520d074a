import type { SessionView } from '@gatehouse/shared/views/sessions'
import { Text } from '@mantine/core'
import { useEffect } from 'react'
import { useBlocker } from 'react-router'
import { isLeaving } from '../../kernel/leave.ts'
import { wordsFor } from '../../kernel/words.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { useEndSession } from './queries.ts'

/** A technician who goes to another page leaves a shell behind: asks first, and ends it then. */
export const LeaveGuard = ({ session, running }: { session: SessionView; running: boolean }) => {
  const end = useEndSession(session.id)
  const blocker = useBlocker(
    ({ nextLocation, currentLocation }) => running && nextLocation.pathname !== currentLocation.pathname,
  )
  useEffect(() => {
    if (!running) return
    const ask = (event: BeforeUnloadEvent) => {
      // Whoever is signed out is not asked whether he wants to stay.
      if (!isLeaving()) event.preventDefault()
    }
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [running])
  useEffect(() => {
    // It is over, however it ended: nothing holds him any more.
    if (!running && blocker.state === 'blocked') blocker.proceed()
  }, [running, blocker])
  if (blocker.state !== 'blocked') return null
  return (
    <ConfirmDialog
      title="Leave the session?"
      confirm="End session and leave"
      danger
      busy={end.isPending}
      error={end.error ? wordsFor(end.error) : undefined}
      onConfirm={() => end.mutate('')}
      onClose={() => blocker.reset()}
    >
      <Text>
        The session on {session.device.name} ends with it, and the approval is used up. To look something up meanwhile,
        open it in another tab.
      </Text>
    </ConfirmDialog>
  )
}
