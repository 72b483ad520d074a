import type { sessionsRoom } from '@gatehouse/bff/features/sessions/routes'
import type { SessionView } from '@gatehouse/shared/views/sessions'
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof sessionsRoom>()
const one = client.sessions[':sessionId']

export interface SessionFilter {
  /** Those that are not over, or all. */
  state: 'live' | 'all'
  deviceId?: string
}

/** One session. */
export const sessionQuery = (sessionId: string) =>
  queryOptions({
    queryKey: key('session', sessionId),
    queryFn: ({ signal }): Promise<SessionView> => said(one.$get({ param: { sessionId } }, { init: { signal } })),
  })

/** Sessions one may see, newest first. */
export const sessionsQuery = ({ state, deviceId }: SessionFilter) =>
  infiniteQueryOptions({
    queryKey: key('sessions', deviceId ?? 'all', state),
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: '30',
        state,
        ...(deviceId && { device: deviceId }),
        ...(pageParam && { cursor: pageParam }),
      }
      return said(client.sessions.$get({ query }, { init: { signal } }))
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })

/** A single-use ticket for one stream. */
export const askTicket = async (
  sessionId: string,
  direction: 'write' | 'watch',
  signal: AbortSignal,
): Promise<string> => {
  const { ticket } = await said(one.tickets.$post({ param: { sessionId }, json: { direction } }, { init: { signal } }))
  return ticket
}

/** Opens the session of an approved request. */
export const useOpenSession = (requestId: string) => {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (): Promise<SessionView> => said(client.requests[':requestId'].session.$post({ param: { requestId } })),
    onSuccess: (session) => cache.setQueryData(sessionQuery(session.id).queryKey, session),
    onSettled: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: key('request', requestId) }),
        cache.invalidateQueries({ queryKey: key('sessions') }),
      ]),
  })
}

/** Ends a session; whoever ends one that is over already is shown how it ended. */
export const useEndSession = (sessionId: string) => {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (comment: string): Promise<SessionView> =>
      said(one.end.$post({ param: { sessionId }, json: { comment } })),
    onSuccess: (session) => cache.setQueryData(sessionQuery(sessionId).queryKey, session),
    onSettled: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: key('session', sessionId) }),
        cache.invalidateQueries({ queryKey: key('sessions') }),
      ]),
  })
}
