import { queryOptions } from '@tanstack/react-query'
import { guardedFetch } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'
import { parseCast } from './asciicast.ts'

/** Where a recording is kept, as a file. */
export const recordingFile = (sessionId: string): string => `/api/sessions/${encodeURIComponent(sessionId)}/recording`

/** The recording of a session. Each time it is fetched stands in the audit log: it is asked for once. */
export const recordingQuery = (sessionId: string) =>
  queryOptions({
    queryKey: key('recording', sessionId),
    queryFn: async ({ signal }) => {
      const cast = parseCast(await (await guardedFetch(recordingFile(sessionId), { signal })).text())
      if (!cast) throw new Error('not an asciicast')
      return cast
    },
    staleTime: 'static',
    gcTime: 60_000,
    refetchOnWindowFocus: false,
  })
