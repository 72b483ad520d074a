import type { Activity } from '@gatehouse/shared/activities'
import type { MeView } from '@gatehouse/shared/views/sign-in'
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { guardedFetch } from './api.ts'
import { key } from './keys.ts'

/** Whoever is signed in. */
export const meQuery = queryOptions({
  queryKey: key('me'),
  queryFn: async ({ signal }): Promise<MeView> => (await guardedFetch('/api/me', { signal })).json(),
  staleTime: 60_000,
})

/** Whoever is signed in; inside the house somebody always is. */
export const useMe = (): MeView => useSuspenseQuery(meQuery).data

/** True when at least one grant of the person holds the activity: whether a menu entry makes sense, never whether he may. */
export const holds = (me: MeView, ...some: Activity[]): boolean => some.some((one) => me.activities.includes(one))
