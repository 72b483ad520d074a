import type { mailRoom } from '@gatehouse/bff/features/mail/routes'
import { infiniteQueryOptions } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof mailRoom>()

/** The outbox, newest first; the demonstration's stand-in for a mail program. */
export const mails = infiniteQueryOptions({
  queryKey: key('mail'),
  queryFn: ({ pageParam, signal }) =>
    said(client.mail.$get({ query: { limit: '50', ...(pageParam && { cursor: pageParam }) } }, { init: { signal } })),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next,
})
