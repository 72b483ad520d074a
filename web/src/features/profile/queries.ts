import type { profileRoom } from '@gatehouse/bff/features/sign-in/profile-routes'
import { queryOptions } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof profileRoom>()

/** The browsers in which one is signed in. */
export const signIns = queryOptions({
  queryKey: key('me', 'sign-ins'),
  queryFn: ({ signal }) => said(client.me['sign-ins'].$get({}, { init: { signal } })),
})

/** Ends one of them, or (`others`) all but this one. */
export const endSignIn = async (which: string | 'others'): Promise<void> => {
  if (which === 'others') await client.me['sign-ins']['end-others'].$post()
  else await client.me['sign-ins'][':signInId'].end.$post({ param: { signInId: which } })
}
