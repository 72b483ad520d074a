import type { Refusal } from '@gatehouse/shared/refusals'

/** Why `actor` may not disable or remove `them`; `undefined` where he may. Rights are judged by the door. */
export const whyNotTouch = (
  actor: { id: string },
  them: { id: string; removedAt: number | null },
): Refusal | undefined => {
  if (them.removedAt !== null) return 'wrong_state'
  // Nobody locks himself out, and nobody leaves without somebody else knowing.
  return actor.id === them.id ? 'own_request' : undefined
}
