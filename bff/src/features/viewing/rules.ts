import { granted, type Who } from '@gatehouse/shared/decide'

/** Minutes that somebody may be looked at, at the least and at the longest. */
export const viewingLasts = { shortest: 5, longest: 60 } as const

/** Whether `viewer` may look at Gatehouse as people of this customer, as far as his groups go. */
export const mayViewAs = (viewer: Pick<Who, 'customerId' | 'grants'>, customerId: string): boolean =>
  viewer.customerId === null &&
  granted(viewer, 'person.view_as', { kind: 'maker' }) &&
  granted(viewer, 'person.view', { kind: 'customer', customerId })

/** Why it is over at `now`, in words; `undefined` while it goes on. */
export const whyViewingOver = (
  viewer: Pick<Who, 'customerId' | 'grants'>,
  one: { customerId: string; until: number },
  /** Whether the account that is looked at can still be used. */
  usable: boolean,
  now: number,
): string | undefined => {
  if (now >= one.until) return 'its time was over'
  if (!usable) return 'the account was disabled'
  return mayViewAs(viewer, one.customerId) ? undefined : 'the right to it was taken'
}
