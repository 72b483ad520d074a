import type { requestsRoom } from '@gatehouse/bff/features/requests/routes'
import type { Activity } from '@gatehouse/shared/activities'
import { awaitsAnswer, type RequestState } from '@gatehouse/shared/requests/request-states'
import type { AskingView, RequestView } from '@gatehouse/shared/views/requests'
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof requestsRoom>()
const one = client.requests[':requestId']

export interface RequestFilter {
  /** `open`: whatever still waits for somebody's answer. */
  state?: RequestState | 'open'
  search?: string
  mine?: boolean
}

/** What a technician asks; times in ms. */
export interface Asked {
  activities: Activity[]
  reason: string
  caseNumber: string
  wantedStart: number
  minutes: number
}

/** What an approver answers; what is absent is given as it was asked. */
export interface Answer {
  answer: 'approve' | 'deny'
  hash: string
  activities?: Activity[]
  minutes?: number
  comment: string
}

const asQuery = ({ state, search, mine }: RequestFilter, cursor: string | null) => ({
  limit: '30',
  ...(state && { state }),
  ...(search && { search }),
  ...(mine && { mine: '1' as const }),
  ...(cursor && { cursor }),
})

/** Who may answer a request for this device, and what the policy wants of them. */
export const approversQuery = (deviceId: string) =>
  queryOptions({
    queryKey: key('device', deviceId, 'approvers'),
    queryFn: ({ signal }): Promise<AskingView> =>
      said(client.devices[':deviceId'].approvers.$get({ param: { deviceId } }, { init: { signal } })),
    staleTime: 60_000,
  })

/** One request. */
export const requestQuery = (requestId: string) =>
  queryOptions({
    queryKey: key('request', requestId),
    queryFn: ({ signal }): Promise<RequestView> => said(one.$get({ param: { requestId } }, { init: { signal } })),
  })

/**
 * One request on a page of its own. Hints tell what people do; that a device comes back, or an hour begins, is looked
 * for while it can open a door.
 */
export const watchedRequestQuery = (requestId: string) => ({
  ...requestQuery(requestId),
  refetchInterval: ({ state: { data } }: { state: { data: RequestView | undefined } }) =>
    data && (awaitsAnswer(data.state) || data.state === 'approved') ? 10_000 : false,
})

/** Requests one may see, newest first. */
export const requestsQuery = (filter: RequestFilter) =>
  infiniteQueryOptions({
    placeholderData: keepPreviousData,
    queryKey: key('requests', 'all', filter),
    queryFn: ({ pageParam, signal }) =>
      said(client.requests.$get({ query: asQuery(filter, pageParam) }, { init: { signal } })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })

/** The requests of one device, newest first. */
export const deviceRequestsQuery = (deviceId: string) =>
  infiniteQueryOptions({
    queryKey: key('requests', 'of', deviceId),
    queryFn: ({ pageParam, signal }) =>
      said(
        client.devices[':deviceId'].requests.$get(
          { param: { deviceId }, query: asQuery({}, pageParam) },
          { init: { signal } },
        ),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })

/** Keeps what a deed answered, and looks again at lists; a lost race makes the page show the state that won. */
const useRequestDeed = <Input>(
  requestId: string,
  deed: (input: Input) => Promise<RequestView>,
  onError?: (thrown: Error) => void,
) => {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: deed,
    onError,
    onSuccess: (request) => cache.setQueryData(requestQuery(requestId).queryKey, request),
    onSettled: (request) =>
      Promise.all([
        cache.invalidateQueries({ queryKey: key('requests') }),
        request ? undefined : cache.invalidateQueries({ queryKey: key('request', requestId) }),
      ]),
  })
}

/** Asks a customer; answers the new request. */
export const useAsk = (deviceId: string) => {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (json: Asked): Promise<RequestView> =>
      said(client.devices[':deviceId'].requests.$post({ param: { deviceId }, json })),
    onSuccess: (request) => {
      cache.setQueryData(requestQuery(request.id).queryKey, request)
      return cache.invalidateQueries({ queryKey: key('requests') })
    },
  })
}

/** Approves or denies. `onError` is told before the page is drawn with the state that won. */
export const useDecide = (requestId: string, onError: (thrown: Error) => void) =>
  useRequestDeed(requestId, (json: Answer) => said(one.decision.$post({ param: { requestId }, json })), onError)

/** Takes one's own request back. */
export const useWithdraw = (requestId: string) =>
  useRequestDeed(requestId, () => said(one.withdraw.$post({ param: { requestId } })))

/** Takes an approval back; whatever runs under it ends. */
export const useRevoke = (requestId: string) =>
  useRequestDeed(requestId, (comment: string) => said(one.revoke.$post({ param: { requestId }, json: { comment } })))
