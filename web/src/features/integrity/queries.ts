import type { integrityRoom } from '@gatehouse/bff/features/integrity/routes'
import type { LogView } from '@gatehouse/shared/views/integrity'
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof integrityRoom>()
const one = client.logs[':customerId']
const own = client['makers-log']

/** The maker's own log has doors of its own. */
const isMakers = (logId: string): boolean => logId === 'maker'

/** The logs of which one may see whether they are whole, by name; the maker's own first. */
export const logsQuery = (search: string) =>
  infiniteQueryOptions({
    queryKey: key('log', 'list', search),
    queryFn: ({ pageParam, signal }) =>
      said(
        client.logs.$get(
          { query: { limit: '50', ...(search && { search }), ...(pageParam && { cursor: pageParam }) } },
          { init: { signal } },
        ),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })

/** What was found in a log, the newest first: a few, so that what stands below is near, and many to whoever asks for more. */
export const faultsQuery = (logId: string) =>
  infiniteQueryOptions({
    queryKey: key('log', logId, 'faults'),
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: pageParam ? '50' : '10', ...(pageParam && { cursor: pageParam }) }
      return isMakers(logId)
        ? said(own.faults.$get({ query }, { init: { signal } }))
        : said(one.faults.$get({ param: { customerId: logId }, query }, { init: { signal } }))
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })

/** The checks of a log, the newest first. */
export const checksQuery = (logId: string) =>
  infiniteQueryOptions({
    queryKey: key('log', logId, 'checks'),
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: '10', ...(pageParam && { cursor: pageParam }) }
      return isMakers(logId)
        ? said(own.checks.$get({ query }, { init: { signal } }))
        : said(one.checks.$get({ param: { customerId: logId }, query }, { init: { signal } }))
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })

const isRunning = (log: LogView | undefined): boolean => log?.checks.some(({ endedAt }) => endedAt === null) ?? false

/** One log: what shows whether it is whole. Asked for again every second while it is being checked. */
export const logQuery = (logId: string) =>
  queryOptions({
    queryKey: key('log', logId),
    queryFn: ({ signal }): Promise<LogView> =>
      isMakers(logId)
        ? said(own.$get({}, { init: { signal } }))
        : said(one.$get({ param: { customerId: logId } }, { init: { signal } })),
    refetchInterval: ({ state }) => (isRunning(state.data) ? 1_000 : 60_000),
  })

/** The faults one has to explain. */
export const openFaultsQuery = queryOptions({
  queryKey: key('log', 'faults'),
  queryFn: ({ signal }) => said(client['log-faults'].$get({}, { init: { signal } })),
  // Hints tell of it at once; this is for those that were lost.
  refetchInterval: 60_000,
})

/** Where the newest checkpoint is to be had as a file. */
export const checkpointFile = (logId: string): string =>
  isMakers(logId) ? '/api/makers-log/checkpoint' : `/api/logs/${encodeURIComponent(logId)}/checkpoint`

/** Has the whole log made again from its events. */
export const useVerify = (logId: string) => {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: () =>
      isMakers(logId) ? said(own.checks.$post()) : said(one.checks.$post({ param: { customerId: logId } })),
    onSettled: () => cache.invalidateQueries({ queryKey: key('log') }),
  })
}

/** Writes down what a fault was. */
export const useExplain = (logId: string, faultId: string) => {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (reason: string): Promise<LogView> =>
      isMakers(logId)
        ? said(own.faults[':faultId'].explanation.$post({ param: { faultId }, json: { reason } }))
        : said(one.faults[':faultId'].explanation.$post({ param: { customerId: logId, faultId }, json: { reason } })),
    onSuccess: (log) => cache.setQueryData(logQuery(logId).queryKey, log),
    onSettled: () => cache.invalidateQueries({ queryKey: key('log') }),
  })
}
