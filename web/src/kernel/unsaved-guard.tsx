import { useEffect } from 'react'
import { useBlocker } from 'react-router'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { isLeaving } from './leave.ts'

/** Whoever goes to another page while `unsaved` is asked first whether what was written may be lost. */
export const UnsavedGuard = ({ unsaved }: { unsaved: boolean }) => {
  const blocker = useBlocker(
    ({ nextLocation, currentLocation }) => unsaved && nextLocation.pathname !== currentLocation.pathname,
  )
  useEffect(() => {
    if (!unsaved) return
    const ask = (event: BeforeUnloadEvent) => {
      // Whoever is signed out is not asked whether he wants to stay.
      if (!isLeaving()) event.preventDefault()
    }
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [unsaved])
  if (blocker.state !== 'blocked') return null
  return (
    <ConfirmDialog
      title="Leave without saving?"
      confirm="Leave"
      danger
      onConfirm={() => blocker.proceed()}
      onClose={() => blocker.reset()}
    >
      What you changed on this page is not saved and will be lost.
    </ConfirmDialog>
  )
}
