import { type ComponentType, useEffect, useState } from 'react'
import { isProofAsked, type ProofWish, settleProof, useProofWish } from '../kernel/step-up.ts'

type Dialog = ComponentType<{ wish: ProofWish; onSettled: (proven: boolean) => void }>

/** Escape is meant for the dialog on top, and leaves those below open. */
const leaveByEscape = (event: KeyboardEvent) => {
  if (event.key !== 'Escape' || event.isComposing || !isProofAsked()) return
  event.stopImmediatePropagation()
  settleProof(false)
}

/** Back to where the person was; what he pressed may be at work still, then to the dialog it stands in. */
const focusAgain = (before: Element | null) => {
  if (document.activeElement !== document.body) return
  if (before instanceof HTMLElement && before !== document.body && before.isConnected) before.focus()
  if (document.activeElement !== document.body) return
  const below = [...document.querySelectorAll<HTMLElement>('[role="dialog"][aria-modal="true"]')]
  below.at(-1)?.focus()
}

/** Asks a person who he is when a call wants to know: one dialog for every page, loaded when it is needed. */
export const StepUp = () => {
  const wish = useProofWish()
  const asked = wish !== undefined
  const [Dialog, setDialog] = useState<Dialog>()
  useEffect(() => {
    if (!asked) return
    const before = document.activeElement
    import('../features/sign-in/step-up-dialog.tsx').then(
      ({ StepUpDialog }) => setDialog(() => StepUpDialog),
      () => settleProof(false),
    )
    return () => void requestAnimationFrame(() => focusAgain(before))
  }, [asked])
  useEffect(() => {
    // From the start of the page, so that it hears before any dialog does.
    addEventListener('keydown', leaveByEscape, { capture: true })
    return () => removeEventListener('keydown', leaveByEscape, { capture: true })
  }, [])
  return wish && Dialog ? <Dialog wish={wish} onSettled={settleProof} /> : null
}
