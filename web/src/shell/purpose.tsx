import { type ComponentType, useEffect, useState } from 'react'
import { type PurposeWish, settlePurpose, usePurposeWish } from '../kernel/purpose.ts'

type Dialog = ComponentType<{ wish: PurposeWish; onSettled: (stated: boolean) => void }>

/** Asks what something is looked at for, where its customer wants to know: one dialog for every page. */
export const Purpose = () => {
  const wish = usePurposeWish()
  const asked = wish !== undefined
  const [Dialog, setDialog] = useState<Dialog>()
  useEffect(() => {
    if (!asked) return
    import('../features/looks/purpose-dialog.tsx').then(
      ({ PurposeDialog }) => setDialog(() => PurposeDialog),
      () => settlePurpose(false),
    )
  }, [asked])
  return wish && Dialog ? <Dialog key={`${wish.of} ${wish.id}`} wish={wish} onSettled={settlePurpose} /> : null
}
